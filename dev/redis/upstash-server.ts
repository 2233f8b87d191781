import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis as Connection } from "ioredis";
import { keepOpen } from "@/dev/keep-open";
import { listen } from "@/dev/listen";
import { commandOf, commandsOf, createRequester } from "@/lib/redis/requester";
import { ioredisWire, RefusedCommand, type Reply, type Settled, type Wire } from "@/lib/redis/wire";

const BODY_LIMIT_BYTES = 10 * 1024 * 1024; // Upstash's own

export type UpstashServerOptions = {
  /** A free one when absent. */
  port?: number;
  /** A real Redis behind it; else one in this process. */
  redisUrl?: string;
  /** Drawn when absent. */
  token?: string;
};

export type UpstashServer = {
  url: string;
  token: string;
  stop(): Promise<void>;
  /** Accepts requests and answers none, until `thaw` answers them all. */
  freeze(): void;
  thaw(): void;
  /** Every answer takes this much longer; 0 ends it. */
  slow(milliseconds: number): void;
  /** Refuses connections, and cuts those there are, until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Loses everything. */
  flush(): Promise<void>;
};

/** Starts a server on 127.0.0.1 that speaks Upstash's REST protocol, for the unmodified `@upstash/redis`. */
export async function startUpstashServer(options: UpstashServerOptions = {}): Promise<UpstashServer> {
  const token = options.token ?? randomBytes(18).toString("base64url");
  const store = options.redisUrl ? behindIt(options.redisUrl) : await startInProcess();
  const requester = createRequester(store.wire);
  const thawed = createGate();
  let delayMs = 0;

  const server = createServer(async (request, response) => {
    try {
      const answer = await answerTo(request);
      await thawed.open;
      if (delayMs > 0) await sleep(delayMs);
      send(response, answer.status, answer.body);
    } catch (error) {
      send(response, 500, { error: `ERR ${String(error)}` });
    }
  });
  keepOpen(server);

  async function answerTo(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    if (!isAuthorised(request, token))
      return { status: 401, body: { error: "WRONGPASS invalid or missing auth token" } };
    if (request.method !== "POST") return { status: 405, body: { error: "ERR only POST is spoken here" } };
    const path = (request.url ?? "/").split("?")[0]?.split("/").filter(Boolean) ?? [];
    if (path.length > 1 || (path[0] && path[0] !== "pipeline" && path[0] !== "multi-exec")) {
      return { status: 404, body: { error: "ERR commands in the path are not spoken here" } };
    }
    try {
      const body = JSON.parse(await bodyOf(request));
      if (path[0]) commandsOf(body);
      else commandOf(body);
      const settled = (await requester.request({ path, body })) as Settled | Settled[]; // what ours answers with
      const encode = request.headers["upstash-encoding"] === "base64" ? inBase64 : (same: Settled) => same;
      if (Array.isArray(settled)) return { status: 200, body: settled.map(encode) };
      return { status: "error" in settled ? 400 : 200, body: encode(settled) };
    } catch (error) {
      if (error instanceof RefusedCommand) return { status: 400, body: { error: error.message } };
      if (error instanceof SyntaxError) return { status: 400, body: { error: "ERR failed to parse the request" } };
      throw error;
    }
  }

  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    freeze: thawed.shut,
    thaw: thawed.reopen,
    slow(milliseconds) {
      delayMs = milliseconds;
    },
    down: close,
    async up() {
      if (!server.listening) await listen(server, port);
    },
    flush: store.flush,
    async stop() {
      thawed.reopen();
      await close();
      store.close();
    },
  };
}

type Store = { wire: Wire; flush(): Promise<void>; close(): void };

/** Loaded only where it is wanted: it brings a Lua of its own, and takes longer to load than all else of a server. */
async function startInProcess(): Promise<Store> {
  const { startInProcessRedis } = await import("@/dev/redis/in-process");
  const redis = startInProcessRedis();
  return { wire: redis, flush: redis.flush, close: () => undefined };
}

function behindIt(url: string): Store {
  const connection = new Connection(url, { maxRetriesPerRequest: 1, commandTimeout: 10_000 });
  connection.on("error", () => undefined); // the commands that need it fail and say so
  return {
    wire: ioredisWire(connection),
    flush: async () => void (await connection.flushdb()),
    close: () => connection.disconnect(),
  };
}

/** Open until it is shut; whoever waits at it then goes on when it reopens. */
function createGate() {
  let release: (() => void) | undefined;
  const gate = {
    open: Promise.resolve(),
    shut() {
      gate.open = new Promise((resolve) => {
        release = resolve;
      });
    },
    reopen: () => release?.(),
  };
  return gate;
}

function isAuthorised(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size <= BODY_LIMIT_BYTES) parts.push(part); // the rest is read and dropped, or the answer would not get through
  }
  if (size > BODY_LIMIT_BYTES) throw new RefusedCommand("ERR max request size exceeded");
  return Buffer.concat(parts).toString("utf8");
}

/** All text, except a bare OK: Redis' status replies travel as they are. */
function inBase64(settled: Settled): Settled {
  if ("error" in settled) return settled;
  return { result: settled.result === "OK" ? "OK" : encoded(settled.result) };
}

function encoded(reply: Reply): Reply {
  if (typeof reply === "string") return Buffer.from(reply, "utf8").toString("base64");
  return Array.isArray(reply) ? reply.map(encoded) : reply;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
