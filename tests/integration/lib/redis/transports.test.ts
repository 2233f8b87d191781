import { Redis } from "@upstash/redis";
import { Redis as Connection } from "ioredis";
import { startInProcessRedis } from "@/dev/redis/in-process";
import { startUpstashServer } from "@/dev/redis/upstash-server";
import { createRequester } from "@/lib/redis/requester";
import { ioredisWire } from "@/lib/redis/wire";
import { theCluster } from "@/tests/support/cluster";
import { aRealRedisUrl } from "@/tests/support/redis";

/** A way to reach a Redis with Upstash's client, and how to leave it. */
type Route = { redis: Redis; leave(): Promise<void> };

type Way = [name: string, open: () => Promise<Route>];

const IMITATED: Way[] = [
  ["Upstash's protocol over a store in process", () => overHttp(undefined)],
  [
    "a store in process",
    async () => ({ redis: new Redis(createRequester(startInProcessRedis())), leave: async () => undefined }),
  ],
];

const REAL: Way[] = [
  ["Upstash's protocol over a real Redis", async () => overHttp(await aRealRedisUrl())],
  [
    "a real Redis",
    async () => {
      const connection = new Connection((await aRealRedisUrl()) ?? "");
      return { redis: new Redis(createRequester(ioredisWire(connection))), leave: async () => connection.disconnect() };
    },
  ],
];

/** Shown as skipped where the machine has no redis-server. */
const testReal = theCluster().redisUrl ? test : test.skip;

async function overHttp(redisUrl: string | undefined): Promise<Route> {
  const server = await startUpstashServer({ redisUrl });
  return { redis: new Redis({ url: server.url, token: server.token, retry: false }), leave: server.stop };
}

async function said(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "no error",
    (error: unknown) => String(error).replace(/, command was:.*/, ""),
  );
}

/** What the application does with Redis, and what every one of them must answer. */
async function conversation(redis: Redis): Promise<unknown[]> {
  const answers: unknown[] = [];
  const ask = async (work: Promise<unknown>) => void answers.push(await work);
  await ask(redis.ping());
  await ask(redis.set("text", "naïve ✓ 日本"));
  await ask(redis.get("text"));
  await ask(redis.set("once", "nx", { ex: 100, nx: true }));
  await ask(redis.set("once", "two", { ex: 100, nx: true }));
  await ask(redis.get("once"));
  await ask(redis.ttl("once"));
  await ask(redis.get("nothing"));
  await ask(redis.mget("text", "nothing", "once"));
  await ask(redis.set("json", { a: [1, "2", null] }));
  await ask(redis.get("json"));
  await ask(redis.incrby("count", 5));
  await ask(redis.hset("hash", { name: "Ada", level: 7, note: "a:b" }));
  await ask(redis.hgetall("hash"));
  await ask(redis.hget("hash", "level"));
  await ask(redis.hgetall("nothing"));
  await ask(
    redis.zadd("board", { score: 10, member: "u1" }, { score: 2.5, member: "u2" }, { score: 30, member: "gt" }),
  );
  await ask(redis.zadd("board", { gt: true }, { score: 5, member: "u1" }, { score: 40, member: "gt" }));
  await ask(redis.zadd("board", { nx: true, ch: true }, { score: 1, member: "u1" }, { score: -1, member: "u4" }));
  await ask(redis.zrange("board", 0, -1, { withScores: true }));
  await ask(redis.zrange("board", 0, 1, { rev: true }));
  await ask(redis.zrange("board", "(2", "+inf", { byScore: true, offset: 0, count: 2 }));
  await ask(redis.zcount("board", "(2.5", "+inf"));
  await ask(redis.zcount("board", 2.5, 10));
  await ask(redis.zcard("board"));
  await ask(redis.zscore("board", "u2"));
  await ask(redis.zmscore("board", ["u1", "nobody"]));
  await ask(redis.zrevrank("board", "u1"));
  await ask(redis.zrank("board", "nobody"));
  await ask(redis.zrem("board", "u4", "nobody"));
  await ask(redis.eval("return {KEYS[1], ARGV[1], 7, false, redis.call('GET', KEYS[1])}", ["text"], ["x"]));
  await ask(redis.eval("#!lua flags=allow-key-locking\nreturn redis.call('INCRBY', KEYS[1], ARGV[1])", ["count"], [2]));
  await ask(said(redis.evalsha("0000000000000000000000000000000000000000", ["k"], [])));
  await ask(redis.pipeline().set("p", 1).incr("p").get("p").hgetall("hash").exec());
  await ask(redis.multi().set("m", 5).decr("m").zcard("board").exec());
  await ask(redis.del("text", "once", "nothing"));
  await ask(redis.exists("text", "json"));
  await ask(redis.expire("json", 100));
  return answers;
}

const EXPECTED = [
  "PONG",
  "OK",
  "naïve ✓ 日本",
  "OK",
  null,
  "nx",
  100,
  null,
  ["naïve ✓ 日本", null, "nx"],
  "OK",
  { a: [1, "2", null] },
  5,
  3,
  { name: "Ada", level: 7, note: "a:b" },
  7,
  null,
  3,
  0,
  1,
  ["u4", -1, "u2", 2.5, "u1", 10, "gt", 40],
  ["gt", "u1"],
  ["u2", "u1"],
  2,
  2,
  4,
  2.5,
  [10, null],
  1,
  null,
  1,
  ["text", "x", 7, null, "naïve ✓ 日本"],
  7,
  expect.stringContaining("NOSCRIPT"),
  ["OK", 2, 2, { name: "Ada", level: 7, note: "a:b" }],
  ["OK", 4, 3],
  2,
  1,
  1,
];

async function answersAsRedisDoes(_: string, open: () => Promise<Route>): Promise<void> {
  const route = await open();
  try {
    expect(await conversation(route.redis)).toEqual(EXPECTED);
  } finally {
    await route.leave();
  }
}
test.each(IMITATED)("%s gives the answers of Redis to all we ask", answersAsRedisDoes);
testReal.each(REAL)("%s gives the answers of Redis to all we ask", answersAsRedisDoes);

async function countsAll(_: string, open: () => Promise<Route>): Promise<void> {
  const route = await open();
  try {
    await Promise.all(Array.from({ length: 100 }, () => route.redis.incr("shared")));
    expect(await route.redis.get("shared")).toBe(100);
  } finally {
    await route.leave();
  }
}
test.each(IMITATED)("%s loses none of a hundred increments at once", countsAll);
testReal.each(REAL)("%s loses none of a hundred increments at once", countsAll);

test("the server turns away who has no token, what it cannot read and what it does not speak", async () => {
  const server = await startUpstashServer();
  const post = async (path: string, body: string, token = server.token) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${server.url}${path}`, { method: "POST", body, headers });
    return [response.status, await response.json()];
  };
  try {
    expect(await post("/", '["ping"]')).toEqual([200, { result: "PONG" }]);
    const inBase64 = async (command: string) => {
      const headers = { authorization: `Bearer ${server.token}`, "upstash-encoding": "base64" };
      return (await fetch(server.url, { method: "POST", body: command, headers })).json();
    };
    expect(await inBase64('["set","k","a"]')).toEqual({ result: "OK" });
    expect(await inBase64('["mget","k","none"]')).toEqual({ result: ["YQ==", null] });
    expect(await inBase64('["incr","n"]')).toEqual({ result: 1 });
    expect(await post("/", '["ping"]', "wrong")).toEqual([401, { error: expect.any(String) }]);
    expect(await post("/", '["ping"]', "")).toEqual([401, { error: expect.any(String) }]);
    expect(await post("/", "not json")).toEqual([400, { error: expect.any(String) }]);
    expect(await post("/", "[]")).toEqual([400, { error: expect.any(String) }]);
    expect(await post("/pipeline", '{"a":1}')).toEqual([400, { error: expect.any(String) }]);
    expect(await post("/", '["quit"]')).toEqual([400, { error: expect.any(String) }]);
    expect(await post("/", '["disconnect"]')).toEqual([400, { error: expect.any(String) }]);
    expect(await post("/", '["constructor"]')).toEqual([400, { error: expect.any(String) }]);
    expect(await post("/get/key", "")).toEqual([404, { error: expect.any(String) }]);
    expect(await post("/", JSON.stringify(["set", "big", "x".repeat(11_000_000)]))).toEqual([
      400,
      { error: expect.any(String) },
    ]);
    expect((await fetch(server.url, { headers: { authorization: `Bearer ${server.token}` } })).status).toBe(405);
    expect(await post("/pipeline", '[["set","a","1"],["nosuch"],["get","a"]]')).toEqual([
      200,
      [{ result: "OK" }, { error: expect.any(String) }, { result: "1" }],
    ]);
  } finally {
    await server.stop();
  }
});
