import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import sharp from "sharp";
import { atMost } from "@/services/leaderboard/rank-card/at-most";
import { drawCard } from "@/services/leaderboard/rank-card/draw-card";
import type { Look, RankCard } from "@/services/leaderboard/rank-card/rank-card";

/** To be raised when the drawing changes, so that who has an old image of the same facts gets a new one. */
const DRAWING = 2;
const CACHE_BYTES = 16_000_000;

type Request = { card: RankCard; picture: Buffer | null; look: Look };

/** Drawing is work for a processor; nobody should wait longer for it than a few seconds. */
const inTurn = atMost({ places: 2, waiting: 30 });

/** By all that is drawn, so there is nothing to be forgotten when something changes. */
const images = new LRUCache<string, Buffer, Request>({
  maxSize: CACHE_BYTES,
  ignoreFetchAbort: true,
  sizeCalculation: (image) => image.length,
  fetchMethod: (_key, _stale, { context }) => inTurn(() => drawPng(context)),
});

/** Names what an image shows: equal for equal images. */
export function imageKey({ card, picture, look }: Request): string {
  const facts = JSON.stringify([DRAWING, card, look]);
  const hash = createHash("sha256").update(facts);
  return (picture ? hash.update(picture) : hash).digest("base64url").slice(0, 22);
}

/**
 * The card as PNG; at once where it has just been drawn, and drawn once where several ask for it.
 * @throws AppError unavailable when too many others are waiting
 */
export async function drawImage(request: Request): Promise<Buffer> {
  return images.forceFetch(imageKey(request), { context: request });
}

async function drawPng({ card, picture, look }: Request): Promise<Buffer> {
  const svg = await drawCard(card, picture, look);
  return sharp(Buffer.from(svg)).removeAlpha().png().toBuffer();
}
