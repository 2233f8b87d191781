// A stray console.error or console.warn is a defect: the test that caused it fails.
const silenced = ["error", "warn"] as const;
let complaints: string[] = [];

for (const level of silenced) {
  console[level] = (...words: unknown[]) => {
    complaints.push(`console.${level}: ${words.map(String).join(" ")}`);
  };
}

afterEach(() => {
  const seen = complaints;
  complaints = [];
  if (seen.length > 0) throw new Error(`The test wrote to the console.\n${seen.join("\n")}`);
});
