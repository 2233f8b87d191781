import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type * as HarfBuzz from "harfbuzzjs";
import { LRUCache } from "lru-cache";
import decompress from "woff2-encoder/decompress";
import type { Slice } from "@/services/leaderboard/rank-card/font-slices";
import { packageFolder } from "@/services/leaderboard/rank-card/package-folder";

export type Weight = 400 | 600;

/** A font file that has been read. */
export type Typeface = {
  has(codePoint: number): boolean;
  at(weight: Weight): HarfBuzz.Font;
  unitsPerEm: number;
  /** Letters may be set closer: true for scripts that are not joined up. */
  isMain: boolean;
};

const MAIN = join(packageFolder("inter-ui"), "variable", "InterVariable.woff2");

const typefaces = new LRUCache<string, Promise<Typeface>>({ max: 60 });
let loading: Promise<typeof HarfBuzz> | undefined;

/** HarfBuzz, which turns text into shapes; a WebAssembly module, loaded at first use. */
export function loadHarfBuzz(): Promise<typeof HarfBuzz> {
  loading ??= import("harfbuzzjs");
  return loading;
}

/** Inter, for all that it has characters for. */
export const mainTypeface = () => typefaceAt(MAIN, true);

/**
 * The typeface for one character: Inter where it has it, else the Noto Sans of its script, of which only the slice needed is read.
 * Undefined where none has it.
 * @param slices in the order of preference (see listSlices).
 */
export async function typefaceFor(
  codePoints: readonly number[],
  slices: readonly Slice[],
): Promise<Typeface | undefined> {
  const main = await mainTypeface();
  if (codePoints.every(main.has)) return main;
  for (const slice of slices.filter(({ covers }) => codePoints.every(covers))) {
    const typeface = await typefaceAt(slice.path, false);
    if (codePoints.every(typeface.has)) return typeface;
  }
  return undefined;
}

function typefaceAt(path: string, isMain: boolean): Promise<Typeface> {
  const known = typefaces.get(path);
  if (known) return known;
  const read = readTypeface(path, isMain);
  typefaces.set(path, read);
  read.catch(() => typefaces.delete(path));
  return read;
}

async function readTypeface(path: string, isMain: boolean): Promise<Typeface> {
  const hb = await loadHarfBuzz();
  const face = new hb.Face(new hb.Blob(await decompress(await readFile(path))));
  const codePoints = new Set(face.collectUnicodes());
  const fonts = new Map<Weight, HarfBuzz.Font>();
  return {
    has: (codePoint) => codePoints.has(codePoint),
    unitsPerEm: face.upem,
    isMain,
    at(weight) {
      const known = fonts.get(weight);
      if (known) return known;
      const font = new hb.Font(face);
      font.setVariations([new hb.Variation("wght", weight)]);
      fonts.set(weight, font);
      return font;
    },
  };
}
