import { startUpstashServer, type UpstashServer } from "@/dev/redis/upstash-server";
import { createRedis, type RedisClient } from "@/lib/redis/client";
import { createRateLimiter } from "@/lib/redis/rate-limit";
import { createWhopShare, type WhopShare } from "@/lib/whop/share";
import { aRealRedisUrl, aRedisLog } from "@/tests/support/redis";
import { redisAway } from "@/tests/support/redis-away";

let server: UpstashServer;
let redis: RedisClient;
beforeAll(async () => {
  server = await startUpstashServer({ redisUrl: await aRealRedisUrl() });
  const config = { kind: "upstash", url: server.url, token: server.token } as const;
  // Only counting is asked of it, so nothing may be cut short by a busy machine.
  redis = createRedis(config, aRedisLog(), { timeoutMs: 20_000 });
});
afterAll(async () => {
  await redis.close();
  await server.stop();
});

const OPERATION = "memberships.addFreeDays";
const MINUTE_MS = 60_000;
const STEP_MS = 250;

/** Only the clock is played; what waits for Redis really waits. */
const REAL = ["setTimeout", "setInterval", "setImmediate", "nextTick", "queueMicrotask", "performance"] as const;
beforeEach(() => {
  jest.useFakeTimers({
    doNotFake: [...REAL, "clearTimeout", "clearInterval", "clearImmediate", "hrtime"],
    now: Date.parse("2026-11-21T12:00:00Z"),
  });
});
afterEach(() => jest.useRealTimers());

const instances = (count: number, client = redis): WhopShare[] =>
  Array.from({ length: count }, () => createWhopShare({ limiter: createRateLimiter(client), now: () => new Date() }));

interface Reward {
  communityId: string;
  /** Which of its community it is: rewards are claimed lowest first. */
  row: number;
}

/** The work of communities as it is claimed: each one's first, then each one's second. */
function interleaved(amounts: Record<string, number>): Reward[] {
  const rows = Object.entries(amounts).flatMap(([communityId, amount]) =>
    Array.from({ length: amount }, (_, row) => ({ communityId, row })),
  );
  return rows.toSorted((one, other) => one.row - other.row || (one.communityId < other.communityId ? -1 : 1));
}

/** Workers that try at each step, each until it is refused, and come back when they were told to. */
async function work(
  shares: WhopShare[],
  queue: Reward[],
  durationMs: number,
  operation = OPERATION,
): Promise<Map<number, Reward[]>> {
  const sent = new Map<number, Reward[]>();
  const backAt = shares.map(() => Date.now());
  for (let elapsedMs = 0; elapsedMs < durationMs; elapsedMs += STEP_MS) {
    const now: Reward[] = [];
    sent.set(Date.now(), now);
    await Promise.all(
      shares.map(async (share, index) => {
        while (queue.length > 0 && Date.now() >= (backAt[index] ?? 0)) {
          const { allowed, retryAfterSeconds } = await share.take(operation);
          if (!allowed) backAt[index] = Date.now() + retryAfterSeconds * 1_000;
          const reward = allowed ? queue.shift() : undefined;
          if (reward) now.push(reward);
        }
      }),
    );
    jest.setSystemTime(Date.now() + STEP_MS);
  }
  return sent;
}

const all = (sent: Map<number, Reward[]>) => [...sent.values()].flat();

test("ten communities with one to ten thousand rewards get equal shares, and who has few is soon done", async () => {
  const amounts = [1, 3, 10, 30, 60, 300, 1_000, 3_000, 5_000, 10_000];
  const work10 = Object.fromEntries(amounts.map((amount, index) => [`biz_${index}`, amount]));
  const sent = await work(instances(3), interleaved(work10), MINUTE_MS);
  const countOf = new Map<string, number>();
  for (const { communityId } of all(sent)) countOf.set(communityId, (countOf.get(communityId) ?? 0) + 1);
  const counts = amounts.map((_, index) => countOf.get(`biz_${index}`) ?? 0);

  // Whoever has less than a share has all of it; the others have the same, but for the turn that is under way.
  const many = counts.slice(5);
  expect(counts.slice(0, 5)).toEqual([1, 3, 10, 30, 60]);
  expect(Math.max(...many) - Math.min(...many)).toBeLessThanOrEqual(1);
  // And next to nothing of the minute is left unused.
  expect(all(sent).length).toBeGreaterThan(0.9 * 540);
});

test.each([1, 2, 20])(
  "no minute lets more than 540 calls through, whatever the number of instances (%i)",
  async (count) => {
    const operation = `messages.create ${count}`;
    const sent = await work(instances(count), interleaved({ biz_a: 100_000 }), MINUTE_MS + 10_000, operation);
    const times = [...sent].flatMap(([time, rewards]) => rewards.map(() => time));
    const start = Math.min(...sent.keys());
    for (let from = start; from <= start + 10_000; from += 1_000) {
      expect(times.filter((time) => time >= from && time < from + MINUTE_MS).length).toBeLessThanOrEqual(540);
    }
    const seconds = Array.from({ length: 70 }, (_, second) => start + second * 1_000);
    expect(Math.max(...seconds.map((from) => times.filter((time) => time >= from && time < from + 1_000).length))).toBe(
      9,
    );
  },
);

test("operations have a share each", async () => {
  const [share] = instances(1);
  const take = (operation: string) => share?.take(operation);
  const verdicts = await Promise.all(Array.from({ length: 12 }, () => take("dmChannels.create")));
  expect(verdicts.filter((verdict) => verdict?.allowed)).toHaveLength(9);
  expect(await take("promoCodes.create")).toEqual({ allowed: true, retryAfterSeconds: 0 });
  expect(await take("dmChannels.create")).toEqual({ allowed: false, retryAfterSeconds: 1 });
});

test("with Redis gone each process has as much for itself: neither without bound nor nothing", async () => {
  const [share] = instances(1, redisAway);
  const sent = await work(share ? [share] : [], interleaved({ biz_a: 10_000 }), MINUTE_MS);
  expect(all(sent)).toHaveLength(540);
});
