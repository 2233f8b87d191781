const LONGEST = 400;
/** More marks than this on one letter climb out of the line. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** They turn what stands around them, or show nothing. Joiners stay: letters and emoji need them. */
const DIRECTIONS_AND_NOTHINGS = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\p{Cs}\p{Co}]/gu;

/** Somebody's text as it can stand on one line: composed, without line breaks, overrides of direction and towers of marks. */
export function cleanText(text: string): string {
  return text
    .slice(0, LONGEST)
    .normalize("NFC")
    .replace(BREAKS, " ")
    .replace(DIRECTIONS_AND_NOTHINGS, "")
    .replace(STACKED_MARKS, "$1")
    .replace(/\s+/gu, " ")
    .trim();
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What readers take for one character each: a letter with its marks, a flag, a family. */
export function graphemesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

export function codePointsOf(text: string): number[] {
  return Array.from(text, (one) => one.codePointAt(0) ?? 0);
}
