import fc from "fast-check";
import {
  escapeText,
  renderTemplate,
  SAMPLE_VALUES,
  unknownPlaceholders,
} from "@/services/notifications/render-template";
import { HOSTILE_NAMES } from "@/tests/support/hostile-names";

const TEMPLATE = "{name} reached level {level}: {rank}. Reward: {reward}. {link}";

test("every placeholder is replaced, wherever and however often it stands", () => {
  expect(renderTemplate(TEMPLATE, SAMPLE_VALUES)).toBe(
    "Anna reached level 5: Regular. Reward: 3 free days. https://example.com/card",
  );
  expect(renderTemplate("{level}{level} {name}", SAMPLE_VALUES)).toBe("55 Anna");
});

test("a sentence about what there is not is left out, and the rest reads as before", () => {
  expect(renderTemplate(TEMPLATE, { ...SAMPLE_VALUES, reward: "", link: "" })).toBe("Anna reached level 5: Regular.");
  const lines = "Well done, {name}!\nYou get {reward}.\nLevel {level}. See {link}";
  expect(renderTemplate(lines, { ...SAMPLE_VALUES, reward: "" })).toBe(
    "Well done, Anna!\nLevel 5. See https://example.com/card",
  );
});

test("a template that then says nothing says the level", () => {
  expect(renderTemplate("{name} gets {reward}", { ...SAMPLE_VALUES, reward: "" })).toBe("Anna reached level 5.");
});

test("of a name without anything visible it says that it is a member", () => {
  expect(renderTemplate("{name}: {level}", { ...SAMPLE_VALUES, name: "\u200b\u200d\u2060" })).toBe("A member: 5");
});

test("what stands for nothing is named, each once, and left as it is", () => {
  expect(unknownPlaceholders("{name} {user} {Level} {user} {} { name }")).toEqual(["user", "Level", "", " name "]);
  expect(unknownPlaceholders(TEMPLATE)).toEqual([]);
  expect(renderTemplate("{user} {level}", SAMPLE_VALUES)).toBe("{user} 5");
});

test("a name that looks like a placeholder is not replaced in its turn", () => {
  expect(renderTemplate("{name}", { ...SAMPLE_VALUES, name: "{link}" })).toBe("{link}");
});

test.each([
  ["**bold** _and_ `code`", "\\*\\*bold\\*\\* \\_and\\_ \\`code\\`"],
  ["[here](https://evil.com)", "\\[here\\](https:\u2215\u2215evil\u2024com)"],
  ["<@user_1> @everyone", "\\<\u24d0user\\_1\\> \u24d0everyone"],
  ["www.evil.com", "www\u2024evil\u2024com"],
  ["# Title", "\\# Title"],
  ["1. first", "1\\. first"],
  ["- item", "\\- item"],
  ["--- ", "\\---"],
  ["Anne-Marie O'Brien Jr.", "Anne-Marie O'Brien Jr."],
  ["two\r\n\r\nlines", "two lines"],
  ["a\\", "a\\\\"],
  ["\u202egnp.exe", "gnp\u2024exe"],
  ["👩‍👩‍👧‍👦 ❤️", "👩‍👩‍👧‍👦 ❤️"],
  ["नमस्ते क्‍ष", "नमस्ते क्‍ष"],
])("%j becomes %j", (name, escaped) => {
  expect(escapeText(name)).toBe(escaped);
});

test("a name is cut at 40 characters as readers count them, and never within one", () => {
  const family = "👩‍👩‍👧‍👦";
  expect(escapeText(family.repeat(50))).toBe(`${family.repeat(39)}…`);
  expect(escapeText("x".repeat(40))).toBe("x".repeat(40));
});

/** What Markdown, mentions and links need to be active, outside of what a backslash has made text. */
function harm(text: string): string[] {
  const active = text.replace(/\\[\\`*_[\]<>#~|&$.)+\-=]/g, "¤");
  const signs: [string, RegExp][] = [
    ["markdown", /[\\`*_[\]<>#~|&$]/],
    ["a block", /^(\d{1,9}[.)]|[+\-=])/],
    ["a mention", /[@\uff20\ufe6b]/],
    ["a link", /\/|[.\uff0e\uff61\u3002](?=[\p{L}\p{M}\p{N}])/u],
    ["a line break", /[\p{Cc}\p{Zl}\p{Zp}]/u],
    ["a direction", /\p{Bidi_Control}/u],
    ["nothing to be seen", /(?!\p{Join_Control}|\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/u],
    ["half a character", /\p{Cs}/u],
  ];
  return signs.filter(([, sign]) => sign.test(active)).map(([name]) => name);
}

const graphemes = (text: string) => Array.from(new Intl.Segmenter("en").segment(text)).length;

test.each(HOSTILE_NAMES)("%j does no harm", (name) => {
  expect(harm(escapeText(name))).toEqual([]);
});

test("no name whatsoever formats, mentions, links or breaks out of its line, and none is longer than it may be", () => {
  const dangerous = fc.constantFrom(..."\\`*_[]<>#~|&$@/.+-=()!:{}1\n\r\t\u200d\u202e\u2066\u200b\ufe0fa é");
  const name = fc.oneof(
    fc.string({ unit: dangerous, maxLength: 80 }),
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.string({ unit: "grapheme", maxLength: 200 }),
    fc.array(fc.constantFrom(...HOSTILE_NAMES), { maxLength: 4 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(name, (given) => {
      const escaped = escapeText(given);
      expect(harm(escaped)).toEqual([]);
      expect(graphemes(escaped)).toBeLessThanOrEqual(80); // 40, each with a backslash at most
      const said = renderTemplate("{name} has reached level {level}!", { ...SAMPLE_VALUES, name: given });
      expect(said.endsWith(" has reached level 5!")).toBe(true);
    }),
    { numRuns: 3_000, seed: 11 },
  );
});
