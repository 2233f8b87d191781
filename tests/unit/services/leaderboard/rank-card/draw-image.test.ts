import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";
import sharp from "sharp";
import { drawCard } from "@/services/leaderboard/rank-card/draw-card";
import { drawImage, imageKey } from "@/services/leaderboard/rank-card/draw-image";
import { PIXELS } from "@/services/leaderboard/rank-card/rank-card";
import { aRankCard, DRAWINGS, type Drawing } from "@/tests/support/rank-cards";

const FOLDER = join(process.cwd(), "tests", "fixtures", "rank-cards");
/**
 * `WRITE_RANK_CARDS=1 npx jest --selectProjects unit --testPathPatterns rank-card/draw-image` draws the references anew: look at
 * each of them before it is committed.
 */
const isWriting = process.env.WRITE_RANK_CARDS === "1";
/** Pixels that may differ: processors round curves differently. */
const TOLERANCE = 50;

test.each(Object.entries(DRAWINGS))("%s looks like its reference", async (name, drawing) => {
  const file = join(FOLDER, `${name}.png`);
  const image = await drawImage(drawing);
  if (isWriting) await writeFile(file, await sharp(image).png({ palette: true, dither: 0 }).toBuffer());

  const [drawn, reference] = [PNG.sync.read(image), PNG.sync.read(await readFile(file))];
  const { width, height } = PIXELS[drawing.look.size];
  expect([drawn.width, drawn.height, reference.width, reference.height]).toEqual([width, height, width, height]);
  const differing = pixelmatch(drawn.data, reference.data, undefined, width, height, {
    threshold: 0.1,
    includeAA: true,
  });
  expect(differing).toBeLessThanOrEqual(TOLERANCE);
});

test("a reference differs from the card of somebody one XP further: the comparison sees what it should", async () => {
  const drawing = DRAWINGS["plain-wide-dark"] as Drawing; // named above
  const other = aRankCard({ progress: { ...drawing.card.progress, xp: drawing.card.progress.xp + 1 } });
  const [image, reference] = [
    await drawImage({ ...drawing, card: other }),
    await readFile(join(FOLDER, "plain-wide-dark.png")),
  ].map((bytes) => PNG.sync.read(bytes));
  if (!image || !reference) throw new Error("Nothing was drawn.");
  const { width, height } = image;
  expect(pixelmatch(image.data, reference.data, undefined, width, height, { includeAA: true })).toBeGreaterThan(
    TOLERANCE,
  );
});

const HOSTILE = [
  `<script>alert(1)</script>`,
  `</svg><image href="file:///etc/passwd"/>`,
  `&xxe;<!DOCTYPE svg [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>`,
  `"><use href="http://127.0.0.1/x"/>`,
  "]]><![CDATA[",
  "\u0000\u0001\ud800 \u202eevil",
  "𝕏".repeat(5_000),
  "a\u0301".repeat(5_000),
  "👩‍👩‍👧‍👦".repeat(500),
  "\u200b\u200d\ufe0f",
  "",
];

test.each(HOSTILE)("a name such as %j becomes shapes and never markup", async (text) => {
  for (const size of ["wide", "banner"] as const) {
    const card = aRankCard({ name: text, community: text, nextReward: { words: text, level: 10 } });
    card.progress = { ...card.progress, rankName: text };
    const svg = await drawCard(card, null, { size, theme: "dark" });
    const elements = new Set(Array.from(svg.matchAll(/<([^\s/>]+)/g), ([, name]) => name));
    for (const element of elements)
      expect(["svg", "rect", "g", "path", "circle", "clipPath", "image"]).toContain(element);
    for (const [, address] of svg.matchAll(/href="([^"]*)"/g))
      expect(address).toMatch(/^data:image\/(png|svg\+xml);base64,/);
    const { width, height } = await sharp(Buffer.from(svg)).metadata();
    expect({ width, height }).toEqual(PIXELS[size]);
  }
});

test("an image has the same name as long as it shows the same, and another one for each thing that it shows", () => {
  const [plain] = Object.values(DRAWINGS) as [Drawing]; // there are some
  const { card, look } = plain;
  const others: Drawing[] = [
    { ...plain, card: { ...card, name: "Robin" } },
    { ...plain, card: { ...card, rank: 17 } },
    { ...plain, card: { ...card, streakDays: 7 } },
    { ...plain, card: { ...card, nextReward: null } },
    { ...plain, picture: null },
    { ...plain, look: { ...look, theme: "light" } },
    { ...plain, look: { ...look, size: "banner" } },
  ];
  expect(imageKey({ ...plain, card: { ...card } })).toBe(imageKey(plain));
  expect(new Set([plain, ...others].map(imageKey)).size).toBe(8);
});

test("a hundred who ask for one new image get it, and it is drawn once", async () => {
  const drawing = { ...(DRAWINGS["no-picture-wide-dark"] as Drawing), card: aRankCard({ name: "Asked for by many" }) }; // named above
  const images = await Promise.all(Array.from({ length: 100 }, () => drawImage(drawing)));
  expect(new Set(images).size).toBe(1);
});
