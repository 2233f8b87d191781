import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "@upstash/redis";
import { type RedisServer, startRedisServer } from "@/dev/redis/server";
import { startUpstashServer } from "@/dev/redis/upstash-server";
import { createRedis, type RedisClient } from "@/lib/redis/client";
import { theCluster } from "@/tests/support/cluster";
import { aRedisLog } from "@/tests/support/redis";
import { startTcpProxy, type TcpProxy } from "@/tests/support/tcp-proxy";

/** A Redis that can be made to misbehave, and a client of it with short pauses. */
type Scene = {
  client: RedisClient;
  log: ReturnType<typeof aRedisLog>;
  freeze(): void;
  thaw(): void;
  down(): Promise<void>;
  up(): Promise<void>;
  end(): Promise<void>;
};

const PAUSES = { retryAfterMs: [200] };
/** Far more than the client waits, on a busy machine too, and far less than the drivers would by themselves: ten seconds and more. */
const SOON_MS = 4_000;

async function upstashScene(): Promise<Scene> {
  const server = await startUpstashServer();
  const log = aRedisLog();
  const client = createRedis({ kind: "upstash", url: server.url, token: server.token }, log, PAUSES);
  return {
    client,
    log,
    freeze: server.freeze,
    thaw: server.thaw,
    down: server.down,
    up: server.up,
    async end() {
      await client.close();
      await server.stop();
    },
  };
}

async function aRedisServer(): Promise<RedisServer> {
  const server = await startRedisServer();
  if (!server) throw new Error("There is no redis-server here; these tests should be skipped.");
  return server;
}

async function redisScene(): Promise<Scene> {
  const server = await aRedisServer();
  const log = aRedisLog();
  const client = createRedis({ kind: "redis", url: server.url }, log, PAUSES);
  return {
    client,
    log,
    freeze: () => void process.kill(server.pid, "SIGSTOP"),
    thaw: () => void process.kill(server.pid, "SIGCONT"),
    down: server.kill,
    up: server.restart,
    async end() {
      await client.close();
      await server.stop();
    },
  };
}

const echo = async (redis: Redis) => redis.eval("return ARGV[1]", ["k"], ["here"]);

async function timed<T>(work: Promise<T>): Promise<[T, number]> {
  const started = performance.now();
  return [await work, performance.now() - started];
}

async function untilItAnswers(client: RedisClient): Promise<void> {
  const until = Date.now() + 10_000;
  while (!(await client.run("test", echo)).ok) {
    if (Date.now() > until) throw new Error("Redis did not come back.");
    await sleep(25);
  }
}

const scenes: [name: string, make: () => Promise<Scene>][] = [["Upstash", upstashScene]];
if (theCluster().redisUrl) scenes.push(["a Redis server", redisScene]);

describe.each(scenes)("over %s", (_, make) => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await make();
    await untilItAnswers(scene.client);
  });
  afterEach(() => scene.end());

  test("a command's answer comes through", async () => {
    expect(await scene.client.run("test", echo)).toEqual({ ok: true, value: "here" });
    expect(scene.client.state()).toBe("closed");
    expect(scene.log.lines).toEqual([]);
  });

  test("frozen, it has cost one waiting time when the first caller gives up, and no more", async () => {
    scene.freeze();
    const calls: number[] = [];
    // Each waiting by itself, they would take twice as long as that.
    for (let i = 0; i < 40; i++) calls.push((await timed(scene.client.run("test", echo)))[1]);
    scene.thaw();
    expect(calls.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(SOON_MS);
  });

  test("frozen, it delays those who wait by moments, once, and then nobody, until it is back", async () => {
    scene.freeze();
    const waiting = await Promise.all(Array.from({ length: 20 }, () => timed(scene.client.run("test", echo))));
    expect(waiting.map(([answer]) => answer.ok)).not.toContain(true);
    expect(Math.max(...waiting.map(([, ms]) => ms))).toBeLessThan(SOON_MS);
    expect(scene.client.state()).toBe("open");

    const later: number[] = [];
    for (const until = Date.now() + 1_000; Date.now() < until; await sleep(10)) {
      const [answer, ms] = await timed(scene.client.run("test", echo));
      expect(answer).toEqual({ ok: false });
      later.push(ms);
    }
    const usual = later.toSorted((one, other) => one - other)[Math.floor(later.length / 2)];
    expect(usual).toBeLessThan(50); // a busy machine has hiccups; waiting would be each time

    scene.thaw();
    await untilItAnswers(scene.client);
    expect(scene.client.state()).toBe("closed");
    const messages = scene.log.lines.map((line) => line.message);
    expect(messages).toContain("Redis is away; going on without it");
    expect(messages.at(-1)).toBe("Redis is back");
  });

  test("stopped and started again, it is used again without our restart", async () => {
    await scene.down();
    const answers = await Promise.all(Array.from({ length: 10 }, () => timed(scene.client.run("test", echo))));
    expect(answers.map(([answer]) => answer.ok)).not.toContain(true);
    expect(Math.max(...answers.map(([, ms]) => ms))).toBeLessThan(SOON_MS);
    await scene.up();
    await untilItAnswers(scene.client);
    expect(await scene.client.run("test", echo)).toEqual({ ok: true, value: "here" });
  });

  test("a refused command is reported without its contents and does not count as an outage", async () => {
    const wrong = async (redis: Redis) => redis.eval("return {", [], ["personal"]);
    // Refused, and not given up on: on a busy machine the first answer may take longer than the usual limit.
    for (let i = 0; i < 10; i++) {
      expect(await scene.client.run("wrong", wrong, { timeoutMs: SOON_MS })).toEqual({ ok: false });
    }
    expect(scene.client.state()).toBe("closed");
    expect(scene.log.lines[0]).toMatchObject({ level: "error", fields: { what: "wrong" } });
    expect(JSON.stringify(scene.log.lines)).not.toContain("personal");
    expect(await scene.client.run("test", echo, { timeoutMs: SOON_MS })).toEqual({ ok: true, value: "here" });
  });

  test("an error in the caller's own function does not escape", async () => {
    const broken = async () => {
      throw new TypeError("a mistake");
    };
    expect(await scene.client.run("test", broken)).toEqual({ ok: false });
  });

  test("a longer time limit is the caller's to give", async () => {
    const slow = async (redis: Redis) => {
      await sleep(400);
      return echo(redis);
    };
    expect(await scene.client.run("rebuild", slow, { timeoutMs: 2_000 })).toEqual({ ok: true, value: "here" });
    expect(await scene.client.run("rebuild", slow)).toEqual({ ok: false });
  });

  test("closed, it answers that Redis is away", async () => {
    await scene.client.close();
    expect(await scene.client.run("test", echo)).toEqual({ ok: false });
  });
});

async function behindProxy(): Promise<{ client: RedisClient; proxy: TcpProxy; end(): Promise<void> }> {
  const server = await aRedisServer();
  const proxy = await startTcpProxy(Number(new URL(server.url).port));
  const client = createRedis({ kind: "redis", url: `redis://127.0.0.1:${proxy.port}` }, aRedisLog(), PAUSES);
  return {
    client,
    proxy,
    async end() {
      await client.close();
      await proxy.stop();
      await server.stop();
    },
  };
}

const testReal = theCluster().redisUrl ? test : test.skip;

testReal("a connection that has died without a word is replaced, within seconds", async () => {
  const { client, proxy, end } = await behindProxy();
  try {
    await untilItAnswers(client);
    proxy.cut();
    expect(await client.run("test", echo)).toEqual({ ok: false });
    const [, ms] = await timed(untilItAnswers(client));
    expect(ms).toBeLessThan(3_000);
  } finally {
    await end();
  }
});

testReal("what was given up is not carried out after a restart", async () => {
  const server = await aRedisServer();
  const client = createRedis({ kind: "redis", url: server.url }, aRedisLog(), PAUSES);
  try {
    await untilItAnswers(client);
    process.kill(server.pid, "SIGSTOP");
    expect(await client.run("test", (redis) => redis.set("late", "yes"))).toEqual({ ok: false });
    await server.restart();
    await untilItAnswers(client);
    await sleep(300);
    expect(await client.run("test", (redis) => redis.get("late"))).toEqual({ ok: true, value: null });
  } finally {
    await client.close();
    await server.stop();
  }
});

test("a wrong token does not pass for an outage, and neither it nor the command is written to the log", async () => {
  const server = await startUpstashServer({ token: "right-token" });
  const log = aRedisLog();
  const client = createRedis({ kind: "upstash", url: server.url, token: "wrong-token" }, log);
  try {
    expect(await client.run("test", echo)).toEqual({ ok: false });
    expect(client.state()).toBe("closed");
    expect(log.lines).toMatchObject([{ level: "error" }]);
    expect(JSON.stringify(log.lines)).not.toMatch(/(right|wrong)-token|here/);
  } finally {
    await server.stop();
  }
});
