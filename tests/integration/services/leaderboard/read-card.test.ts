import fc from "fast-check";
import { sql } from "kysely";
import { currentBoard } from "@/services/leaderboard/board";
import { readCard } from "@/services/leaderboard/read-card";
import { readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { readProfile } from "@/services/leaderboard/read-profile";
import { setVisibility } from "@/services/leaderboard/set-visibility";
import { awardActivities } from "@/services/xp/award-activity";
import { anApp } from "@/tests/support/app";
import { aCommunity, aMessage, anAdjustment, aUserId } from "@/tests/support/community";
import { putMembers } from "@/tests/support/leaderboard";

const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 1_000_000);
const DAY_MS = 86_400_000;
const app = anApp();

/** Members with XP of all time, and of them this week's; nothing of it came by the award path. */
async function aRace(members: readonly { xp: number; weekXp: number; visibility?: "public" | "hidden" }[]) {
  const { deps, database } = app();
  const communityId = await aCommunity(database);
  const named = members.map((member, at) => ({ userId: `user_r${at}`, ...member }));
  await putMembers(database, deps, communityId, named);
  const week = await currentBoard(deps, communityId, "week");
  for (const { userId, weekXp } of named) {
    await sql`update period_rollups set xp = ${weekXp}, xp_bucket = xp_bucket_of(${weekXp}) where community_id = ${communityId}
      and period = 'week' and user_id = ${userId} and ${week.filter === "week"}`.execute(database.owner);
  }
  return { communityId, members: named };
}

test("a card says level, rank name, what is missing, rank, week and pace from what was earned", async () => {
  const { deps, database } = app();
  const communityId = await aCommunity(database);
  const [me, other] = [aUserId(), aUserId()];
  const now = Date.now();
  await awardActivities(deps, communityId, [
    anAdjustment(770, { userId: me, occurredAt: new Date(now - 30 * DAY_MS) }),
    anAdjustment(50, { userId: me, occurredAt: new Date(now - 2 * DAY_MS) }),
    ...[1, 2, 13, 14].map((days) => aMessage({ userId: me, occurredAt: new Date(now - days * DAY_MS) })),
    anAdjustment(2_000, { userId: other }),
  ]);
  const before = Date.now() * 1000;
  const card = await readCard(deps, communityId, me);
  expect(card).toMatchObject({
    userId: me,
    visibility: "public",
    progress: { xp: 900, level: 5, rankName: "Regular", levelStartsAt: 770, nextLevelAt: 1150, lastLevel: null },
    rank: 2,
    members: 2,
    // What moderators gave is no pace, and fourteen days ago is too long.
    xpPerDay: 60 / 14,
  });
  expect(Math.abs(card.version - before)).toBeLessThan(60 * 1_000_000);
  expect((await readCard(deps, communityId, me)).version).toBeGreaterThan(card.version);
});

test("a card follows an award", async () => {
  const { deps, database } = app();
  const communityId = await aCommunity(database);
  const userId = aUserId();
  await awardActivities(deps, communityId, [aMessage({ userId })]);
  expect(await readCard(deps, communityId, userId)).toMatchObject({ progress: { xp: 20 }, weekXp: 20 });
  await awardActivities(deps, communityId, [anAdjustment(100, { userId, occurredAt: new Date() })]);
  expect(await readCard(deps, communityId, userId)).toMatchObject({ progress: { xp: 120, level: 2 }, weekXp: 120 });
});

test("somebody who has done nothing yet has a card at level 1 under their own name, and nothing of them is stored", async () => {
  const { deps, database, whop } = app();
  const communityId = await aCommunity(database);
  const { id: userId } = whop.world.addUser({ name: "Nora New" });
  expect(await readCard(deps, communityId, userId)).toMatchObject({
    userId,
    name: "Nora New",
    visibility: "public",
    progress: { xp: 0, level: 1, rankName: "Newcomer", levelStartsAt: 0, nextLevelAt: 100 },
    rank: null,
    members: 0,
    rankChange: null,
    weekXp: 0,
    xpPerDay: null,
  });
  const { rows } = await sql<{ rows: number }>`select (select count(*) from users where user_id = ${userId})
    + (select count(*) from profiles where user_id = ${userId}) as rows`.execute(database.owner);
  expect(rows[0]?.rows).toBe(0);
});

test.each(["status", "stall"] as const)("while Whop answers %s a card comes soon, without a name", async (kind) => {
  const { deps, database, whop } = app();
  const communityId = await aCommunity(database);
  const { id: userId } = whop.world.addUser({ name: "Nora New" });
  whop.faults.add({ kind, operation: "users.retrieve", times: 5 });
  const began = performance.now();
  expect(await readCard(deps, communityId, userId)).toMatchObject({ userId, name: null, progress: { level: 1 } });
  expect(performance.now() - began).toBeLessThan(4_500);
});

test("a card of who is hidden has no rank, debts are shown as nothing, and a community's own curve and names hold", async () => {
  const { deps, database } = app();
  const communityId = await aCommunity(database);
  await sql`update level_curves set preset = 'custom', thresholds = '{0,10,30}' where community_id = ${communityId}`.execute(
    database.owner,
  );
  await sql`update level_ranks set name = 'Seedling' where community_id = ${communityId} and level = 1`.execute(
    database.owner,
  );
  const [shy, indebted] = [aUserId(), aUserId()];
  await awardActivities(deps, communityId, [aMessage({ userId: shy }), anAdjustment(-40, { userId: indebted })]);
  await setVisibility(deps, communityId, shy, "hidden");
  expect(await readCard(deps, communityId, shy)).toMatchObject({
    rank: null,
    members: 0,
    visibility: "hidden",
    progress: { xp: 20, level: 2, levelStartsAt: 10, nextLevelAt: 30, lastLevel: 3, rankName: "Seedling" },
  });
  const card = await readCard(deps, communityId, indebted);
  expect(card).toMatchObject({ rank: null, weekXp: 0, progress: { xp: 0, level: 1 } });
});

test(`rank changes since Monday are those of two plain sorts, on the board and on the card (seed ${SEED})`, async () => {
  const member = fc.record({
    xp: fc.integer({ min: -10, max: 60 }),
    weekXp: fc.integer({ min: -20, max: 40 }),
    visibility: fc.constantFrom("public", "public", "public", "hidden") as fc.Arbitrary<"public" | "hidden">,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(member, { minLength: 1, maxLength: 15 }), async (given) => {
      const { communityId, members } = await aRace(given);
      const { deps } = app();
      const seen = members.filter(({ visibility }) => visibility !== "hidden");
      const rankBy = (score: (one: (typeof members)[number]) => number, one: (typeof members)[number]) =>
        score(one) > 0 ? 1 + seen.filter((other) => score(other) > score(one)).length : null;
      const expected = new Map(
        seen.map((one) => {
          const [then, now] = [rankBy(({ xp, weekXp }) => xp - weekXp, one), rankBy(({ xp }) => xp, one)];
          return [one.userId, then === null || now === null ? null : then - now];
        }),
      );
      const { leaderboard } = await readLeaderboard(deps, communityId, { filter: "all-time", limit: 100 });
      for (const row of leaderboard)
        expect([row.user_id, row.rank_change]).toEqual([row.user_id, expected.get(row.user_id)]);
      const one = members[0]?.userId ?? "";
      expect((await readCard(deps, communityId, one)).rankChange).toBe(expected.get(one) ?? null);
      const { me } = await readLeaderboard(deps, communityId, { filter: "all-time", limit: 1, me: true }, one);
      expect(me?.rank_change).toBe(expected.get(one) ?? null);
    }),
    { numRuns: 30, seed: SEED },
  );
});

test("rank changes are of all time only, and unknown in a community of more than 10,000", async () => {
  const { deps, database } = app();
  const { communityId } = await aRace([
    { xp: 90, weekXp: 0 },
    { xp: 100, weekXp: 50 },
  ]);
  const changes = async (filter: "all-time" | "week") => {
    const { leaderboard } = await readLeaderboard(deps, communityId, { filter, limit: 2 });
    return leaderboard.map(({ rank_change }) => rank_change);
  };
  expect(await changes("all-time")).toEqual([1, -1]);
  expect(await changes("week")).toEqual([null]);

  const { communityId: big } = await aRace([{ xp: 90, weekXp: 0 }]);
  await sql`insert into users (community_id, user_id, xp, xp_bucket) select ${big}, 'user_many' || n, n, xp_bucket_of(n)
    from generate_series(1, 10000) n`.execute(database.owner);
  const board = await readLeaderboard(deps, big, { filter: "all-time", limit: 3 });
  expect(board.leaderboard.map(({ rank_change }) => rank_change)).toEqual([null, null, null]);
  expect(board.total).toBe(10_001);
});

test("the total counts who stands on the board in question, whichever page is read", async () => {
  const { deps } = app();
  const { communityId } = await aRace([
    { xp: 90, weekXp: 0 },
    { xp: 80, weekXp: 50 },
    { xp: 70, weekXp: 50 },
    { xp: 60, weekXp: 60, visibility: "hidden" },
    { xp: 0, weekXp: 0 },
    { xp: -5, weekXp: -5 },
  ]);
  const total = async (filter: "all-time" | "week", limit: number, cursor?: string) =>
    readLeaderboard(deps, communityId, { filter, limit, cursor });
  const first = await total("all-time", 2);
  expect(first.total).toBe(3);
  expect((await total("all-time", 2, first.next_cursor ?? "")).total).toBe(3);
  expect((await total("all-time", 10)).total).toBe(3);
  expect((await total("week", 1)).total).toBe(2);
  await setVisibility(deps, communityId, "user_r0", "hidden");
  expect((await total("all-time", 1)).total).toBe(2);
});

test("a profile shows what the board shows and the week, and never more than is public", async () => {
  const { deps, database } = app();
  const communityId = await aCommunity(database);
  const [me, other] = [aUserId(), aUserId()];
  await awardActivities(deps, communityId, [
    aMessage({ userId: other }),
    aMessage({ userId: other, action: "post", occurredAt: new Date() }),
  ]);
  const profile = await readProfile(deps, communityId, me, other);
  expect(profile).toMatchObject({
    userId: other,
    rank: 1,
    members: 1,
    totalMessages: 1,
    totalPosts: 1,
    totalReactions: 0,
  });
  expect(profile.progress.xp).toBe(profile.weekXp);
  expect(profile).not.toHaveProperty("visibility");
  expect(Date.parse(profile.since)).toBeGreaterThan(Date.now() - 2 * DAY_MS);
});

test("a profile goes back to the first day of what was read later, such as counted history", async () => {
  const { deps, database } = app();
  const communityId = await aCommunity(database);
  const [me, other] = [aUserId(), aUserId()];
  const first = new Date(Date.now() - 30 * DAY_MS);
  await awardActivities(deps, communityId, [
    aMessage({ userId: other, occurredAt: new Date() }),
    aMessage({ userId: other, occurredAt: first }),
  ]);
  const { since } = await readProfile(deps, communityId, me, other);
  expect(since.slice(0, 10)).toBe(first.toISOString().slice(0, 10));
});

test("who is anonymous or hidden has no profile, as somebody who does not exist; for themselves they always have", async () => {
  const { deps, database } = app();
  const communityId = await aCommunity(database);
  const [me, shy] = [aUserId(), aUserId()];
  await awardActivities(deps, communityId, [aMessage({ userId: shy })]);
  const refusal = (memberId: string) =>
    readProfile(deps, communityId, me, memberId).catch((error: Error) => error.message);
  const nobody = await refusal("user_nobody");
  expect(nobody).toEqual(expect.any(String));
  for (const visibility of ["anonymous", "hidden"] as const) {
    await setVisibility(deps, communityId, shy, visibility);
    expect(await refusal(shy)).toBe(nobody);
    expect(await refusal(deps.keyedHash.opaqueId(communityId, shy))).toBe(nobody);
    expect(await readProfile(deps, communityId, shy, shy)).toMatchObject({ userId: shy, progress: { xp: 20 } });
  }
  expect(await readProfile(deps, communityId, me, me)).toMatchObject({ userId: me, rank: null, progress: { xp: 0 } });
});
