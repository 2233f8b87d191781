import { trailingRuns } from "@/lib/trailing-runs";

/** Work that ends when it is told to. */
function works() {
  const begun: { key: string; end: (error?: Error) => void }[] = [];
  const run = (key: string) => () =>
    new Promise<void>((resolve, reject) => begun.push({ key, end: (error) => (error ? reject(error) : resolve()) }));
  return { begun, run, keys: () => begun.map(({ key }) => key) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("however many ask while a run is under way, one more follows and serves them all", async () => {
  const { begun, run } = works();
  const runs = trailingRuns();
  const first = runs.ask("a", run("a"));
  const served: number[] = [];
  const later = Array.from({ length: 50 }, (_, n) => runs.ask("a", run("a")).then(() => served.push(n)));
  expect(begun).toHaveLength(1);
  begun[0]?.end();
  await first;
  await turn();
  expect([begun.length, served]).toEqual([2, []]);
  begun[1]?.end();
  await Promise.all(later);
  await turn();
  expect(begun).toHaveLength(2);
});

test("keys do not wait for each other, up to so many, and then take turns", async () => {
  const { begun, run, keys } = works();
  const runs = trailingRuns({ maxInFlight: 2 });
  const asked = ["a", "b", "a", "c", "a"].map((key) => runs.ask(key, run(key)));
  expect(keys()).toEqual(["a", "b"]);
  begun[1]?.end();
  await turn();
  expect(keys()).toEqual(["a", "b", "c"]);
  begun[0]?.end();
  await turn();
  expect(keys()).toEqual(["a", "b", "c", "a"]);
  for (const { end } of begun) end();
  await Promise.all(asked);
});

test("a run that fails, at once or later, fails who asked for it and nobody after", async () => {
  const { begun, run } = works();
  const runs = trailingRuns({ maxInFlight: 1 });
  const failing = runs.ask("a", run("a"));
  const following = runs.ask("a", run("a"));
  begun[0]?.end(new Error("broken"));
  await expect(failing).rejects.toThrow("broken");
  begun[1]?.end();
  await following;
  const thrown = runs.ask("b", () => {
    throw new Error("at once");
  });
  await expect(thrown).rejects.toThrow("at once");
  const after = runs.ask("b", run("b"));
  begun[2]?.end();
  await after;
});
