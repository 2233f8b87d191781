import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { LRUCache } from "lru-cache";
import { codePointsOf } from "@/services/leaderboard/rank-card/clean-text";
import { packageFolder } from "@/services/leaderboard/rank-card/package-folder";

const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\u20e3/u;
/** Shown as a picture by itself, by a variation selector, or as part of a sequence; "©" and digits are letters without one. */
const AS_PICTURE = /\p{Emoji_Presentation}|\p{Emoji_Modifier}|\ufe0f|\u20e3|\u200d\p{Extended_Pictographic}/u;
const JOINER = "\u200d";
const VARIATION = /\ufe0f/g;
const SKIN_TONES = /\p{Emoji_Modifier}/gu;

const folder = packageFolder("@twemoji/svg");
const pictures = new LRUCache<string, string>({ max: 100 });
let names: Promise<ReadonlySet<string>> | undefined;

/**
 * The pictures that draw one character, as SVG files: one, or those of its parts where there is none of the whole. None for what
 * is no emoji, or too new.
 */
export async function emojiPictures(grapheme: string): Promise<string[]> {
  if (!PICTURE.test(grapheme) || !AS_PICTURE.test(grapheme)) return [];
  const whole = await findName(grapheme);
  if (whole) return [await pictureNamed(whole)];
  const parts = await Promise.all(grapheme.split(JOINER).map(findName));
  return parts.every((name) => name !== undefined) ? Promise.all(parts.map(pictureNamed)) : [];
}

async function findName(text: string): Promise<string | undefined> {
  names ??= listNames();
  const known = await names;
  const plain = text.replace(VARIATION, "");
  return [text, plain, plain.replace(SKIN_TONES, "")].map(nameOf).find((name) => known.has(name));
}

const nameOf = (text: string) =>
  codePointsOf(text)
    .map((code) => code.toString(16))
    .join("-");

async function listNames(): Promise<ReadonlySet<string>> {
  const files = await readdir(folder);
  return new Set(files.filter((file) => file.endsWith(".svg")).map((file) => file.slice(0, -".svg".length)));
}

async function pictureNamed(name: string): Promise<string> {
  const known = pictures.get(name);
  if (known) return known;
  const picture = await readFile(join(folder, `${name}.svg`), "utf8");
  pictures.set(name, picture);
  return picture;
}
