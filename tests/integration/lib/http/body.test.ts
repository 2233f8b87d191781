import { connect } from "node:net";
import { routeWith } from "@/lib/http/route";
import { routeDeps } from "@/tests/support/route-deps";
import { type Served, serve } from "@/tests/support/serve";

let server: Served;

beforeAll(async () => {
  const handler = routeWith(() => routeDeps(), {
    auth: "none",
    body: "bytes",
    maxBodyBytes: 1_000,
    bodyTimeoutMs: 300,
    handle: async (_, { body }) => ({ bytes: [...body] }),
  });
  server = await serve(handler);
});

afterAll(() => server.stop());

/** Sends raw bytes piece by piece and gives what came back until the server closed, or until the time is up. */
function conversation(pieces: (string | number)[], milliseconds = 2_000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(server.port, "127.0.0.1");
    let heard = "";
    const end = () => {
      socket.destroy();
      resolve(heard);
    };
    const timer = setTimeout(end, milliseconds);
    socket.on("data", (data) => {
      heard += data;
      if (heard.includes("\r\n\r\n")) setTimeout(end, 20);
    });
    socket.on("error", end);
    socket.on("close", () => {
      clearTimeout(timer);
      end();
    });
    const say = async () => {
      for (const piece of pieces) {
        if (typeof piece === "number") await new Promise((next) => setTimeout(next, piece));
        else if (!socket.destroyed) socket.write(piece);
      }
    };
    say().catch(end);
  });
}

const head = (length: number) => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;
const chunkedHead = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

test("a body is given exactly as it came, byte for byte", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const response = await fetch(server.url, { method: "POST", body: bytes });
  expect(await response.json()).toEqual({ bytes: [...bytes] });
});

test("the largest allowed body passes and one more byte answers 413", async () => {
  const send = async (size: number) => (await fetch(server.url, { method: "POST", body: new Uint8Array(size) })).status;
  expect([await send(1_000), await send(1_001)]).toEqual([200, 413]);
});

test("an announced size over the limit is refused before a byte of it has come", async () => {
  expect(await conversation([head(5_000_000_000)])).toMatch(/^HTTP\/1\.1 413 /);
});

test("a body without an announced size is refused when it passes the limit, however long it goes on", async () => {
  const chunk = `1F4\r\n${"x".repeat(500)}\r\n`;
  expect(await conversation([chunkedHead, chunk, chunk, chunk])).toMatch(/^HTTP\/1\.1 413 /);
});

test("a sender who gives a byte now and then is answered 400 when the time is up", async () => {
  const startedAt = performance.now();
  const answer = await conversation([head(100), ...Array.from({ length: 20 }, () => ["x", 100]).flat()]);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(performance.now() - startedAt).toBeLessThan(1_500);
});

test("memory does not grow with what is sent", async () => {
  const before = process.memoryUsage().rss;
  const big = new Uint8Array(10_000_000);
  const statuses = await Promise.all(
    Array.from({ length: 5 }, () => fetch(server.url, { method: "POST", body: big }).then((r) => r.status)),
  );
  expect(new Set(statuses)).toEqual(new Set([413]));
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
});
