import type { Weight } from "@/services/leaderboard/rank-card/fonts";
import { setLine } from "@/services/leaderboard/rank-card/set-line";

export type Words = {
  text: string;
  /** Pixels. */
  size: number;
  weight: Weight;
  colour: string;
  /** Pixels; the last text has what is left. */
  maxWidth?: number;
  /** Pixels between this and what stands before it; a word space unless said. */
  gap?: number;
};

export type DrawnWords = { width: number; draw(x: number, baseline: number): string };

/** Of the font size. */
const WORD_SPACE = 0.27;

/**
 * Texts one after the other, each set by itself, so that a name of another direction does not carry its neighbours along. The last
 * one is shortened where all of them would be wider than `maxWidth` (pixels).
 */
export async function setWords(words: readonly Words[], maxWidth = Number.POSITIVE_INFINITY): Promise<DrawnWords> {
  const parts: { x: number; colour: string; draw: (x: number, baseline: number, colour: string) => string }[] = [];
  let width = 0;
  for (const [at, one] of words.entries()) {
    const { size, gap = WORD_SPACE * size } = one;
    const x = at === 0 ? 0 : width + gap;
    const isLast = at === words.length - 1;
    const line = await setLine(one.text, { ...one, maxWidth: isLast ? maxWidth - x : one.maxWidth });
    parts.push({ x, colour: one.colour, draw: line.draw });
    width = x + line.width;
  }
  return {
    width,
    draw: (x, baseline) => parts.map((part) => part.draw(x + part.x, baseline, part.colour)).join(""),
  };
}
