import { Redis } from "@upstash/redis";
import { Redis as Connection } from "ioredis";
import type { Env } from "@/lib/env";
import { type GuardOptions, guardRedis, type RedisClient } from "@/lib/redis/guard";
import { createRequester } from "@/lib/redis/requester";
import { ioredisWire } from "@/lib/redis/wire";

export type { Answer, RedisClient, RedisLog } from "@/lib/redis/guard";

/** After this no answer is expected any more: waiting callers have given up long before, unless they are more patient still. */
const ABANDONED_MS = 5_000;

/**
 * The Redis of the environment: Upstash over HTTP, or any Redis server by its URL. Callers cannot tell which.
 * Connects with the first command.
 */
export function createRedis(
  config: Env["redis"],
  log: GuardOptions["log"],
  options: Omit<GuardOptions, "log" | "close" | "onSilence"> = {},
): RedisClient {
  if (config.kind === "upstash") {
    const abandonedMs = Math.max(ABANDONED_MS, options.timeoutMs ?? 0);
    return guardRedis(upstash(config.url, config.token, abandonedMs), { ...options, log });
  }
  const connection = connect(config.url);
  return guardRedis(new Redis(createRequester(ioredisWire(connection))), {
    ...options,
    log,
    onSilence: () => connection.disconnect(true), // and reconnect
    close: async () => connection.disconnect(),
  });
}

function upstash(url: string, token: string, abandonedMs: number): Redis {
  return new Redis({
    url,
    token,
    enableTelemetry: false,
    // One more attempt, at once, for a kept-alive connection that the other side has just closed.
    retry: { retries: 1, backoff: () => 0 },
    signal: () => AbortSignal.timeout(abandonedMs),
  });
}

function connect(url: string): Connection {
  const connection = new Connection(url, {
    lazyConnect: true,
    connectTimeout: 1_000,
    disconnectTimeout: 100,
    keepAlive: 10_000,
    // What was under way when the connection broke fails, rather than being sent again much later.
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000),
  });
  connection.on("error", () => undefined); // every command in need of it fails and says so
  return connection;
}
