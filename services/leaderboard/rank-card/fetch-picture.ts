import { get as getByHttp, type IncomingMessage, type RequestOptions } from "node:http";
import { get as getByHttps } from "node:https";
import { LRUCache } from "lru-cache";
import sharp from "sharp";
import type { Deps } from "@/lib/deps";
import { type PictureAddress, pictureAddress } from "@/services/leaderboard/rank-card/picture-address";
import { lookupPublic } from "@/services/leaderboard/rank-card/public-address";

export type PictureDeps = { env: Pick<Deps["env"], "whopBaseUrl">; log: Pick<Deps["log"], "info"> };

const MOST_BYTES = 5_000_000;
const MOST_PIXELS = 24_000_000;
const MOST_SECONDS = 3;
/** Pixels of a side, of what is drawn. */
const SIDE = 240;

/** The first bytes of PNG, JPEG, GIF, WebP and AVIF, in Latin-1: nothing else reaches the decoder, SVG least of all. */
const PICTURE = /^(?:\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP|.{4}ftypavi[fs])/s;

type Fetched = { picture: Buffer | null };
const pictures = new LRUCache<string, Fetched, PictureDeps>({
  max: 200,
  ttl: 10 * 60_000,
  ignoreFetchAbort: true,
  fetchMethod: async (url, _stale, { context, options }) => {
    const picture = await fetchAndDraw(context, url);
    if (picture === null) options.ttl = 60_000;
    return { picture };
  },
});

/**
 * A member's picture as a square PNG of 240 pixels; null where there is none or it cannot be had in 3 s. It is fetched from Whop's
 * own hosts only, never from an address that is not public, never by way of a redirect; then decoded within limits and written anew.
 */
export async function fetchPicture(deps: PictureDeps, url: string | null): Promise<Buffer | null> {
  if (url === null) return null;
  const fetched = await pictures.forceFetch(url, { context: deps });
  return fetched.picture;
}

async function fetchAndDraw(deps: PictureDeps, url: string): Promise<Buffer | null> {
  const address = pictureAddress(url, deps.env.whopBaseUrl);
  if (!address) return null;
  try {
    return await drawSquare(await download(address));
  } catch (error) {
    deps.log.info({ err: error, host: address.url.host }, "a picture could not be had");
    return null;
  }
}

async function download({ url, isStandIn }: PictureAddress): Promise<Buffer> {
  const options: RequestOptions = isStandIn ? {} : { lookup: lookupPublic };
  const signal = AbortSignal.timeout(MOST_SECONDS * 1000);
  const get = url.protocol === "https:" ? getByHttps : getByHttp;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { accept: "image/*", "accept-encoding": "identity" };
    get(url, { ...options, headers, signal, agent: false }, resolve).once("error", reject);
  });
  try {
    return await read(response);
  } finally {
    response.destroy();
  }
}

async function read(response: IncomingMessage): Promise<Buffer> {
  if (response.statusCode !== 200) throw new Error(`It was answered ${response.statusCode}.`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MOST_BYTES) throw new Error(`It has more than ${MOST_BYTES} bytes.`);
  }
  return Buffer.concat(chunks);
}

async function drawSquare(bytes: Buffer): Promise<Buffer> {
  if (!PICTURE.test(bytes.subarray(0, 16).toString("latin1"))) throw new Error("It is no picture.");
  return sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: "error" })
    .timeout({ seconds: MOST_SECONDS })
    .autoOrient()
    .resize(SIDE, SIDE, { fit: "cover" })
    .png()
    .toBuffer();
}
