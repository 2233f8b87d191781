import { sql } from "kysely";
import { nextRung } from "@/services/rewards/ladder";
import { readLadder } from "@/services/rewards/read-ladder";
import { awardActivities } from "@/services/xp/award-activity";
import { aCommunity, anAdjustment, aUserId } from "@/tests/support/community";
import { aDatabase, type TestDatabase } from "@/tests/support/database";
import { aReward, BADGE, PROMO_CODE } from "@/tests/support/sending";

let database: TestDatabase;
beforeAll(async () => {
  database = await aDatabase();
});
afterAll(() => database.drop());

const give = (communityId: string, userId: string, amount: number) =>
  awardActivities(database, communityId, [anAdjustment(amount, { userId })]);

async function setRule(communityId: string, level: number, active: boolean): Promise<void> {
  await sql`update reward_rules set active = ${active} where community_id = ${communityId} and level = ${level}`.execute(
    database.owner,
  );
}

/** Of the only member's reward of level 5. */
async function changeReward(communityId: string, change: ReturnType<typeof sql>): Promise<void> {
  await sql`update rewards set ${change} where community_id = ${communityId} and level = 5`.execute(database.owner);
}

const DELIVERED = sql`state = 'delivered', delivered_at = '2026-05-02T10:00:00Z', delivered_how = 'sent'`;

const rungOf = async (communityId: string, userId: string) =>
  (await readLadder(database, communityId, userId)).rungs.find(({ level }) => level === 5);

const states = async (communityId: string, userId: string) =>
  (await readLadder(database, communityId, userId)).rungs.map(({ level, state }) => [level, state]);

test("somebody new sees every level that pays, what it pays and where it begins", async () => {
  const communityId = await aCommunity(database);
  const { rungs, isConfirmed } = await readLadder(database, communityId, aUserId());
  const locked = { state: "locked", changedAt: null, waitsFor: null, isTriedAgain: false, code: null };
  expect(rungs).toMatchObject([
    { level: 5, type: "free_days", value: { days: 3 }, startsAt: 770, ...locked },
    { level: 10, type: "free_days", value: { days: 7 }, startsAt: 3_720, ...locked },
    { level: 25, type: "free_days", value: { days: 14 }, ...locked },
    { level: 50, type: "free_days", value: { days: 30 }, ...locked },
    { level: 100, type: "promo_code", value: { percentOff: 50 }, ...locked },
  ]);
  expect(isConfirmed).toBe(false);
});

test("the ladder is confirmed once the creator has said so", async () => {
  const communityId = await aCommunity(database);
  await sql`update communities set rewards_confirmed_at = now() where community_id = ${communityId}`.execute(
    database.owner,
  );
  expect((await readLadder(database, communityId, aUserId())).isConfirmed).toBe(true);
});

test("a reward shows its state and since when, and the next one is the nearest that is still to be earned", async () => {
  const communityId = await aCommunity(database);
  const userId = aUserId();
  await give(communityId, userId, 4_000);
  await changeReward(communityId, DELIVERED);
  const ladder = await readLadder(database, communityId, userId);
  expect(ladder.rungs.slice(0, 3)).toMatchObject([
    { level: 5, state: "delivered", changedAt: "2026-05-02T10:00:00.000Z" },
    { level: 10, state: "due", changedAt: expect.any(String) },
    { level: 25, state: "locked" },
  ]);
  expect(nextRung(ladder, 4_000)?.level).toBe(25);
});

test("a rule that is off shows only to who has a reward of it, with what it was when it was earned", async () => {
  const communityId = await aCommunity(database);
  const [early, late] = [aUserId(), aUserId()];
  await give(communityId, early, 1_000);
  await setRule(communityId, 5, false);
  await sql`update reward_rules set value = '{"days": 99}' where community_id = ${communityId} and level = 5`.execute(
    database.owner,
  );
  expect((await readLadder(database, communityId, early)).rungs[0]).toMatchObject({
    level: 5,
    value: { days: 3 },
    state: "due",
  });
  expect((await states(communityId, late))[0]).toEqual([10, "locked"]);
});

test("a reward lost with its level is one to be earned again, unless its rule has been switched off meanwhile", async () => {
  const communityId = await aCommunity(database);
  const userId = aUserId();
  await give(communityId, userId, 1_000);
  await give(communityId, userId, -900);
  expect((await states(communityId, userId))[0]).toEqual([5, "locked"]);
  await setRule(communityId, 5, false);
  expect((await states(communityId, userId))[0]).toEqual([10, "locked"]);
});

test("a level that paid nothing when it was reached promises nothing later", async () => {
  const communityId = await aCommunity(database);
  const userId = aUserId();
  await setRule(communityId, 5, false);
  await give(communityId, userId, 1_000);
  await setRule(communityId, 5, true);
  expect((await states(communityId, userId))[0]).toEqual([10, "locked"]);
  expect((await states(communityId, aUserId()))[0]).toEqual([5, "locked"]);
});

test("a level above the curve's last one begins nowhere", async () => {
  const communityId = await aCommunity(database);
  await sql`update level_curves set preset = 'custom', thresholds = '{0,10,30,50,70,90}' where community_id = ${communityId}`.execute(
    database.owner,
  );
  const { rungs } = await readLadder(database, communityId, aUserId());
  expect(rungs.map(({ startsAt }) => startsAt)).toEqual([70, null, null, null, null]);
});

test.each([
  ["for a membership", sql`state = 'waiting', waits_for = 'membership'`, { state: "waiting", waitsFor: "membership" }],
  ["for the budget", sql`state = 'confirmed', waits_for = 'budget'`, { state: "confirmed", waitsFor: "budget" }],
  ["to be tried again", sql`state = 'confirmed', failures = 2`, { state: "confirmed", isTriedAgain: true }],
  ["for nothing", sql`state = 'confirmed'`, { state: "confirmed", waitsFor: null, isTriedAgain: false }],
  ["for a person", sql`state = 'needs_attention', problem = 'refused', failures = 3`, { state: "needs_attention" }],
])("a member sees that a reward waits %s", async (_name, change, seen) => {
  const [communityId, userId] = [await aCommunity(database), aUserId()];
  await give(communityId, userId, 1_000);
  await changeReward(communityId, change);
  expect(await rungOf(communityId, userId)).toMatchObject(seen);
});

test("what is wrong with a reward is not told to the member", async () => {
  const [communityId, userId] = [await aCommunity(database), aUserId()];
  await give(communityId, userId, 1_000);
  await changeReward(communityId, sql`state = 'needs_attention', problem = 'refused', last_error = 'Whop said no'`);
  expect(JSON.stringify(await readLadder(database, communityId, userId))).not.toMatch(/refused|Whop said no/);
});

test("a promo code is shown whole once delivered, and not before", async () => {
  const [communityId, userId] = [await aCommunity(database), aUserId()];
  await give(communityId, userId, 1_000);
  await changeReward(communityId, sql`type = 'promo_code', value = '{"percentOff": 20}', code = 'WEE5ABCDEFGH'`);
  expect(await rungOf(communityId, userId)).toMatchObject({ type: "promo_code", code: null });
  await changeReward(communityId, DELIVERED);
  expect(await rungOf(communityId, userId)).toMatchObject({ state: "delivered", code: "WEE5ABCDEFGH" });
});

test("a delivered reward stays delivered when its level is lost, and since when does not change", async () => {
  const [communityId, userId] = [await aCommunity(database), aUserId()];
  await give(communityId, userId, 1_000);
  await changeReward(communityId, DELIVERED);
  await give(communityId, userId, -900);
  expect(await rungOf(communityId, userId)).toMatchObject({
    state: "delivered",
    changedAt: "2026-05-02T10:00:00.000Z",
  });
});

test("what the creator has cancelled is not to be earned again", async () => {
  const [communityId, userId] = [await aCommunity(database), aUserId()];
  await give(communityId, userId, 1_000);
  await changeReward(communityId, sql`state = 'cancelled', cancelled_because = 'by_creator'`);
  await setRule(communityId, 5, false);
  expect(await rungOf(communityId, userId)).toMatchObject({ state: "cancelled" });
  expect(nextRung(await readLadder(database, communityId, userId), 0)?.level).toBe(10);
});

describe("rewards granted by hand", () => {
  async function aGranted(communityId: string, userId: string, more: Parameters<typeof aReward>[3]) {
    await sql`insert into users (community_id, user_id) values (${communityId}, ${userId}) on conflict do nothing`.execute(
      database.owner,
    );
    return aReward(database, communityId, userId, more);
  }

  test("stand beside the ladder, newest first, with what the creator says", async () => {
    const [communityId, userId] = [await aCommunity(database), aUserId()];
    const older = await aGranted(communityId, userId, { ...BADGE, due_at: "2026-05-01T00:00:00Z" });
    const newer = await aGranted(communityId, userId, {
      ...PROMO_CODE,
      code: "WEE5ABCDEFGH",
      note: "For your talk",
      state: "delivered",
      delivered_at: "2026-05-02T10:00:00Z",
      delivered_how: "found",
      due_at: "2026-05-02T00:00:00Z",
    });
    const { granted, rungs } = await readLadder(database, communityId, userId);
    expect(granted).toEqual([
      {
        rewardId: newer,
        ...PROMO_CODE,
        note: "For your talk",
        state: "delivered",
        changedAt: "2026-05-02T10:00:00.000Z",
        waitsFor: null,
        isTriedAgain: false,
        code: "WEE5ABCDEFGH",
      },
      expect.objectContaining({ rewardId: older, ...BADGE, note: null, state: "confirmed", code: null }),
    ]);
    expect(rungs.every(({ state }) => state === "locked")).toBe(true);
  });

  test("are shown to nobody else, and not once they are cancelled", async () => {
    const [communityId, userId] = [await aCommunity(database), aUserId()];
    await aGranted(communityId, userId, { ...BADGE, state: "cancelled", cancelled_because: "by_creator" });
    await aGranted(communityId, aUserId(), BADGE);
    await aGranted(await aCommunity(database), userId, BADGE);
    expect((await readLadder(database, communityId, userId)).granted).toEqual([]);
  });
});
