import { inCommunity } from "@/lib/db/database";
import { awardActivity } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import { removeActivity, restoreActivity } from "@/services/xp/remove-activity";
import { readRules } from "@/services/xp/stored-state";
import { aCommunity, aMessage, anAdjustment, aUserId, storedMember } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { nth, withInstances } from "@/tests/support/instances";
import { redisAway } from "@/tests/support/redis-away";

/** XP at which levels 5 and 10 begin. */
const LEVEL_5 = 770;
const LEVEL_10 = 3_720;

describe("rewards of levels", () => {
  const database = useDatabase();
  const deps = () => ({ db: database.db, redis: redisAway });

  const aMember = async () => ({ communityId: await aCommunity(database), userId: aUserId() });

  function rewardsOf(communityId: string, userId: string) {
    return database.owner
      .selectFrom("rewards")
      .select(["level", "state", "cancelled_because", "reward_id"])
      .where("community_id", "=", communityId)
      .where("user_id", "=", userId)
      .orderBy("level")
      .execute();
  }

  const states = async (communityId: string, userId: string) =>
    (await rewardsOf(communityId, userId)).map(({ level, state }) => [level, state]);

  const differences = (communityId: string, userId: string) =>
    inCommunity(database.db, communityId, async (trx) => checkMember(trx, await readRules(trx, communityId), userId));

  test("one jump over levels 5 and 10 leaves the reward of each, once, and says so in its receipt", async () => {
    const { communityId, userId } = await aMember();
    const jump = anAdjustment(LEVEL_10, { userId });
    const receipt = await awardActivity(database, communityId, jump);
    expect(receipt).toMatchObject({ oldLevel: 1, newLevel: 10, rewards: [{ level: 5 }, { level: 10 }] });
    expect(receipt.rewards.map(({ type, value }) => [type, value])).toEqual([
      ["free_days", { days: 3 }],
      ["free_days", { days: 7 }],
    ]);
    expect(await awardActivity(database, communityId, jump)).toMatchObject({ duplicate: true, rewards: [] });
    expect(await states(communityId, userId)).toEqual([
      [5, "due"],
      [10, "due"],
    ]);
  });

  test("twenty jumps at once leave each level's reward once, and exactly one receipt names each", async () => {
    const { communityId, userId } = await aMember();
    const jumps = Array.from({ length: 20 }, () => anAdjustment(LEVEL_10, { userId }));
    const receipts = await withInstances(database, 5, (instances) =>
      Promise.all(jumps.map((jump, n) => awardActivity(nth(instances, n), communityId, jump))),
    );
    const named = receipts.flatMap(({ rewards }) => rewards.map(({ level }) => level)).sort((a, b) => a - b);
    const due = await states(communityId, userId);
    expect(due).toEqual(named.map((level) => [level, "due"]));
    expect(named).toEqual(expect.arrayContaining([5, 10]));
    expect(new Set(named).size).toBe(named.length);
    expect(await differences(communityId, userId)).toEqual([]);
  });

  test.each([
    [LEVEL_5 - 1, 4, []],
    [LEVEL_5, 5, [[5, "due"]]],
  ])(
    "a sum of %i is level %i: the reward is due with the first point of its level, not before",
    async (xp, level, due) => {
      const { communityId, userId } = await aMember();
      expect(await awardActivity(database, communityId, anAdjustment(xp, { userId }))).toMatchObject({
        newLevel: level,
      });
      expect(await states(communityId, userId)).toEqual(due);
    },
  );

  test("losing the level cancels what was not sent, and reaching it again revives the same reward", async () => {
    const { communityId, userId } = await aMember();
    await awardActivity(database, communityId, anAdjustment(LEVEL_10, { userId }));
    const before = await rewardsOf(communityId, userId);

    await awardActivity(database, communityId, anAdjustment(-LEVEL_10 + LEVEL_5, { userId }));
    expect(await states(communityId, userId)).toEqual([
      [5, "due"],
      [10, "cancelled"],
    ]);
    const again = await awardActivity(database, communityId, anAdjustment(LEVEL_10, { userId }));
    expect(again.rewards.map(({ level, rewardId }) => [level, rewardId])).toEqual([[10, before[1]?.reward_id]]);
    expect(await rewardsOf(communityId, userId)).toEqual(before);
  });

  test("a reward that has been sent stays sent, and is never due again", async () => {
    const { communityId, userId } = await aMember();
    await awardActivity(database, communityId, anAdjustment(LEVEL_5, { userId }));
    const sent = { state: "delivered", delivered_at: new Date(), delivered_how: "sent" };
    await database.owner.updateTable("rewards").set(sent).where("user_id", "=", userId).execute();
    await awardActivity(database, communityId, anAdjustment(-LEVEL_5, { userId }));
    const again = await awardActivity(database, communityId, anAdjustment(LEVEL_5, { userId }));
    expect(again.rewards).toEqual([]);
    expect(await states(communityId, userId)).toEqual([[5, "delivered"]]);
  });

  test("a removal that takes a level takes its reward, and undoing it gives it back", async () => {
    const { communityId, userId } = await aMember();
    await awardActivity(database, communityId, anAdjustment(LEVEL_5 - 20, { userId }));
    const message = aMessage({ userId });
    await awardActivity(database, communityId, message);
    const [reward] = await rewardsOf(communityId, userId);
    expect(reward).toMatchObject({ level: 5, state: "due" });
    await removeActivity(deps(), communityId, message.activityId);
    expect(await rewardsOf(communityId, userId)).toEqual([
      { ...reward, state: "cancelled", cancelled_because: "level_lost" },
    ]);
    await restoreActivity(deps(), communityId, message.activityId);
    expect(await rewardsOf(communityId, userId)).toEqual([reward]);
  });

  test("a rule that is switched off pays nobody, and a rule made later pays only who reaches its level afterwards", async () => {
    const { communityId, userId } = await aMember();
    await awardActivity(database, communityId, anAdjustment(LEVEL_5, { userId }));
    await database.owner
      .updateTable("reward_rules")
      .set({ active: false })
      .where("community_id", "=", communityId)
      .execute();
    const rule = { community_id: communityId, type: "badge", value: { badge: "early" } };
    await database.owner
      .insertInto("reward_rules")
      .values([
        { ...rule, level: 4 },
        { ...rule, level: 6 },
      ])
      .execute();
    await awardActivity(database, communityId, anAdjustment(LEVEL_10 - LEVEL_5, { userId }));
    expect(await states(communityId, userId)).toEqual([
      [5, "due"],
      [6, "due"],
    ]);
    expect(await differences(communityId, userId)).toEqual([]);
    expect(await storedMember(database, communityId, userId)).toMatchObject({ level: 10 });
  });
});
