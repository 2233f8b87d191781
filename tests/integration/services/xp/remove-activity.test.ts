import type { Activity } from "@/services/xp/activity";
import { awardActivity } from "@/services/xp/award-activity";
import { removeActivity, restoreActivity } from "@/services/xp/remove-activity";
import { aCommunity, aMessage, anAdjustment, aUserId, storedMember } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { databaseContents } from "@/tests/support/database-contents";
import { nth, shuffled, withInstances } from "@/tests/support/instances";
import { redisAway } from "@/tests/support/redis-away";

const SECOND = 1_000;
const HOUR = 3_600_000;

describe("removing an activity", () => {
  const database = useDatabase();
  const deps = () => ({ db: database.db, redis: redisAway });
  const start = Date.now() - 26 * HOUR;

  const at = (userId: string, seconds: number, facts: Partial<Activity> = {}) =>
    aMessage({ userId, occurredAt: new Date(start + seconds * SECOND), ...facts });

  /** A history with a cooldown, a cap that is met, another action, a level that pays and a night between. */
  function aHistory(userId: string): Activity[] {
    const reaction = (seconds: number): Activity =>
      at(userId, seconds, { activityId: `reaction:${userId}:${seconds}`, action: "reaction", subjectUserId: "user_x" });
    return [
      at(userId, 0),
      at(userId, 30),
      reaction(31),
      at(userId, 70),
      at(userId, 100),
      reaction(120),
      at(userId, 170),
      anAdjustment(720, { userId, occurredAt: new Date(start + 180 * SECOND) }),
      at(userId, 240),
      at(userId, 25 * 3_600),
    ];
  }

  const capped = () =>
    aCommunity(database, (settings) => ({
      ...settings,
      dailyXpCap: 75,
      actions: {
        ...settings.actions,
        message: { ...(settings.actions.message ?? raise()), dailyXpCap: 50 },
      },
    }));

  function raise(): never {
    throw new Error("The default settings have a rate for messages.");
  }

  async function award(communityId: string, activities: readonly Activity[]): Promise<void> {
    for (const activity of activities) await awardActivity(database, communityId, activity);
  }

  /** All that is stored of a member, rewards included; nothing of when it was written. */
  async function everythingOf(communityId: string, userId: string) {
    const rewards = await database.owner
      .selectFrom("rewards")
      .select(["level", "state"])
      .where("community_id", "=", communityId)
      .where("user_id", "=", userId)
      .where("state", "<>", "cancelled")
      .orderBy("level")
      .execute();
    return { state: await storedMember(database, communityId, userId), rewards };
  }

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])(
    "(the one at place %i of ten) leaves all that is stored as if it had never happened, and undoing it as if it had stayed",
    async (place) => {
      const [communityId, twin, whole, userId] = [await capped(), await capped(), await capped(), aUserId()];
      const history = aHistory(userId);
      const { activityId } = history[place] ?? at(userId, 0);
      await award(communityId, history);
      await removeActivity(deps(), communityId, activityId);
      await award(
        twin,
        history.filter((_one, n) => n !== place),
      );
      expect(await everythingOf(communityId, userId)).toEqual(await everythingOf(twin, userId));

      await restoreActivity(deps(), communityId, activityId);
      await award(whole, history);
      expect(await everythingOf(communityId, userId)).toEqual(await everythingOf(whole, userId));
    },
  );

  test.each([1, 2, 3])(
    "several at once, from several instances (order %i), leaves what the rest makes",
    async (seed) => {
      const [communityId, twin, userId] = [await capped(), await capped(), aUserId()];
      const history = aHistory(userId);
      const removed = shuffled(history, seed).slice(0, 4);
      await withInstances(database, 3, (instances) =>
        Promise.all(
          shuffled([...history, ...removed.map((one) => one.activityId)], seed).map((step, n) => {
            const instance = nth(instances, n);
            return typeof step === "string"
              ? removeActivity({ ...instance, redis: redisAway }, communityId, step)
              : awardActivity(instance, communityId, step);
          }),
        ),
      );
      await award(
        twin,
        history.filter((one) => !removed.includes(one)),
      );
      expect(await everythingOf(communityId, userId)).toEqual(await everythingOf(twin, userId));
    },
  );

  test("pays what it had crowded out of the cooldown, and takes that back when it is undone", async () => {
    const [communityId, userId] = [await aCommunity(database), aUserId()];
    const [first, second] = [at(userId, 0), at(userId, 30)];
    await award(communityId, [first, second]);
    expect(await removeActivity(deps(), communityId, first.activityId)).toMatchObject({
      outcome: "reversed",
      totalXp: 20,
    });
    const paid = async () =>
      (await storedMember(database, communityId, userId))?.decisions.get(second.activityId)?.outcome;
    expect(await paid()).toBe("awarded");
    await restoreActivity(deps(), communityId, first.activityId);
    expect(await paid()).toBe("cooldown");
  });

  test("twice, or twenty times at once, is removing it once", async () => {
    const [communityId, userId] = [await aCommunity(database), aUserId()];
    const [first, second] = [at(userId, 0), at(userId, 120)];
    await award(communityId, [first, second]);
    await withInstances(database, 4, (instances) =>
      Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          removeActivity({ ...nth(instances, n), redis: redisAway }, communityId, first.activityId),
        ),
      ),
    );
    expect(await storedMember(database, communityId, userId)).toMatchObject({ xp: 20, totalMessages: 1 });
    const before = await databaseContents(database);
    await removeActivity(deps(), communityId, first.activityId);
    expect(await databaseContents(database)).toEqual(before);
  });

  test("before it arrives keeps it out when it comes, however often; undone before, it comes as usual", async () => {
    const [communityId, userId] = [await aCommunity(database), aUserId()];
    const [removed, kept] = [at(userId, 0), at(userId, 30)];
    expect(await removeActivity(deps(), communityId, removed.activityId)).toBeNull();
    await award(communityId, [removed, removed, kept]);
    expect(await storedMember(database, communityId, userId)).toMatchObject({ xp: 20, totalMessages: 1 });
    await restoreActivity(deps(), communityId, removed.activityId);
    expect(await storedMember(database, communityId, userId)).toMatchObject({ xp: 20, totalMessages: 2 });

    const [undone, later] = [at(userId, 600), at(userId, 700)];
    await removeActivity(deps(), communityId, undone.activityId);
    expect(await restoreActivity(deps(), communityId, undone.activityId)).toBeNull();
    await award(communityId, [undone, later]);
    expect(await storedMember(database, communityId, userId)).toMatchObject({ xp: 60, totalMessages: 4 });
  });

  test("racing its own arrival leaves it out, whichever is first", async () => {
    const communityId = await aCommunity(database);
    await withInstances(database, 4, async (instances) => {
      for (let round = 0; round < 15; round += 1) {
        const message = at(aUserId(), 0);
        await Promise.all([
          awardActivity(nth(instances, round), communityId, message),
          removeActivity({ ...nth(instances, round + 1), redis: redisAway }, communityId, message.activityId),
          awardActivity(nth(instances, round + 2), communityId, message),
        ]);
        const stored = await storedMember(database, communityId, message.userId);
        expect([stored?.xp, stored?.totalMessages, stored?.decisions.size]).toEqual([0, 0, 0]);
      }
    });
  });

  test("that nobody has heard of cannot be undone", async () => {
    const communityId = await aCommunity(database);
    await expect(restoreActivity(deps(), communityId, "message:unheard")).rejects.toMatchObject({ code: "not_found" });
  });

  test("of another community touches nothing of this one", async () => {
    const [communityId, other, userId] = [await aCommunity(database), await aCommunity(database), aUserId()];
    const message = at(userId, 0);
    await award(communityId, [message]);
    expect(await removeActivity(deps(), other, message.activityId)).toBeNull();
    expect(await storedMember(database, communityId, userId)).toMatchObject({ xp: 20, totalMessages: 1 });
  });
});
