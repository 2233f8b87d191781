import { Redis } from "@upstash/redis";
import { Redis as Connection } from "ioredis";
import { startInProcessRedis } from "@/dev/redis/in-process";
import { startUpstashServer, type UpstashServer } from "@/dev/redis/upstash-server";
import { createRedis, type RedisClient } from "@/lib/redis/client";
import { guardRedis } from "@/lib/redis/guard";
import { createRateLimiter, type Verdict } from "@/lib/redis/rate-limit";
import { createRequester } from "@/lib/redis/requester";
import { theCluster } from "@/tests/support/cluster";
import { aRealRedisUrl, aRedisLog } from "@/tests/support/redis";

const HOUR = 3_600;
const allowed = (verdicts: Verdict[]) => verdicts.filter((verdict) => verdict.allowed).length;
const times = <T>(count: number, work: () => Promise<T>) => Promise.all(Array.from({ length: count }, work));

/** Only counting is asked of these, so nothing may be cut short by a busy machine. */
const PATIENT = { timeoutMs: 20_000 };

type Source = [name: string, open: () => Promise<{ client: RedisClient; end(): Promise<void> }>];
const sources: Source[] = [
  [
    "Upstash over a store in process",
    async () => {
      const server = await startUpstashServer();
      const config = { kind: "upstash", url: server.url, token: server.token } as const;
      return { client: createRedis(config, aRedisLog(), PATIENT), end: server.stop };
    },
  ],
  [
    "a store in process",
    async () => {
      const redis = new Redis(createRequester(startInProcessRedis()));
      return { client: guardRedis(redis, { log: aRedisLog(), ...PATIENT }), end: async () => undefined };
    },
  ],
];
if (theCluster().redisUrl) {
  sources.push(
    [
      "Upstash over a real Redis",
      async () => {
        const server = await startUpstashServer({ redisUrl: await aRealRedisUrl() });
        const config = { kind: "upstash", url: server.url, token: server.token } as const;
        return { client: createRedis(config, aRedisLog(), PATIENT), end: server.stop };
      },
    ],
    [
      "a real Redis",
      async () => {
        const client = createRedis({ kind: "redis", url: (await aRealRedisUrl()) ?? "" }, aRedisLog(), PATIENT);
        return { client, end: client.close };
      },
    ],
  );
}

describe.each(sources)("over %s", (_, open) => {
  let client: RedisClient;
  let end: () => Promise<void>;
  beforeAll(async () => {
    ({ client, end } = await open());
  });
  afterAll(() => end());

  test("of 100 at once exactly the limit pass, and the others are told when to come back", async () => {
    const limiter = createRateLimiter(client);
    const verdicts = await times(100, () => limiter.limit({ name: "exact", key: "u1", max: 30, windowSeconds: HOUR }));
    expect(allowed(verdicts)).toBe(30);
    const refused = verdicts.filter((verdict) => !verdict.allowed);
    expect(refused.every(({ retryAfterSeconds: s }) => Number.isInteger(s) && s >= 1 && s <= HOUR)).toBe(true);
    expect(refused.every(({ remaining }) => remaining === 0)).toBe(true);
  });

  test("two instances share one limit", async () => {
    const instances = [createRateLimiter(client), createRateLimiter(client)];
    const limit = { name: "shared", key: "u1", max: 10, windowSeconds: HOUR };
    const verdicts = await Promise.all(instances.map((limiter) => times(20, () => limiter.limit(limit))));
    expect(allowed(verdicts.flat())).toBe(10);
  });

  test("keys, names and costs are told apart", async () => {
    const limiter = createRateLimiter(client);
    const base = { name: "apart", key: "a", max: 4, windowSeconds: HOUR };
    expect(await limiter.limit({ ...base, cost: 3 })).toEqual({ allowed: true, retryAfterSeconds: 0, remaining: 1 });
    expect((await limiter.limit({ ...base, cost: 3 })).allowed).toBe(false);
    expect((await limiter.limit({ ...base, key: "b", cost: 3 })).allowed).toBe(true);
    expect((await limiter.limit({ ...base, name: "other", cost: 3 })).allowed).toBe(true);
  });
});

describe("with Redis away", () => {
  let server: UpstashServer;
  beforeEach(async () => {
    server = await startUpstashServer();
  });
  afterEach(() => server.stop());
  const clientOf = (options?: { timeoutMs: number }) =>
    createRedis({ kind: "upstash", url: server.url, token: server.token }, aRedisLog(), options);

  test.each([
    ["refusing connections", () => server.down()],
    ["frozen", async () => server.freeze()],
  ])("%s, exactly the limit passes in this process", async (_, misbehave) => {
    const limiter = createRateLimiter(clientOf());
    await misbehave();
    const verdicts = await times(100, () => limiter.limit({ name: "away", key: "u1", max: 7, windowSeconds: HOUR }));
    expect(allowed(verdicts)).toBe(7);
    expect(verdicts.filter((verdict) => !verdict.allowed).every((verdict) => verdict.retryAfterSeconds >= 1)).toBe(
      true,
    );
  });

  test("the window in this process ends when it should", async () => {
    await server.down();
    let time = Date.parse("2026-11-20T12:00:30Z");
    const limiter = createRateLimiter(clientOf(), () => time);
    const ask = () => limiter.limit({ name: "window", key: "u1", max: 1, windowSeconds: 60 });
    expect(await ask()).toEqual({ allowed: true, retryAfterSeconds: 0, remaining: 0 });
    expect(await ask()).toEqual({ allowed: false, retryAfterSeconds: 30, remaining: 0 });
    time += 29_999;
    expect((await ask()).allowed).toBe(false);
    time += 1;
    expect((await ask()).allowed).toBe(true);
  });

  test("flushed, a limit begins anew and nothing breaks", async () => {
    const limiter = createRateLimiter(clientOf(PATIENT));
    const ask = () => limiter.limit({ name: "flush", key: "u1", max: 2, windowSeconds: HOUR });
    expect(allowed(await times(5, ask))).toBe(2);
    await server.flush();
    expect(allowed(await times(5, ask))).toBe(2);
  });
});

const testReal = theCluster().redisUrl ? test : test.skip;
testReal("nothing is left in Redis for ever", async () => {
  const url = (await aRealRedisUrl()) ?? "";
  const client = createRedis({ kind: "redis", url }, aRedisLog());
  const connection = new Connection(url);
  try {
    await createRateLimiter(client).limit({ name: "ends", key: "u1", max: 5, windowSeconds: 60 });
    const keys = await connection.keys("*");
    expect(keys.length).toBeGreaterThan(0);
    expect(await Promise.all(keys.map((key) => connection.ttl(key)))).not.toContain(-1);
    expect(keys.every((key) => key.startsWith("limit:ends:{u1}"))).toBe(true);
  } finally {
    connection.disconnect();
    await client.close();
  }
});
