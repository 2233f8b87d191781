import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import sharp from "sharp";
import { createLogger } from "@/lib/log";
import { fetchPicture } from "@/services/leaderboard/rank-card/fetch-picture";

const PNG = readFileSync(join(process.cwd(), "tests", "fixtures", "pictures", "robin.png"));

type Hits = { url: string; server: Server; count: number };

const deps = { env: { whopBaseUrl: "" }, log: createLogger({ logLevel: "silent" }) };
/** Stands where Whop's pictures are; the other is a service of one's own network that nobody may reach. */
let whop: Hits;
let inside: Hits;

async function listen(answer: (path: string, response: ServerResponse) => void): Promise<Hits> {
  const server = createServer((request, response) => {
    hits.count += 1;
    answer(request.url ?? "", response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  const hits: Hits = { server, count: 0, url: `http://127.0.0.1:${port}` };
  return hits;
}

beforeAll(async () => {
  inside = await listen((_path, response) => response.end(PNG));
  const answers: Record<string, (response: ServerResponse) => void> = {
    "/good": (response) => response.end(PNG),
    "/many": (response) => response.end(PNG),
    "/wide": async (response) => response.end(await picture(600, 200).jpeg().toBuffer()),
    "/redirect": (response) => response.writeHead(302, { location: `${inside.url}/secret` }).end(),
    "/svg": (response) =>
      response.end(`<svg xmlns="http://www.w3.org/2000/svg"><image href="${inside.url}/x.png"/></svg>`),
    "/svg-as-png": (response) => {
      response.setHeader("content-type", "image/png");
      response.end(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>`);
    },
    "/text": (response) => response.end("no picture"),
    "/empty": (response) => response.end(),
    "/broken": (response) => response.end(PNG.subarray(0, 400)),
    "/large": (response) => response.end(Buffer.concat([PNG, Buffer.alloc(5_000_000)])),
    "/endless": (response) => {
      const pump = () => {
        while (!response.destroyed && response.write(Buffer.alloc(100_000)));
      };
      response.on("drain", pump);
      pump();
    },
    "/bomb": async (response) => response.end(await picture(9_000, 9_000).png().toBuffer()),
    "/slow": (response) => response.write(PNG.subarray(0, 100)),
    "/silent": () => undefined,
    "/missing": (response) => response.writeHead(404).end(PNG),
  };
  whop = await listen((path, response) => answers[path]?.(response));
  deps.env.whopBaseUrl = `${whop.url}/api/v1`;
});

afterAll(() => {
  for (const { server } of [whop, inside]) {
    server.close();
    server.closeAllConnections();
  }
});

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#336699" } });

test.each(["/good", "/wide"])("%s becomes a square PNG of 240 pixels", async (path) => {
  const drawn = await fetchPicture(deps, whop.url + path);
  expect(await sharp(drawn ?? undefined).metadata()).toMatchObject({ format: "png", width: 240, height: 240 });
});

test("a picture is fetched once for many cards", async () => {
  const before = whop.count;
  await Promise.all(Array.from({ length: 20 }, () => fetchPicture(deps, `${whop.url}/many`)));
  expect(whop.count - before).toBe(1);
});

test.each([
  "/svg",
  "/svg-as-png",
  "/text",
  "/empty",
  "/broken",
  "/large",
  "/endless",
  "/bomb",
  "/missing",
  "/redirect",
])("%s is no picture to be drawn, and nothing else is fetched for it", async (path) => {
  expect(await fetchPicture(deps, whop.url + path)).toBeNull();
  expect(inside.count).toBe(0);
});

test.each(["/slow", "/silent"])("%s is given up after three seconds", async (path) => {
  const began = performance.now();
  expect(await fetchPicture(deps, whop.url + path)).toBeNull();
  expect(performance.now() - began).toBeLessThan(4_500);
});

test("an address that is not Whop's is never asked: not one inside, not by another name, scheme or port", async () => {
  const port = new URL(inside.url).port;
  const addresses = [
    `${inside.url}/secret`,
    `http://localhost:${port}/`,
    `https://127.0.0.1:${port}/`,
    `https://[::1]:${port}/`,
    `https://whop.com:${port}/`,
  ];
  const asked = whop.count;
  for (const address of addresses) expect([address, await fetchPicture(deps, address)]).toEqual([address, null]);
  expect([inside.count, whop.count - asked]).toEqual([0, 0]);
});

test("where Whop itself is reached by https, no http address is asked", async () => {
  const outside = { ...deps, env: { whopBaseUrl: "https://api.whop.com/api/v1" } };
  expect(await fetchPicture(outside, `${inside.url}/unasked`)).toBeNull();
  expect(inside.count).toBe(0);
});

test("who has no picture has none", async () => {
  expect(await fetchPicture(deps, null)).toBeNull();
});
