const WORDS = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];

/** Small counts within a sentence: "five"; above twelve, digits. */
export function inWords(count: number, number: (value: number) => string): string {
  return WORDS[count] ?? number(count);
}

/** The same at the beginning of a sentence: "One". */
export function inWordsFirst(count: number, number: (value: number) => string): string {
  const word = inWords(count, number);
  return word.charAt(0).toUpperCase() + word.slice(1);
}
