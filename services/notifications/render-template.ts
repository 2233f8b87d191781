/** Characters of a template. */
export const TEMPLATE_MAX_LENGTH = 500;

/** What may stand in braces. */
export const PLACEHOLDERS = ["name", "level", "rank", "reward", "link"] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** What the placeholders stand for. Empty where there is nothing of the kind. */
export type TemplateValues = {
  /** As the member wrote it: it is made harmless here. */
  name: string;
  level: number;
  /** The name of the rank at that level, such as Regular. */
  rank: string;
  /** What the level pays, such as "3 free days". */
  reward: string;
  /** Opens the rank card; none of a member whom others do not see. */
  link: string;
};

/** For a preview. */
export const SAMPLE_VALUES: TemplateValues = {
  name: "Anna",
  level: 5,
  rank: "Regular",
  reward: "3 free days",
  link: "https://example.com/card",
};

const PLACEHOLDER = /\{([^{}\n]{0,40})\}/g;
/** After the end of a sentence, and at line breaks. */
const SENTENCE_ENDS = /(?<=[.!?…。！？])(?=\s)|(?=\n)/u;
/** Of somebody without a name. */
const SOMEBODY = "A member";

/** The names in braces that stand for nothing, in their order, each once. */
export function unknownPlaceholders(template: string): string[] {
  const named = Array.from(template.matchAll(PLACEHOLDER), ([, name = ""]) => name);
  return [...new Set(named.filter((name) => !isPlaceholder(name)))];
}

/** Whether a template has a place for it. */
export function hasPlaceholder(template: string, placeholder: Placeholder): boolean {
  return template.includes(`{${placeholder}}`);
}

/**
 * A template with its values, as Markdown. A sentence that speaks of something there is none of (no reward, no rank, no link) is
 * left out: "{name} is level {level}! Reward: {reward}." becomes "Anna is level 6!". What then says nothing at all says the level.
 * The name is text only, whatever the member has put into it; all else was written by the creator.
 */
export function renderTemplate(template: string, values: TemplateValues): string {
  const name = escapeText(values.name) || SOMEBODY;
  const words: Record<Placeholder, string> = { ...values, name, level: String(values.level) };
  const said = template
    .split(SENTENCE_ENDS)
    .filter((sentence) => PLACEHOLDERS.every((one) => words[one].trim() !== "" || !hasPlaceholder(sentence, one)))
    .join("")
    .replace(PLACEHOLDER, (found, one: string) => (isPlaceholder(one) ? words[one] : found))
    .trim();
  return said || `${name} reached level ${values.level}.`;
}

function isPlaceholder(name: string): name is Placeholder {
  return (PLACEHOLDERS as readonly string[]).includes(name);
}

const LONGEST_GRAPHEMES = 40;
/** Of the text as it comes: more is not even looked at. */
const LONGEST = 1_000;

const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;
/** They turn what stands around them, or show nothing. Joiners and the signs that choose an emoji's picture are looked at below. */
const TURNS_AND_NOTHINGS =
  /(?!\p{Join_Control}|\p{Variation_Selector})[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cs}\p{Co}]/gu;
/** What joins nothing. */
const LOOSE =
  /(?<![\p{L}\p{M}\p{N}\p{S}])(?:\p{Join_Control}|\p{Variation_Selector})+|\p{Join_Control}+(?![\p{L}\p{M}\p{S}])/gu;
/** More marks than this on one letter climb out of the line. */
const STACKED_MARKS = /(\p{M}{3})\p{M}+/gu;

/** What chats make mentions and links of, in signs that look alike and mean nothing. */
const LOOK_ALIKES: readonly [RegExp, string][] = [
  [/[@\uff20\ufe6b]/gu, "\u24d0"],
  [/[/\uff0f]/gu, "\u2215"],
  [/[.\uff0e\uff61\u3002](?=[\p{L}\p{M}\p{N}])/gu, "\u2024"],
];
/** What Markdown gives a meaning. A backslash before it takes the meaning away, and is not shown. */
const MARKDOWN = /[\\`*_[\]<>#~|&$]/g;
/** What begins a list or underlines a heading. */
const LINE_BEGINNINGS = /^(\d{1,9}(?=[.)]))?([.)+\-=])/;

/**
 * Somebody's text as it can stand in a sentence of ours in a chat: one line of at most 40 characters as readers count them, that
 * formats nothing, mentions nobody, links nowhere and turns no other text around. Empty where nothing visible is left.
 */
export function escapeText(text: string): string {
  const clean = text
    .slice(0, LONGEST)
    .normalize("NFC")
    .replace(TURNS_AND_NOTHINGS, "")
    .replace(BREAKS, " ")
    .replace(LOOSE, "")
    .replace(STACKED_MARKS, "$1")
    .trim();
  const inert = LOOK_ALIKES.reduce((made, [sign, alike]) => made.replace(sign, alike), shortened(clean));
  return inert.replace(LINE_BEGINNINGS, "$1\u0000$2").replace(MARKDOWN, "\\$&").replace("\u0000", "\\");
}

function shortened(text: string): string {
  const segments = new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text);
  const graphemes = Array.from(segments, ({ segment }) => segment);
  if (graphemes.length <= LONGEST_GRAPHEMES) return text;
  return `${graphemes
    .slice(0, LONGEST_GRAPHEMES - 1)
    .join("")
    .trim()}…`;
}
