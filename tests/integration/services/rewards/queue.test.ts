import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Queue, QueueEntry, QueueGroup } from "@/services/rewards/queue";
import { readQueue } from "@/services/rewards/read-queue";
import { awardActivities } from "@/services/xp/award-activity";
import { aCommunity, anAdjustment, aUserId } from "@/tests/support/community";
import { aDatabase, type TestDatabase } from "@/tests/support/database";
import { aReward, BADGE, CUSTOM, FREE_DAYS, PROMO_CODE } from "@/tests/support/sending";

let database: TestDatabase;
beforeAll(async () => {
  database = await aDatabase();
});
afterAll(() => database.drop());

const encryptionKey = randomBytes(32);
const deps = () => ({ db: database.db, env: { encryptionKey } });
const ADMIN = { role: "admin" } as const;
const MODERATOR = { role: "moderator" } as const;
const WAITING = { state: "waiting", waits_for: "membership" } as const;
const DELIVERED = { state: "delivered", delivered_at: "2026-05-02T10:00:00Z", delivered_how: "sent" } as const;
const KEYED = { idempotency_key: "k", keyed_at: "2026-05-02T10:00:00Z", request: "{}" } as const;

async function aPlace() {
  const communityId = await aCommunity(database);
  const userId = aUserId();
  await awardActivities(database, communityId, [anAdjustment(1, { userId })]);
  return { communityId, userId };
}

const entryOf = async (communityId: string, rewardId: string, reader: { role: "admin" | "moderator" } = ADMIN) => {
  const { rewards } = await readQueue(deps(), communityId, reader);
  return rewards.find((entry) => entry.rewardId === rewardId) as QueueEntry; // there, or the test fails at its next line
};

async function changeReward(rewardId: string, change: ReturnType<typeof sql>): Promise<void> {
  await sql`update rewards set ${change} where reward_id = ${rewardId}`.execute(database.owner);
}

test("a community without rewards has an empty list, a whole budget and nothing compared yet", async () => {
  const { communityId } = await aPlace();
  const queue = await readQueue(deps(), communityId, ADMIN);
  expect(queue).toEqual({
    rewards: [],
    nextCursor: null,
    counts: { attention: 0, on_its_way: 0, delivered: 0, cancelled: 0 },
    budget: {
      freeDaysPerMonth: null,
      usedThisMonth: 0,
      waiting: 0,
      month: expect.stringMatching(/^\d{4}-\d{2}-01$/),
      timeZone: "UTC",
    },
    differences: { checkedAt: null, failedAt: null, found: [] },
  } satisfies Queue);
});

test("an unknown community is not found", async () => {
  await expect(readQueue(deps(), "biz_nobody", ADMIN)).rejects.toMatchObject({ code: "not_found" });
});

test("the newest change comes first, in pages of 25 that neither miss nor repeat one", async () => {
  const { communityId, userId } = await aPlace();
  for (let made = 0; made < 60; made += 1) await aReward(database, communityId, userId, BADGE);
  // Several of one moment, so that the time alone would not tell where a page ended.
  await sql`update rewards set updated_at = '2026-05-01T00:00:00.000001Z'::timestamptz + (random() * 20)::integer * interval '1 microsecond'
    where community_id = ${communityId}`.execute(database.owner);
  const pages: Queue[] = [];
  for (let cursor: string | undefined; pages.length < 5; ) {
    const page = await readQueue(deps(), communityId, ADMIN, { group: "on_its_way", cursor });
    pages.push(page);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  const all = pages.flatMap(({ rewards }) => rewards);
  expect(pages.map(({ rewards }) => rewards.length)).toEqual([25, 25, 10]);
  expect(new Set(all.map(({ rewardId }) => rewardId)).size).toBe(60);
  const seen = all.map((entry) => Number(entry.seen));
  expect(seen).toEqual([...seen].sort((one, other) => other - one));
});

test("a cursor opens only in the list that it was given for", async () => {
  const [one, other] = [await aPlace(), await aPlace()];
  for (let made = 0; made < 26; made += 1) await aReward(database, one.communityId, one.userId, BADGE);
  const { nextCursor } = await readQueue(deps(), one.communityId, ADMIN, { group: "on_its_way" });
  const read = (communityId: string, group: QueueGroup | undefined, cursor: string) =>
    readQueue(deps(), communityId, ADMIN, { group, cursor });
  expect((await read(one.communityId, "on_its_way", nextCursor ?? "")).rewards).toHaveLength(1);
  for (const refused of [
    read(other.communityId, "on_its_way", nextCursor ?? ""),
    read(one.communityId, undefined, nextCursor ?? ""),
    read(one.communityId, "delivered", nextCursor ?? ""),
    read(one.communityId, "on_its_way", "made-up"),
  ]) {
    await expect(refused).rejects.toMatchObject({ code: "bad_request" });
  }
});

test("each state is in one group, and the counts say how many there are in each", async () => {
  const { communityId, userId } = await aPlace();
  const states = [
    { ...FREE_DAYS, state: "due" },
    { ...FREE_DAYS, state: "confirmed" },
    { ...FREE_DAYS, ...KEYED, state: "sending" },
    { ...FREE_DAYS, ...WAITING },
    { ...FREE_DAYS, state: "needs_attention", problem: "refused" },
    { ...BADGE, ...DELIVERED },
    { ...FREE_DAYS, state: "cancelled", cancelled_because: "by_creator" },
  ] as const;
  for (const reward of states) await aReward(database, communityId, userId, reward);
  const statesOf = async (group?: QueueGroup) =>
    (await readQueue(deps(), communityId, ADMIN, { group })).rewards.map(({ state }) => state).sort();
  expect(await statesOf("attention")).toEqual(["needs_attention"]);
  expect(await statesOf("on_its_way")).toEqual(["confirmed", "due", "sending", "waiting"]);
  expect(await statesOf("delivered")).toEqual(["delivered"]);
  expect(await statesOf("cancelled")).toEqual(["cancelled"]);
  expect(await statesOf()).toHaveLength(7);
  const { counts } = await readQueue(deps(), communityId, ADMIN);
  expect(counts).toEqual({ attention: 1, on_its_way: 4, delivered: 1, cancelled: 1 });
});

test("an entry says whose it is, what stands in its way, what that means and what one can do", async () => {
  const { communityId, userId } = await aPlace();
  await sql`insert into profiles (community_id, user_id, username, name, picture_url, fetched_at)
    values (${communityId}, ${userId}, 'mia', 'Mia', 'https://x.test/mia.png', now())`.execute(database.owner);
  const rewardId = await aReward(database, communityId, userId, {
    ...FREE_DAYS,
    ...KEYED,
    state: "needs_attention",
    problem: "unknown_outcome",
    last_error: "Whop said 500",
    calls: 3,
    note: "For the talk",
  });
  expect(await entryOf(communityId, rewardId)).toMatchObject({
    member: { userId, name: "Mia", username: "mia", pictureUrl: "https://x.test/mia.png" },
    level: null,
    type: "free_days",
    value: { days: 3 },
    note: "For the talk",
    problem: { kind: "unknown_outcome", means: expect.any(String), toDo: expect.any(String) },
    lastError: "Whop said 500",
    calls: 3,
    nextAttemptAt: null,
    grantedBy: { userId: "user_owner", name: null },
    actions: ["retry", "settle_sent", "settle_not_sent", "cancel"],
  });
});

test("a code shows its end to admins and nothing of it to moderators, who may do nothing either", async () => {
  const { communityId, userId } = await aPlace();
  const rewardId = await aReward(database, communityId, userId, {
    ...PROMO_CODE,
    ...KEYED,
    state: "needs_attention",
    problem: "refused",
    code: "WEE5ABCDEFGH",
  });
  expect(await entryOf(communityId, rewardId)).toMatchObject({ codeEnd: "EFGH" });
  const seen = await readQueue(deps(), communityId, MODERATOR);
  expect(seen.rewards[0]).toMatchObject({ codeEnd: null, actions: [], state: "needs_attention" });
  expect(JSON.stringify(seen)).not.toContain("EFGH");
  expect(JSON.stringify(await readQueue(deps(), communityId, ADMIN))).not.toContain("WEE5");
});

test("a level lost after delivery is said, and nothing can be done about what has arrived", async () => {
  const { communityId, userId } = await aPlace();
  const rewardId = await aReward(database, communityId, userId, { ...BADGE, ...DELIVERED });
  await changeReward(rewardId, sql`level_lost_at = '2026-06-01T00:00:00Z'`);
  expect(await entryOf(communityId, rewardId)).toMatchObject({
    state: "delivered",
    deliveredAt: "2026-05-02T10:00:00.000Z",
    deliveredHow: "sent",
    levelLostAt: "2026-06-01T00:00:00.000Z",
    actions: [],
  });
});

test("the budget counts the days of this month in the community's time zone, and what waits for more", async () => {
  const communityId = await aCommunity(database, (settings) => ({ ...settings, timeZone: "Pacific/Kiritimati" }));
  const userId = aUserId();
  await awardActivities(database, communityId, [anAdjustment(1, { userId })]);
  const { budget: empty } = await readQueue(deps(), communityId, ADMIN);
  const { month } = empty;
  await aReward(database, communityId, userId, { ...FREE_DAYS, ...DELIVERED, budget_month: month });
  await aReward(database, communityId, userId, { ...FREE_DAYS, ...KEYED, state: "sending", budget_month: month });
  await aReward(database, communityId, userId, { ...FREE_DAYS, ...DELIVERED, budget_month: "2020-01-01" });
  await aReward(database, communityId, userId, { ...FREE_DAYS, waits_for: "budget" });
  await aReward(database, communityId, userId, CUSTOM);
  const { rows } = await sql<{ month: string }>`
    select date_trunc('month', now() at time zone 'Pacific/Kiritimati')::date::text as month`.execute(database.owner);
  const { budget } = await readQueue(deps(), communityId, ADMIN);
  expect(budget).toMatchObject({ usedThisMonth: 6, waiting: 1, month: rows[0]?.month, timeZone: "Pacific/Kiritimati" });
});

test("nothing of another community is among the entries, the counts or the budget", async () => {
  const [one, other] = [await aPlace(), await aPlace()];
  await aReward(database, one.communityId, one.userId, { ...FREE_DAYS, waits_for: "budget" });
  const queue = await readQueue(deps(), other.communityId, ADMIN);
  expect([queue.rewards, queue.counts.on_its_way, queue.budget.waiting]).toEqual([[], 0, 0]);
});
