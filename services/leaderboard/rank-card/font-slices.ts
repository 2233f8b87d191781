import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { codePointsOf } from "@/services/leaderboard/rank-card/clean-text";
import { packageFolder } from "@/services/leaderboard/rank-card/package-folder";

/** A part of a typeface in a file of its own, as the packages come. */
export type Slice = { path: string; covers(codePoint: number): boolean };

/** Noto Sans by script. The last one also brings signs that belong to no script. */
const SCRIPTS = ["hebrew", "devanagari", "bengali", "tamil", "telugu", "thai", "arabic"] as const;
/** Chinese characters look different in each of these, so that their order matters. */
const EAST_ASIAN = ["jp", "kr", "sc"] as const;
type Family = (typeof SCRIPTS)[number] | (typeof EAST_ASIAN)[number];

/** In every one of the packages; Inter has these letters. */
const LATIN = new Set(["latin", "latin-ext", "vietnamese", "cyrillic", "cyrillic-ext", "greek", "greek-ext"]);

const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
const HANGUL = /\p{Script=Hangul}/u;
const HAN = /\p{Script=Han}/gu;

let reading: Promise<Map<Family, Slice[]>> | undefined;

/** All slices, in the order in which they should be tried for a text. */
export async function listSlices(text: string): Promise<Slice[]> {
  reading ??= readFamilies();
  const families = await reading;
  const slicesOf = (family: Family) => families.get(family) ?? [];
  return [...SCRIPTS, ...eastAsianOrder(text, slicesOf)].flatMap(slicesOf);
}

/** Kana say Japanese, Hangul says Korean; Chinese characters alone are taken for Japanese where Japanese knows them all. */
function eastAsianOrder(text: string, slicesOf: (family: Family) => Slice[]): Family[] {
  if (KANA.test(text)) return ["jp", "kr", "sc"];
  if (HANGUL.test(text)) return ["kr", "jp", "sc"];
  const characters = codePointsOf((text.match(HAN) ?? []).join(""));
  const isJapanese = characters.every((code) => slicesOf("jp").some(({ covers }) => covers(code)));
  return isJapanese ? ["jp", "sc", "kr"] : ["sc", "jp", "kr"];
}

async function readFamilies(): Promise<Map<Family, Slice[]>> {
  const families = [...SCRIPTS, ...EAST_ASIAN];
  return new Map(await Promise.all(families.map(async (family) => [family, await readSlices(family)] as const)));
}

async function readSlices(family: Family): Promise<Slice[]> {
  const folder = packageFolder(`@fontsource-variable/noto-sans-${family}`);
  const ranges: Record<string, string> = JSON.parse(await readFile(join(folder, "unicode.json"), "utf8"));
  return Object.entries(ranges)
    .filter(([name]) => !LATIN.has(name))
    .map(([name, list]) => {
      const file = `noto-sans-${family}-${name.replace(/[[\]]/g, "")}-wght-normal.woff2`;
      return { path: join(folder, "files", file), covers: coverageOf(list) };
    });
}

/** @param list as CSS writes it: `U+0590-05FF,U+25CC`. */
function coverageOf(list: string): (codePoint: number) => boolean {
  const ranges = list.split(",").map((range) => {
    const [from = "", to = from] = range.trim().replace("U+", "").split("-");
    return [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const;
  });
  return (codePoint) => ranges.some(([from, to]) => codePoint >= from && codePoint <= to);
}
