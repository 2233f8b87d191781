import { startUpstashServer, type UpstashServer } from "@/dev/redis/upstash-server";
import { createViewers } from "@/lib/realtime/viewers";
import { createRedis, type RedisClient } from "@/lib/redis/client";
import { eventually } from "@/tests/support/realtime";
import { aRealRedisUrl, aRedisLog } from "@/tests/support/redis";
import { redisAway } from "@/tests/support/redis-away";

describe.each<[string, () => Promise<string | undefined>]>([
  ["a Redis of its own", aRealRedisUrl],
  ["a Redis in this process", async () => undefined],
])("with %s", (_what, redisUrl) => {
  let server: UpstashServer;
  let redis: RedisClient;
  beforeAll(async () => {
    server = await startUpstashServer({ redisUrl: await redisUrl() });
    // Patient: a busy machine is no Redis that is away.
    const patient = { timeoutMs: 5_000 };
    redis = createRedis({ kind: "upstash", url: server.url, token: server.token }, aRedisLog(), patient);
  });
  afterAll(async () => {
    await redis.close();
    await server.stop();
  });

  test("viewers count in their own community while their tokens last, in all instances", async () => {
    const start = Date.now();
    let elapsedMs = 0;
    const now = () => new Date(start + elapsedMs);
    const [first, second] = [createViewers({ redis, now }), createViewers({ redis, now })];
    await first.note("biz_a", "user_anna", new Date(start + 60_000));
    await second.note("biz_a", "user_anna", new Date(start + 120_000));
    await second.note("biz_b", "user_anna", new Date(start + 120_000));
    expect([await first.count("biz_a"), await second.count("biz_b"), await first.count("biz_c")]).toEqual([2, 1, 0]);
    elapsedMs = 60_000;
    expect(await first.count("biz_a")).toBe(1);
    await first.note("biz_a", "user_anna", new Date(start + 300_000));
    elapsedMs = 120_000;
    expect(await second.count("biz_a")).toBe(1);
  });

  test("who has a page open is known in all instances while the token lasts, and nobody else counts as one", async () => {
    const start = Date.now();
    let elapsedMs = 0;
    const now = () => new Date(start + elapsedMs);
    const [first, second] = [createViewers({ redis, now }), createViewers({ redis, now })];
    await first.note("biz_e", "user_anna", new Date(start + 60_000));
    await first.note("biz_e", "user_ben", new Date(start + 120_000));
    await first.note("biz_f", "user_cleo", new Date(start + 120_000));
    const asked = ["user_anna", "user_ben", "user_cleo"];
    expect([...(await second.watching("biz_e", asked))]).toEqual(["user_anna", "user_ben"]);
    expect([await second.isWatched("biz_e"), await second.isWatched("biz_g")]).toEqual([true, false]);
    elapsedMs = 60_000;
    expect([...(await second.watching("biz_e", asked))]).toEqual(["user_ben"]);
  });

  test("a Redis that was emptied or is away silences nobody: who may be watching is told", async () => {
    const viewers = createViewers({ redis, now: () => new Date() });
    await viewers.note("biz_h", "user_anna", new Date(Date.now() + 60_000));
    await redis.run("empty", (client) => client.flushdb());
    expect(await viewers.isWatched("biz_h")).toBe(true);
    expect([...(await viewers.watching("biz_h", ["user_anna", "user_ben"]))]).toEqual(["user_anna"]);
    const away = createViewers({ redis: redisAway, now: () => new Date() });
    expect([await away.isWatched("biz_h"), [...(await away.watching("biz_h", ["user_ben"]))]]).toEqual([
      true,
      ["user_ben"],
    ]);
  });

  test("who opens a page while Redis does not answer is told from then on, and by all instances once it does", async () => {
    const [here, elsewhere] = Array.from({ length: 2 }, () => createViewers({ redis, now: () => new Date() }));
    await server.down();
    await here?.note("biz_i", "user_anna", new Date(Date.now() + 60_000));
    await server.up();
    const watching = async (viewers = here) => [...((await viewers?.watching("biz_i", ["user_anna"])) ?? [])];
    // What an instance that has given up on Redis says is of nobody: it tells all.
    await eventually("Redis is back", () => redis.state() === "closed");
    expect(await watching()).toEqual(["user_anna"]);
    await eventually("the other instance knows", async () => (await watching(elsewhere)).length > 0);
  });

  test("while Redis is away the last count holds", async () => {
    const viewers = createViewers({ redis, now: () => new Date() });
    await viewers.note("biz_d", "user_anna", new Date(Date.now() + 60_000));
    expect(await viewers.count("biz_d")).toBe(1);
    await server.down();
    await viewers.note("biz_d", "user_anna", new Date(Date.now() + 60_000));
    expect(await viewers.count("biz_d")).toBe(1);
    await server.up();
  });
});
