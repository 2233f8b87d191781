import { sql } from "kysely";
import { nextRung } from "@/services/rewards/ladder";
import { readLadder } from "@/services/rewards/read-ladder";
import { awardActivities } from "@/services/xp/award-activity";
import { aCommunity, anAdjustment, aUserId } from "@/tests/support/community";
import { aDatabase, type TestDatabase } from "@/tests/support/database";

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

const states = async (communityId: string, userId: string) =>
  (await readLadder(database, communityId, userId)).rungs.map(({ level, state }) => [level, state]);

test("somebody new sees every level that pays, what it pays and where it begins", async () => {
  const communityId = await aCommunity(database);
  const { rungs, isConfirmed } = await readLadder(database, communityId, aUserId());
  const locked = { state: "locked", changedAt: null };
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
  await sql`update rewards set state = 'delivered', updated_at = '2026-05-02T10:00:00Z' where community_id = ${communityId} and level = 5`.execute(
    database.owner,
  );
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
