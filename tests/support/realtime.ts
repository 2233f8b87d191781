import { randomBytes } from "node:crypto";
import {
  createClient,
  type RealtimeChannel,
  type SupabaseClient,
  type WebSocketLikeConstructor,
} from "@supabase/supabase-js";
import WebSocket from "ws";
import { type RealtimeServer, startRealtimeServer } from "@/dev/realtime/server";
import { mintApiKey } from "@/dev/realtime/tokens";
import { aDatabase } from "@/tests/support/database";

export type TestRealtime = {
  server: RealtimeServer;
  databaseUrl: string;
  jwtSecret: string;
  anonKey: string;
  serviceRoleKey: string;
  /** A page that listens with the unmodified client; without a token it has the public key only. */
  listen(topic: string, page?: PageOptions): Promise<Page>;
  /** To be called after each test. */
  closePages(): Promise<void>;
  stop(): Promise<void>;
};

export type PageOptions = {
  token?: string;
  /** Default true. */
  private?: boolean;
  version?: "1.0.0" | "2.0.0";
  /** Wishes to be answered, and to hear itself. */
  broadcast?: { ack?: boolean; self?: boolean };
};

export type Page = {
  client: SupabaseClient;
  channel: RealtimeChannel;
  /** What became of joining, and everything after it: "SUBSCRIBED", "CHANNEL_ERROR: …", "CLOSED". */
  statuses: string[];
  heard: { event: string; payload: unknown }[];
  close(): Promise<void>;
};

/**
 * Node has no WebSocket of its own before version 22. This one behaves like a browser's; only the types of its events are
 * its own.
 */
export const transport = WebSocket as unknown as WebSocketLikeConstructor;

/** A Realtime server over a database of its own. */
export async function startTestRealtime(options: { allowPublic?: boolean } = {}): Promise<TestRealtime> {
  const database = await aDatabase();
  const realtime = await serveRealtime(database.ownerUrl, options);
  return {
    ...realtime,
    async stop() {
      await realtime.stop();
      await database.drop();
    },
  };
}

/** A Realtime server over a database that there is. */
export async function serveRealtime(
  databaseUrl: string,
  options: { allowPublic?: boolean } = {},
): Promise<TestRealtime> {
  const jwtSecret = randomBytes(32).toString("hex");
  const [anonKey, serviceRoleKey] = await Promise.all([
    mintApiKey(jwtSecret, "anon"),
    mintApiKey(jwtSecret, "service_role"),
  ]);
  const server = await startRealtimeServer({ databaseUrl, jwtSecret, ...options });
  const pages: Page[] = [];
  return {
    server,
    databaseUrl,
    jwtSecret,
    anonKey,
    serviceRoleKey,
    async listen(topic, page = {}) {
      const opened = await openPage(server.url, anonKey, topic, page);
      pages.push(opened);
      return opened;
    },
    async closePages() {
      await Promise.all(pages.splice(0).map((page) => page.close()));
    },
    stop: server.stop,
  };
}

/** Waits until it holds. @throws Error when that takes longer than even a busy machine needs, or than it is told. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const until = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`Not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function openPage(url: string, anonKey: string, topic: string, options: PageOptions): Promise<Page> {
  const { token, version = "2.0.0", broadcast } = options;
  const client = createClient(url, anonKey, {
    // Nothing of a page that has been closed is to keep the tests waiting.
    realtime: {
      transport,
      vsn: version,
      reconnectAfterMs: () => 100,
      timeout: 2_000,
      disconnectOnEmptyChannelsAfterMs: 0,
    },
    ...(token === undefined ? {} : { accessToken: async () => token }),
  });
  if (token !== undefined) await client.realtime.setAuth(token);
  const channel = client.channel(topic, { config: { private: options.private ?? true, broadcast } });
  const page: Page = {
    client,
    channel,
    statuses: [],
    heard: [],
    close: () => client.realtime.removeAllChannels().then(),
  };
  channel.on("broadcast", { event: "*" }, ({ event, payload }) => page.heard.push({ event, payload }));
  channel.subscribe((status, error) => page.statuses.push(error ? `${status}: ${error.message}` : status));
  await eventually(`an answer about ${topic}`, () => page.statuses.length > 0);
  return page;
}
