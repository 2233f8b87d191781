import { createServer, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { WebSocketServer } from "ws";
import { keepOpen } from "@/dev/keep-open";
import { listen } from "@/dev/listen";
import { createBroadcastApi } from "@/dev/realtime/broadcast-api";
import { serveConnection } from "@/dev/realtime/connection";
import { createHub } from "@/dev/realtime/hub";
import { createPermissions } from "@/dev/realtime/permissions";
import { readToken } from "@/dev/realtime/tokens";

const SOCKET_PATH = "/realtime/v1/websocket";
const API_PATH = "/realtime/v1/api/broadcast";
const FRAME_LIMIT_BYTES = 3 * 1024 * 1024;

export type RealtimeServerOptions = {
  /** A free one when absent. */
  port?: number;
  /** The owner's, with `realtime.messages` in it (see install.ts). */
  databaseUrl: string;
  /** Signs keys and tokens, HS256. */
  jwtSecret: string;
  /** Channels without row level security. Default false, as a Supabase project with "Allow public access" off. */
  allowPublic?: boolean;
  onError?(error: unknown): void;
};

export type RealtimeServer = {
  /** What supabase-js calls the project's URL. */
  url: string;
  stop(): Promise<void>;
  /** Open sockets. */
  connections(): number;
  /** Messages so far, as Supabase counts them: one broadcast to N listeners is N + 1. */
  messages(): number;
  /** Cuts every socket, as a lost connection does. Clients may come back at once. */
  cut(): void;
  /** Refuses connections, and cuts those there are, until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
};

/** Starts a server on 127.0.0.1 that speaks Supabase Realtime's protocol (broadcasts only), for the unmodified supabase-js. */
export async function startRealtimeServer(options: RealtimeServerOptions): Promise<RealtimeServer> {
  const { jwtSecret, databaseUrl, allowPublic = false, onError = () => undefined } = options;
  const hub = createHub();
  const permissions = createPermissions(databaseUrl);
  const parts = { hub, permissions, jwtSecret, allowPublic, onError };
  const site = new Hono().route(API_PATH, createBroadcastApi(parts));
  site.onError((error, c) => {
    onError(error);
    return c.json({ error: "Something went wrong" }, 500);
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_LIMIT_BYTES });
  const server = createServer(getRequestListener(site.fetch, { overrideGlobalObjects: false }));
  keepOpen(server);
  server.on("upgrade", (request, stream, head) => {
    stream.on("error", () => stream.destroy());
    void upgrade(request, stream, head).catch((error: unknown) => {
      onError(error);
      stream.destroy();
    });
  });

  async function upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    const apiKey = searchParams.get("apikey") ?? "";
    if (pathname !== SOCKET_PATH) return refuse(stream, "404 Not Found");
    if ("refused" in (await readToken(jwtSecret, apiKey))) return refuse(stream, "403 Forbidden");
    if (!server.listening) return void stream.destroy(); // it went down meanwhile
    const version = searchParams.get("vsn") === "2.0.0" ? "2.0.0" : "1.0.0";
    sockets.handleUpgrade(request, stream, head, (socket) => serveConnection(parts, socket, { version, apiKey }));
  }
  function cut(): void {
    for (const socket of sockets.clients) socket.terminate();
  }
  async function down(): Promise<void> {
    if (!server.listening) return;
    const gone = [...sockets.clients].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    cut();
    await Promise.all([...gone, closed]);
  }

  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => sockets.clients.size,
    messages: hub.messages,
    cut,
    down,
    async up() {
      if (!server.listening) await listen(server, port);
    },
    async stop() {
      await down();
      await permissions.close();
    },
  };
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
