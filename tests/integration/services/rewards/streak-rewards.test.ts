import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { readLadder } from "@/services/rewards/read-ladder";
import { readQueue } from "@/services/rewards/read-queue";
import { sendRewards } from "@/services/rewards/send-rewards";
import type { Activity } from "@/services/xp/activity";
import { awardActivities, awardActivity } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import { removeActivity, restoreActivity } from "@/services/xp/remove-activity";
import { replayMember } from "@/services/xp/replay-community";
import { readRules } from "@/services/xp/stored-state";
import { aCommunity, aMessage, aUserId } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { nth, withInstances } from "@/tests/support/instances";
import { redisAway } from "@/tests/support/redis-away";
import { sendDeps } from "@/tests/support/send-deps";
import { aMemberOf, aPayingCommunity } from "@/tests/support/sending";
import { aWhop } from "@/tests/support/whop";

const encryptionKey = Buffer.alloc(32, 1);
const DAY_MS = 86_400_000;

describe("rewards of streaks", () => {
  const database = useDatabase();
  const whop = aWhop({ rateLimitPerMinute: 0 });
  const deps = () => ({ db: database.db, redis: redisAway });
  const noon = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2;

  /** One message on each of these days, counted back from yesterday. */
  const messages = (userId: string, daysAgo: readonly number[]): Activity[] =>
    daysAgo.map((days) =>
      aMessage({ activityId: `message:${userId}:${days}`, userId, occurredAt: new Date(noon - days * DAY_MS) }),
    );

  async function aRule(communityId: string, streakDays: number, more: { created_at?: Date; active?: boolean } = {}) {
    const rule = { community_id: communityId, type: "badge", value: JSON.stringify({ name: `${streakDays} days` }) };
    await database.owner
      .insertInto("reward_rules")
      .values({ ...rule, streak_days: streakDays, ...more })
      .execute();
  }

  async function aPlace(...streakDays: number[]) {
    const communityId = await aCommunity(database);
    for (const days of streakDays) await aRule(communityId, days);
    return { communityId, userId: aUserId() };
  }

  const rewardsOf = (communityId: string, userId: string) =>
    database.owner
      .selectFrom("rewards")
      .select([
        "streak_days as days",
        "state",
        "cancelled_because as why",
        "reward_id as id",
        "level_lost_at as lostAt",
      ])
      .where("community_id", "=", communityId)
      .where("user_id", "=", userId)
      .where("streak_days", "is not", null)
      .orderBy("streak_days")
      .execute();

  const states = async (communityId: string, userId: string) =>
    (await rewardsOf(communityId, userId)).map(({ days, state }) => [days, state]);

  const differences = (communityId: string, userId: string) =>
    inCommunity(database.db, communityId, async (trx) => checkMember(trx, await readRules(trx, communityId), userId));

  test("the day that makes so many in a row makes the reward due, once, whatever comes after it", async () => {
    const { communityId, userId } = await aPlace(3, 5);
    await awardActivities(database, communityId, messages(userId, [9, 8]));
    expect(await states(communityId, userId)).toEqual([]);
    await awardActivities(database, communityId, messages(userId, [7]));
    expect(await states(communityId, userId)).toEqual([[3, "due"]]);
    await awardActivities(database, communityId, messages(userId, [4, 3, 2]));
    expect(await states(communityId, userId)).toEqual([[3, "due"]]);
    await awardActivities(database, communityId, messages(userId, [1, 0]));
    expect(await states(communityId, userId)).toEqual([
      [3, "due"],
      [5, "due"],
    ]);
    expect(await differences(communityId, userId)).toEqual([]);
  });

  test("twenty messages of the deciding day at once leave one reward", async () => {
    const { communityId, userId } = await aPlace(2);
    await awardActivities(database, communityId, messages(userId, [1]));
    const racing = Array.from({ length: 20 }, (_, n) =>
      aMessage({ userId, occurredAt: new Date(noon + n * 120_000), activityId: `message:${userId}:race:${n}` }),
    );
    await withInstances(database, 5, (instances) =>
      Promise.all(racing.map((message, n) => awardActivity(nth(instances, n), communityId, message))),
    );
    expect(await states(communityId, userId)).toEqual([[2, "due"]]);
    expect(await differences(communityId, userId)).toEqual([]);
  });

  test("days that arrive in any order, or join two runs, bring the same", async () => {
    const { communityId, userId } = await aPlace(5);
    await awardActivities(database, communityId, messages(userId, [0, 1, 3, 4]));
    expect(await states(communityId, userId)).toEqual([]);
    await awardActivities(database, communityId, messages(userId, [2]));
    expect(await states(communityId, userId)).toEqual([[5, "due"]]);
  });

  test("a removal that splits the days cancels what was not sent, and undoing it revives the same reward", async () => {
    const { communityId, userId } = await aPlace(3);
    await awardActivities(database, communityId, messages(userId, [2, 1, 0]));
    const [reward] = await rewardsOf(communityId, userId);
    await removeActivity(deps(), communityId, `message:${userId}:1`);
    expect(await rewardsOf(communityId, userId)).toEqual([{ ...reward, state: "cancelled", why: "streak_lost" }]);
    expect(await differences(communityId, userId)).toEqual([]);
    await restoreActivity(deps(), communityId, `message:${userId}:1`);
    expect(await rewardsOf(communityId, userId)).toEqual([reward]);
  });

  test("a reward that has been sent stays, marked while its days are lost, and is never due again", async () => {
    const { communityId, userId } = await aPlace(3);
    await awardActivities(database, communityId, messages(userId, [2, 1, 0]));
    const sent = { state: "delivered", delivered_at: new Date(), delivered_how: "here" };
    await database.owner.updateTable("rewards").set(sent).where("user_id", "=", userId).execute();
    await removeActivity(deps(), communityId, `message:${userId}:1`);
    expect(await rewardsOf(communityId, userId)).toMatchObject([{ state: "delivered", lostAt: expect.any(Date) }]);
    await restoreActivity(deps(), communityId, `message:${userId}:1`);
    expect(await rewardsOf(communityId, userId)).toMatchObject([{ state: "delivered", lostAt: null }]);
  });

  test("a rule that is off pays nobody, and one that came later pays only who reaches its days afterwards", async () => {
    const { communityId, userId } = await aPlace();
    await aRule(communityId, 2, { active: false });
    await awardActivities(database, communityId, messages(userId, [3, 2]));
    await aRule(communityId, 2);
    await aRule(communityId, 3);
    await awardActivities(database, communityId, messages(userId, [1]));
    expect(await states(communityId, userId)).toEqual([[3, "due"]]);
  });

  test("what a person has cancelled stays so", async () => {
    const { communityId, userId } = await aPlace(3);
    await awardActivities(database, communityId, messages(userId, [2, 1, 0]));
    const cancelled = { state: "cancelled", cancelled_because: "by_creator" };
    await database.owner.updateTable("rewards").set(cancelled).where("user_id", "=", userId).execute();
    await removeActivity(deps(), communityId, `message:${userId}:1`);
    await restoreActivity(deps(), communityId, `message:${userId}:1`);
    expect(await rewardsOf(communityId, userId)).toMatchObject([{ days: 3, state: "cancelled", why: "by_creator" }]);
  });

  test("where rewards are confirmed it is sent by itself, and the member hears how it was earned", async () => {
    const communityId = await aPayingCommunity(database, whop());
    await aRule(communityId, 2);
    const userId = await aMemberOf(database, whop(), communityId);
    await awardActivities(database, communityId, messages(userId, [1, 0]));
    expect(await states(communityId, userId)).toEqual([[2, "confirmed"]]);
    const { rows: jobs } = await sql<{ count: number }>`select count(*)::integer as count from graphile_worker.jobs
      where key = ${`send_rewards:${communityId}`}`.execute(database.owner);
    expect(jobs[0]?.count).toBe(1);
    await sendRewards(sendDeps(database, whop()), { communityId });
    expect(await states(communityId, userId)).toEqual([[2, "delivered"]]);
    const told = await database.owner
      .selectFrom("notifications")
      .select(["about", "channel", "state"])
      .where("community_id", "=", communityId)
      .where("about", "=", "reward")
      .execute();
    expect(told).toEqual([{ about: "reward", channel: "push", state: "due" }]);
  });

  test("days lost between the decision to send and the first call end it as lost with the streak", async () => {
    const communityId = await aPayingCommunity(database, whop());
    await aRule(communityId, 2);
    const userId = await aMemberOf(database, whop(), communityId);
    await awardActivities(database, communityId, messages(userId, [1, 0]));
    await database.owner
      .updateTable("reward_rules")
      .set({ type: "free_days", value: JSON.stringify({ days: 3 }) })
      .where("community_id", "=", communityId)
      .execute();
    await database.owner
      .updateTable("rewards")
      .set({ type: "free_days", value: JSON.stringify({ days: 3 }) })
      .where("community_id", "=", communityId)
      .execute();
    // As it is after a person has tried again what was lost meanwhile: the reward itself has not been told.
    await sql`update users set streak_longest = 1 where community_id = ${communityId}`.execute(database.owner);
    await sendRewards(sendDeps(database, whop()), { communityId });
    expect(await rewardsOf(communityId, userId)).toMatchObject([{ state: "cancelled", why: "streak_lost" }]);
  });

  test("the doctor finds what does not fit the longest streak, and repair puts it right", async () => {
    const { communityId, userId } = await aPlace(2, 4);
    await awardActivities(database, communityId, messages(userId, [2, 1, 0]));
    const tamper = (statement: ReturnType<typeof sql>) => statement.execute(database.owner);
    const found = async () => (await differences(communityId, userId)).map(({ what }) => what);
    const repair = () => replayMember(database, communityId, userId, "repair");

    await tamper(
      sql`update rewards set state = 'cancelled', cancelled_because = 'streak_lost' where user_id = ${userId}`,
    );
    expect(await found()).toEqual(["reward of 2 days in a row"]);
    await repair();
    expect(await states(communityId, userId)).toEqual([[2, "due"]]);

    await tamper(sql`update rewards set streak_days = 4 where user_id = ${userId}`);
    expect(await found()).toEqual(["reward of 4 days in a row"]);
    await repair();
    expect(await states(communityId, userId)).toEqual([[4, "cancelled"]]);

    await tamper(sql`delete from rewards where user_id = ${userId}`);
    await tamper(sql`update reward_rules set created_at = 'epoch' where community_id = ${communityId}`);
    expect(await found()).toEqual(["reward of 2 days in a row"]);
    await repair();
    expect(await states(communityId, userId)).toEqual([[2, "due"]]);
    expect(await found()).toEqual([]);
  });

  test("the member's ladder names them apart from those of levels, the creator's queue among the others", async () => {
    const { communityId, userId } = await aPlace(2, 30);
    await awardActivities(database, communityId, messages(userId, [1, 0]));
    const { streaks, rungs } = await readLadder(database, communityId, userId);
    expect(streaks.map(({ days, state, value }) => [days, state, value])).toEqual([
      [2, "due", { name: "2 days" }],
      [30, "locked", { name: "30 days" }],
    ]);
    expect(rungs.map(({ level }) => level)).toEqual([5, 10, 25, 50, 100]);
    await aRule(communityId, 2);
    expect((await readLadder(database, communityId, userId)).streaks).toHaveLength(2);
    await removeActivity(deps(), communityId, `message:${userId}:1`);
    expect((await readLadder(database, communityId, userId)).streaks.map(({ state }) => state)).toEqual([
      "locked",
      "locked",
      "locked",
    ]);
    const queue = await readQueue({ db: database.db, env: { encryptionKey } }, communityId, { role: "admin" });
    expect(queue.rewards).toMatchObject([{ level: null, streakDays: 2, cancelledBecause: "streak_lost" }]);
  });
});
