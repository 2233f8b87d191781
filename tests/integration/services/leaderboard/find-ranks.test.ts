import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "@upstash/redis";
import { sql } from "kysely";
import type { Deps } from "@/lib/deps";
import { currentBoard, rankKey } from "@/services/leaderboard/board";
import { checkRanks } from "@/services/leaderboard/check-ranks";
import { pushRanks } from "@/services/leaderboard/push-ranks";
import { type OwnRow, readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { rebuildRanks } from "@/services/leaderboard/rebuild-ranks";
import { awardActivities } from "@/services/xp/award-activity";
import { anApp } from "@/tests/support/app";
import { aCommunity, aMessage } from "@/tests/support/community";
import { FILTERS, putMembers } from "@/tests/support/leaderboard";

const app = anApp();
/** "Within two seconds", with what a busy machine takes. */
const HEALED_MS = 2_000;
/** Longer than a set is used without a look at Postgres. */
const STALE_MS = 1_600;

/** Members user_1 … user_9 with 900 … 100 XP, and their sets in Redis. */
async function aRankedCommunity(): Promise<string> {
  const { database, deps } = app();
  const communityId = await aCommunity(database);
  const members = Array.from({ length: 9 }, (_, at) => ({ userId: `user_${at + 1}`, xp: 900 - 100 * at }));
  await putMembers(database, deps, communityId, members);
  expect(await rebuildRanks(deps, communityId)).toBe(true);
  return communityId;
}

type Seen = { ranks: (number | null | undefined)[]; cached: boolean[] };

/** The member's rank on all three boards, asked as the lowest of a page so that it has to be looked up. */
async function ranksOf(communityId: string, userId: string, deps: Deps = app().deps): Promise<Seen> {
  const answers: { me?: OwnRow | null; cached: boolean }[] = [];
  for (const filter of FILTERS) {
    answers.push(await readLeaderboard(deps, communityId, { filter, limit: 1, me: true }, userId));
  }
  return { ranks: answers.map(({ me }) => me?.rank), cached: answers.map(({ cached }) => cached) };
}

const FROM_REDIS = [true, true, true];

async function adjust(communityId: string, userId: string, amount: number) {
  const activity = aMessage({ userId, action: "adjustment", amount, source: "api", occurredAt: new Date() });
  return awardActivities(app().deps, communityId, [activity]);
}

async function inRedis(command: (redis: Redis) => Promise<unknown>): Promise<void> {
  const answer = await app().deps.redis.run("meddle", command, { timeoutMs: 5_000 });
  expect(answer.ok).toBe(true);
}

async function keysOf(communityId: string): Promise<string[]> {
  const boards = await Promise.all(FILTERS.map((filter) => currentBoard(app().deps, communityId, filter)));
  return boards.map((board) => rankKey(communityId, board));
}

/** Until Redis answers again, and within the time in which everything must be mended. */
async function untilCached(communityId: string, userId: string, withinMs = HEALED_MS): Promise<Seen> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = await ranksOf(communityId, userId);
    if (seen.cached.every(Boolean) || Date.now() > deadline) return seen;
    await sleep(50);
  }
}

test("ranks come from Redis once the sets are there", async () => {
  const communityId = await aRankedCommunity();
  expect(await ranksOf(communityId, "user_5")).toEqual({ ranks: [5, 5, 5], cached: FROM_REDIS });
});

test("the first question of a community is answered by Postgres, and has the sets made", async () => {
  const communityId = await aRankedCommunity();
  await inRedis(async (redis) => redis.del(...(await keysOf(communityId))));
  expect(await ranksOf(communityId, "user_5")).toEqual({ ranks: [5, 5, 5], cached: [false, false, false] });
  expect(await untilCached(communityId, "user_5")).toEqual({ ranks: [5, 5, 5], cached: FROM_REDIS });
});

test("awards that nobody told Redis of count within two seconds, on all boards", async () => {
  const communityId = await aRankedCommunity();
  await adjust(communityId, "user_9", 1_000);
  await adjust(communityId, "user_new", 550);
  await adjust(communityId, "user_newer", 750);
  await adjust(communityId, "user_1", -880);
  await sleep(STALE_MS);
  // Three have come before user_5, one has fallen behind.
  expect(await ranksOf(communityId, "user_5")).toEqual({ ranks: [7, 7, 7], cached: FROM_REDIS });
  expect(await ranksOf(communityId, "user_new")).toEqual({ ranks: [6, 6, 6], cached: FROM_REDIS });
  expect(await ranksOf(communityId, "user_1")).toEqual({ ranks: [11, 11, 11], cached: FROM_REDIS });
});

test("an award that is committed long after it began is not missed", async () => {
  const communityId = await aRankedCommunity();
  const activity = aMessage({ userId: "user_9", action: "adjustment", amount: 1_000, source: "api" });
  const award = awardActivities(app().deps, communityId, [activity], () => sleep(2_400));
  await sleep(2_000);
  expect((await ranksOf(communityId, "user_5")).ranks).toEqual([5, 5, 5]);
  await award;
  await sleep(STALE_MS);
  expect(await ranksOf(communityId, "user_5")).toEqual({ ranks: [6, 6, 6], cached: FROM_REDIS });
});

test("a member who is told to Redis overtakes at once; who is not on the board does not come onto it by that", async () => {
  const communityId = await aRankedCommunity();
  const [receipt] = await adjust(communityId, "user_9", 1_000);
  if (!receipt) throw new Error("no receipt");
  await pushRanks(app().deps, communityId, [receipt, { ...receipt, userId: "user_hidden", totalXp: 5_000 }]);
  expect((await ranksOf(communityId, "user_5")).ranks[0]).toBe(6);
});

test("an activity too old to count, whose receipt has no total, takes nobody's place away", async () => {
  const communityId = await aRankedCommunity();
  const [receipt] = await awardActivities(app().deps, communityId, [
    aMessage({ userId: "user_1", occurredAt: new Date(Date.now() - 100 * 86_400_000) }),
  ]);
  if (!receipt) throw new Error("no receipt");
  expect(receipt.outcome).toBe("too_old");
  await pushRanks(app().deps, communityId, [receipt]);
  expect((await ranksOf(communityId, "user_5")).ranks[0]).toBe(5);
});

test("with Redis flushed every rank is the same, and the sets are back within two seconds", async () => {
  const communityId = await aRankedCommunity();
  await app().redis.flush();
  expect((await ranksOf(communityId, "user_5")).ranks).toEqual([5, 5, 5]);
  expect(await untilCached(communityId, "user_5")).toEqual({ ranks: [5, 5, 5], cached: FROM_REDIS });
});

test("a set that an award made after a flush, with nobody else in it, is not taken for the board", async () => {
  const communityId = await aRankedCommunity();
  await app().redis.flush();
  await inRedis((redis) => redis.zadd(`ranks:{${communityId}}:all`, { score: 900, member: "user_1" }));
  expect((await ranksOf(communityId, "user_5")).ranks).toEqual([5, 5, 5]);
});

test("a set that is lost while it is being caught up with is not taken for the board", async () => {
  const communityId = await aRankedCommunity();
  await adjust(communityId, "user_1", 1);
  await sleep(STALE_MS);
  const { redis } = app().deps;
  const losing: Deps["redis"] = {
    ...redis,
    async run(what, command, options) {
      if (what === "catch up with ranks") await app().redis.flush();
      return redis.run(what, command, options);
    },
  };
  // What is caught up with is user_1 alone: enough for the second, not for the fifth.
  expect((await ranksOf(communityId, "user_2", { ...app().deps, redis: losing })).ranks).toEqual([2, 2, 2]);
  expect((await ranksOf(communityId, "user_5")).ranks).toEqual([5, 5, 5]);
});

test("with Redis frozen every rank is the same, and answers wait no longer than its time limit", async () => {
  const communityId = await aRankedCommunity();
  app().redis.freeze();
  try {
    const began = Date.now();
    expect(await ranksOf(communityId, "user_5")).toEqual({ ranks: [5, 5, 5], cached: [false, false, false] });
    expect(Date.now() - began).toBeLessThan(5_000);
  } finally {
    app().redis.thaw();
  }
  expect(await untilCached(communityId, "user_5", 10_000)).toEqual({ ranks: [5, 5, 5], cached: FROM_REDIS });
});

test("with Redis stopped every rank is the same, what happened meanwhile counts, and the sets come back with it", async () => {
  const communityId = await aRankedCommunity();
  await app().redis.down();
  try {
    await adjust(communityId, "user_9", 1_000);
    expect((await ranksOf(communityId, "user_5")).ranks).toEqual([6, 6, 6]);
  } finally {
    await app().redis.up();
  }
  await sleep(STALE_MS);
  expect(await untilCached(communityId, "user_5", 10_000)).toEqual({ ranks: [6, 6, 6], cached: FROM_REDIS });
});

test("sets that are hours old, or from the future, are made anew", async () => {
  const communityId = await aRankedCommunity();
  for (const distanceMs of [-3 * 3_600_000, 3_600_000]) {
    await inRedis(async (redis) => {
      for (const key of await keysOf(communityId)) {
        await redis.zrem(key, "user_1");
        const [synced] = await redis.zrange<string[]>(key, 0, 0);
        await redis.zadd(key, { score: -(Date.now() + distanceMs), member: synced ?? "" });
      }
    });
    expect((await ranksOf(communityId, "user_5")).ranks).toEqual([5, 5, 5]);
    expect(await untilCached(communityId, "user_5")).toEqual({ ranks: [5, 5, 5], cached: FROM_REDIS });
    await sleep(1_000); // a board is not made anew twice in a second
  }
});

test.each([
  ["that lack a member", (redis: Redis, key: string) => redis.zrem(key, "user_2")],
  [
    "with somebody who is not there",
    (redis: Redis, key: string) => redis.zadd(key, { score: 5_000, member: "user_ghost" }),
  ],
  ["with wrong XP", (redis: Redis, key: string) => redis.zadd(key, { score: 5_000, member: "user_8" })],
  ["replaced by something else", (redis: Redis, key: string) => redis.set(key, "no set")],
])("sets %s are found out and made anew within two seconds", async (_, meddle) => {
  const communityId = await aRankedCommunity();
  await inRedis(async (redis) => {
    for (const key of await keysOf(communityId)) await meddle(redis, key);
  });
  await sleep(STALE_MS);
  expect((await ranksOf(communityId, "user_5")).ranks).toEqual([5, 5, 5]);
  expect(await untilCached(communityId, "user_5")).toEqual({ ranks: [5, 5, 5], cached: FROM_REDIS });
});

test("a busy board is not made anew for being busy", async () => {
  const communityId = await aRankedCommunity();
  let isOver = false;
  const busy = Promise.all(
    Array.from({ length: 3 }, async (_, worker) => {
      while (!isOver) await adjust(communityId, `user_${worker + 1}`, 1);
    }),
  );
  const seen: boolean[] = [];
  for (let reads = 0; reads < 12; reads += 1) {
    seen.push(...(await ranksOf(communityId, "user_5")).cached);
    await sleep(200);
  }
  isOver = true;
  await busy;
  expect(seen.filter((cached) => !cached)).toEqual([]);
});

test("members who earn while the sets are being made are in them", async () => {
  const { database, deps } = app();
  const communityId = await aCommunity(database);
  await sql`insert into users (community_id, user_id, xp, xp_bucket, xp_reached_at)
    select ${communityId}, 'user_' || n, 1000 + n, xp_bucket_of(1000 + n), now() from generate_series(1, 30000) n`.execute(
    database.owner,
  );
  const making = rebuildRanks(deps, communityId);
  for (let at = 1; at <= 40; at += 1) await adjust(communityId, `user_${at}`, 100_000);
  expect(await making).toBe(true);
  await sleep(STALE_MS);
  expect((await ranksOf(communityId, "user_41")).ranks[0]).toBe(30_000);
  expect(await checkRanks(deps, communityId)).toEqual([]);
});

test("the check names every member whose XP in Redis are not Postgres'", async () => {
  const communityId = await aRankedCommunity();
  const { deps } = app();
  expect(await checkRanks(deps, communityId)).toEqual([]);
  await inRedis((redis) => redis.zadd(`ranks:{${communityId}}:all`, { score: 5, member: "user_8" }));
  await inRedis((redis) => redis.zrem(`ranks:{${communityId}}:all`, "user_1"));
  expect(await checkRanks(deps, communityId)).toEqual([
    { what: "all-time XP of user_1 in Redis", stored: "0", folded: "900" },
    { what: "all-time XP of user_8 in Redis", stored: "5", folded: "200" },
  ]);
  await rebuildRanks(deps, communityId);
  expect(await checkRanks(deps, communityId)).toEqual([]);
});

test("who earns between the two reads of the check is no difference", async () => {
  const communityId = await aRankedCommunity();
  const { redis, ...deps } = app().deps;
  let awards = 0;
  const slow: typeof redis = {
    ...redis,
    async run(name, command, options) {
      const answer = await redis.run(name, command, options);
      if (name === "read all ranks" && awards === 0) {
        awards += 1;
        await adjust(communityId, "user_8", 40);
      }
      return answer;
    },
  };
  expect(await checkRanks({ ...deps, redis: slow }, communityId)).toEqual([]);
  expect(awards).toBe(1);
});

test("without Redis the sets cannot be made, which is said", async () => {
  const communityId = await aRankedCommunity();
  const away = { ...app().deps, redis: { ...app().deps.redis, run: async () => ({ ok: false as const }) } };
  expect(await rebuildRanks(away, communityId)).toBe(false);
  expect(await checkRanks(away, communityId)).toEqual([]);
});
