import bidiFactory from "bidi-js";
import { cleanText, codePointsOf, graphemesOf } from "@/services/leaderboard/rank-card/clean-text";
import { emojiPictures } from "@/services/leaderboard/rank-card/emoji";
import { listSlices } from "@/services/leaderboard/rank-card/font-slices";
import {
  loadHarfBuzz,
  mainTypeface,
  type Typeface,
  typefaceFor,
  type Weight,
} from "@/services/leaderboard/rank-card/fonts";
import { drawRuns, type Run, type SetRun, shapeRun } from "@/services/leaderboard/rank-card/set-run";

export type LineStyle = {
  /** Pixels. */
  size: number;
  weight: Weight;
  /** Pixels; a longer text ends in "…". */
  maxWidth?: number;
};

/** A text that has been turned into shapes. */
export type Line = {
  /** Pixels. */
  width: number;
  /** How far its ink reaches above the baseline and below it (negative), in pixels. */
  ink: { top: number; bottom: number };
  /** SVG that holds shapes alone, never the text: nothing of it can act as markup, and no font is looked for. */
  draw(x: number, baseline: number, colour: string): string;
};

/** One character of the text with what draws it. */
type Part = { text: string; typeface: Typeface; pictures: string[] };

const ELLIPSIS = "…";
/** For a character that no typeface has. */
const UNKNOWN = "□";
/** Neutral in direction. */
const OBJECT = "\ufffc";
/** Variation selectors, joiners and tags are no glyphs of their own. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u;
const bidi = bidiFactory();

/** Sets one line: the typeface of each character, directions by the Unicode rules, shapes, and an end where it would be too long. */
export async function setLine(text: string, style: LineStyle): Promise<Line> {
  const parts = await partsOf(cleanText(text));
  const set = await setter(style);
  const { maxWidth = Number.POSITIVE_INFINITY } = style;
  const whole = set(parts);
  if (whole.width <= maxWidth) return whole;

  const end = await partsOf(ELLIPSIS);
  const shortened = (count: number) => set([...withoutTrailingSpace(parts.slice(0, count)), ...end]);
  let [fits, tooMany] = [0, parts.length];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (shortened(middle).width <= maxWidth) fits = middle;
    else tooMany = middle;
  }
  return shortened(fits);
}

async function partsOf(text: string): Promise<Part[]> {
  const slices = await listSlices(text);
  const main = await mainTypeface();
  return Promise.all(
    graphemesOf(text).map(async (grapheme) => {
      const pictures = await emojiPictures(grapheme);
      if (pictures.length > 0) return { text: grapheme, typeface: main, pictures };
      // What no typeface has may be a fancy form of plain letters, or a letter under marks that none of them can stack.
      for (const form of [grapheme, grapheme.normalize("NFKC"), grapheme.replace(/\p{M}/gu, "")]) {
        const typeface = form && (await typefaceFor(visible(form), slices));
        if (typeface) return { text: form, typeface, pictures };
      }
      return { text: UNKNOWN, typeface: (await typefaceFor(codePointsOf(UNKNOWN), slices)) ?? main, pictures };
    }),
  );
}

const visible = (text: string) => codePointsOf(text).filter((code) => !IGNORABLE.test(String.fromCodePoint(code)));

function withoutTrailingSpace(parts: Part[]): Part[] {
  const last = parts.findLastIndex(({ text }) => text.trim() !== "");
  return parts.slice(0, last + 1);
}

async function setter(style: LineStyle): Promise<(parts: readonly Part[]) => Line> {
  const hb = await loadHarfBuzz();
  return (parts) => {
    const runs = inVisualOrder(runsOf(parts)).map((run): SetRun => shapeRun(hb, run, style));
    const width = runs.reduce((sum, run) => sum + run.width, 0);
    const ink = {
      top: Math.max(0, ...runs.map(({ top }) => top)),
      bottom: Math.min(0, ...runs.map(({ bottom }) => bottom)),
    };
    return { width, ink, draw: (x, baseline, colour) => drawRuns(runs, { x, baseline, colour, size: style.size }) };
  };
}

/** Neighbours of one typeface and direction are shaped together: letters join, and marks find their letters. */
function runsOf(parts: readonly Part[]): Run[] {
  // bidi-js knows no characters beyond 16 bits and would take an emoji for a Latin letter: an object of the same length stands in.
  const line = parts.map(({ text, pictures }) => (pictures.length > 0 ? OBJECT.repeat(text.length) : text)).join("");
  const { levels } = bidi.getEmbeddingLevels(line, "auto");
  const runs: Run[] = [];
  let at = 0;
  for (const { text, typeface, pictures } of parts) {
    const level = levels[at] ?? 0;
    const last = runs.at(-1);
    const goesOn = last && last.typeface === typeface && last.level === level && last.pictures.length === 0;
    if (goesOn && pictures.length === 0) last.text += text;
    else runs.push({ text, typeface, pictures, level });
    at += text.length;
  }
  return runs;
}

/** Rule L2 of the Unicode Bidirectional Algorithm: from the highest level down, what is at least as high is reversed. */
function inVisualOrder(runs: Run[]): Run[] {
  const ordered = [...runs];
  const highest = Math.max(0, ...runs.map(({ level }) => level));
  for (let level = highest; level > 0; level -= 1) {
    for (let from = 0; from < ordered.length; from += 1) {
      let to = from;
      while ((ordered[to]?.level ?? -1) >= level) to += 1;
      ordered.splice(from, to - from, ...ordered.slice(from, to).reverse());
      from = Math.max(from, to - 1);
    }
  }
  return ordered;
}
