import { Redis as Connection } from "ioredis";
import { startUpstashServer, type UpstashServer } from "@/dev/redis/upstash-server";
import { createRedis, type RedisClient, type RedisLog } from "@/lib/redis/client";
import { theCluster } from "@/tests/support/cluster";

/** How many databases a Redis server has unless configured otherwise. */
const DATABASES = 16;

/** A log that keeps what it is told. */
export function aRedisLog(): RedisLog & { lines: { level: string; fields: object; message: string }[] } {
  const lines: { level: string; fields: object; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  return { lines, info: at("info"), warn: at("warn"), error: at("error") };
}

/** This worker's own, emptied database on the real Redis; undefined when the machine has none. */
export async function aRealRedisUrl(): Promise<string | undefined> {
  const { redisUrl } = theCluster();
  if (!redisUrl) return undefined;
  const url = `${redisUrl}/${Number(process.env.JEST_WORKER_ID ?? 1) % DATABASES}`;
  const connection = new Connection(url);
  await connection.flushdb();
  connection.disconnect();
  return url;
}

/**
 * One Redis for the tests of a file, spoken to as Upstash: in front of a real server where there is one, else in process.
 * `server` makes it misbehave. Read its fields inside of tests.
 */
export function useRedis(): { readonly client: RedisClient; readonly server: UpstashServer } {
  let made: { client: RedisClient; server: UpstashServer } | undefined;
  const current = () => {
    if (!made) throw new Error("Redis exists only while tests run: read its fields inside of a test or a hook.");
    return made;
  };
  beforeAll(async () => {
    const server = await startUpstashServer({ redisUrl: await aRealRedisUrl() });
    made = { server, client: createRedis({ kind: "upstash", url: server.url, token: server.token }, aRedisLog()) };
  });
  afterAll(async () => {
    await made?.client.close();
    await made?.server.stop();
  });
  return {
    get client() {
      return current().client;
    },
    get server() {
      return current().server;
    },
  };
}
