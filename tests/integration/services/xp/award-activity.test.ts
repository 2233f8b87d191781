import { sql } from "kysely";
import { DEFAULT_STREAKS } from "@/services/communities/settings.schema";
import type { Activity } from "@/services/xp/activity";
import { awardActivities, awardActivity } from "@/services/xp/award-activity";
import type { Receipt } from "@/services/xp/receipt";
import { aCommunity, aMessage, aUserId, differencesFrom, storedMember } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { databaseContents } from "@/tests/support/database-contents";
import { nth, shuffled, withInstances } from "@/tests/support/instances";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

const paid = (receipts: Receipt[]) => receipts.filter(({ outcome }) => outcome === "awarded");

describe("an award", () => {
  const database = useDatabase();
  const now = Date.now();

  /** Messages of one member, so many milliseconds into an hour of yesterday. */
  async function aHistory(...offsets: number[]) {
    const [communityId, userId] = [await aCommunity(database), aUserId()];
    const messages = offsets.map((offset) => aMessage({ userId, occurredAt: new Date(now - DAY + offset) }));
    return { communityId, userId, messages };
  }

  /** All at once, over four instances, in the order given. */
  function atOnce(communityId: string, activities: readonly Activity[]): Promise<Receipt[]> {
    return withInstances(database, 4, (instances) =>
      Promise.all(activities.map((activity, n) => awardActivity(nth(instances, n), communityId, activity))),
    );
  }

  async function oneAfterAnother(communityId: string, activities: readonly Activity[]): Promise<Receipt[]> {
    const receipts: Receipt[] = [];
    for (const activity of activities) receipts.push(await awardActivity(database, communityId, activity));
    return receipts;
  }

  /** Whether each message stands as paid, in the order they are given. */
  async function standing(communityId: string, userId: string, messages: readonly Activity[]): Promise<string[]> {
    const stored = await storedMember(database, communityId, userId);
    return messages.map(({ activityId }) => stored?.decisions.get(activityId)?.outcome ?? "missing");
  }

  test("of one message delivered fifty times at once pays once, and all fifty get its receipt", async () => {
    const { communityId, userId, messages } = await aHistory(0);
    const receipts = await atOnce(communityId, Array(50).fill(messages[0]));
    expect(receipts.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(receipts.map(({ outcome, xp }) => [outcome, xp])).toEqual(Array(50).fill(["awarded", 20]));
    expect(await storedMember(database, communityId, userId)).toMatchObject({ xp: 20, totalMessages: 1 });
  });

  test("delivered again a day later changes nothing, and says what it was worth", async () => {
    const { communityId, messages } = await aHistory(0);
    const [first] = await oneAfterAnother(communityId, messages);
    await oneAfterAnother(communityId, [aMessage({ userId: first?.userId, occurredAt: new Date(now) })]);
    const before = await databaseContents(database);
    const [again] = await oneAfterAnother(communityId, messages);
    expect(again).toMatchObject({ outcome: "awarded", xp: 20, duplicate: true });
    expect(await databaseContents(database)).toEqual(before);
  });

  test.each([1, 2, 3, 4])(
    "of fifty messages in fifty seconds, at once, in random order %i: one is paid, fifty are counted",
    async (seed) => {
      const { communityId, userId, messages } = await aHistory(...Array.from({ length: 50 }, (_, n) => n * SECOND));
      await atOnce(communityId, shuffled(messages, seed));
      expect(await storedMember(database, communityId, userId)).toMatchObject({ xp: 20, totalMessages: 50 });
      // Whatever came first: it is the earliest one that pays.
      expect(await standing(communityId, userId, messages)).toEqual(["awarded", ...Array(49).fill("cooldown")]);
      expect(await differencesFrom(database, communityId, userId, messages)).toEqual([]);
    },
  );

  test.each(["reversed", "at once", "in one batch"])(
    "of ten messages 61 s apart, delivered %s: ten are paid",
    async (way) => {
      const { communityId, userId, messages } = await aHistory(
        ...Array.from({ length: 10 }, (_, n) => n * 61 * SECOND),
      );
      if (way === "reversed") await oneAfterAnother(communityId, [...messages].reverse());
      else if (way === "at once") await atOnce(communityId, shuffled(messages, 7));
      else await awardActivities(database, communityId, shuffled(messages, 8));
      expect(await storedMember(database, communityId, userId)).toMatchObject({ xp: 200, totalMessages: 10 });
      expect(await standing(communityId, userId, messages)).toEqual(Array(10).fill("awarded"));
    },
  );

  test.each([
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ])(
    "of messages at 0, 59 and 118 s, arriving in the order %i %i %i: the first and the last are paid",
    async (...order) => {
      const { communityId, userId, messages } = await aHistory(0, 59 * SECOND, 118 * SECOND);
      await oneAfterAnother(
        communityId,
        order.flatMap((n) => messages[n] ?? []),
      );
      expect(await standing(communityId, userId, messages)).toEqual(["awarded", "cooldown", "awarded"]);
      expect(await storedMember(database, communityId, userId)).toMatchObject({ xp: 40, totalMessages: 3 });
      expect(await differencesFrom(database, communityId, userId, messages)).toEqual([]);
    },
  );

  test("59.999 s after a paid one is cooling down, 60.000 s after it is paid", async () => {
    const { communityId, userId, messages } = await aHistory(0, 59_999, 60_000);
    await oneAfterAnother(communityId, messages);
    expect(await standing(communityId, userId, messages)).toEqual(["awarded", "cooldown", "awarded"]);
  });

  describe("where days in a row pay", () => {
    const midnight = new Date(now - 5 * DAY).setUTCHours(0, 0, 0, 0);
    const aStreakCommunity = (dailyXpCap: number | null = null) =>
      aCommunity(database, (settings) => ({
        ...settings,
        dailyXpCap,
        streaks: { ...DEFAULT_STREAKS, milestones: [{ days: 2, xp: 50 }] },
      }));
    const around = (userId: string, ms: number) => aMessage({ userId, occurredAt: new Date(midnight + ms) });

    test("leaves the bonus out of the day's cap, in order and late", async () => {
      const [communityId, userId] = [await aStreakCommunity(40), aUserId()];
      const offsets = [-3 * MINUTE, 3 * MINUTE, 9 * MINUTE, 6 * MINUTE];
      const messages = offsets.map((offset) => around(userId, offset));
      const receipts = await oneAfterAnother(communityId, messages);
      expect(receipts.map(({ xp, totalXp }) => [xp, totalXp])).toEqual([
        [20, 20],
        [20, 90],
        [20, 110],
        [20, 110],
      ]);
      expect(await standing(communityId, userId, messages)).toEqual(["awarded", "awarded", "daily_cap", "awarded"]);
      expect(await differencesFrom(database, communityId, userId, messages)).toEqual([]);
    });

    test("loses the bonus of a day whose only payment a late message before midnight has taken, and gets it back with another", async () => {
      const [communityId, userId] = [await aStreakCommunity(), aUserId()];
      const [first, only, before, another] = [-9 * MINUTE, 10 * SECOND, -20 * SECOND, 2 * MINUTE].map((offset) =>
        around(userId, offset),
      );
      const told = async (message: Activity | undefined) => {
        const [receipt] = await oneAfterAnother(communityId, message ? [message] : []);
        return [receipt?.outcome, receipt?.totalXp];
      };
      expect([await told(first), await told(only)]).toEqual([
        ["awarded", 20],
        ["awarded", 90],
      ]);
      expect(await told(before)).toEqual(["awarded", 40]);
      expect(await storedMember(database, communityId, userId)).toMatchObject({ xp: 40, streak: { days: 1 } });
      expect(await told(another)).toEqual(["awarded", 110]);
      const all = [first, only, before, another].flatMap((message) => message ?? []);
      expect(await differencesFrom(database, communityId, userId, all)).toEqual([]);
    });

    test("reaches a level by a bonus alone, and is told of it", async () => {
      const communityId = await aCommunity(database, (settings) => ({
        ...settings,
        streaks: { ...DEFAULT_STREAKS, milestones: [{ days: 2, xp: 800 }] },
      }));
      const userId = aUserId();
      const [, receipt] = await oneAfterAnother(communityId, [around(userId, -DAY), around(userId, 60 * MINUTE)]);
      expect(receipt).toMatchObject({ xp: 20, totalXp: 840, oldLevel: 1, newLevel: 5, rewards: [{ level: 5 }] });
    });
  });

  test("in batches of many instances that share their members meets no deadlock and loses nothing", async () => {
    const communityId = await aCommunity(database);
    const members = Array.from({ length: 12 }, aUserId);
    const batches = Array.from({ length: 36 }, (_, batch) =>
      shuffled(members, batch).map((userId) =>
        aMessage({ userId, occurredAt: new Date(now - DAY + batch * 2 * MINUTE) }),
      ),
    );
    const deadlocks = async () => {
      const { rows } = await sql<{ deadlocks: number }>`
        select deadlocks from pg_stat_database where datname = current_database()`.execute(database.owner);
      return rows[0]?.deadlocks;
    };
    await withInstances(database, 6, (instances) =>
      Promise.all(batches.map((batch, n) => awardActivities(nth(instances, n), communityId, batch))),
    );
    for (const userId of members) {
      expect(await storedMember(database, communityId, userId)).toMatchObject({ xp: 36 * 20, totalMessages: 36 });
    }
    await sql`select pg_stat_clear_snapshot()`.execute(database.owner);
    expect(await deadlocks()).toBe(0);
  }, 120_000);

  test("of a month whose partition is missing makes the partition", async () => {
    const { communityId, userId } = await aHistory();
    const occurredAt = new Date(now - 80 * DAY);
    const month = occurredAt.toISOString().slice(0, 7).replace("-", "_");
    await sql.raw(`drop table activity_log_${month}, corrections_${month}`).execute(database.owner);
    const receipts = await withInstances(database, 3, (instances) =>
      Promise.all(
        Array.from({ length: 9 }, (_, n) =>
          awardActivity(
            nth(instances, n),
            communityId,
            aMessage({ userId, occurredAt: new Date(+occurredAt + n * MINUTE) }),
          ),
        ),
      ),
    );
    expect(paid(receipts)).toHaveLength(9);
    const { rows } = await sql`select to_regclass(${`activity_log_${month}`}) is not null as made`.execute(
      database.owner,
    );
    expect(rows).toEqual([{ made: true }]);
  });

  test("in a community that does not exist is refused", async () => {
    await expect(awardActivity(database, "biz_nowhere", aMessage())).rejects.toMatchObject({ code: "not_found" });
  });

  test("that cannot be recorded leaves nothing of it behind, and does not fail those that came with it", async () => {
    const { communityId, userId, messages } = await aHistory(0);
    const before = await databaseContents(database);
    const unrecordable = aMessage({ userId: aUserId(), contentHash: "no hex" });
    await expect(awardActivity(database, communityId, unrecordable)).rejects.toThrow();
    expect(await databaseContents(database)).toEqual(before);
    const [good, bad] = await Promise.allSettled([
      awardActivity(database, communityId, messages[0] ?? aMessage()),
      awardActivity(database, communityId, unrecordable),
    ]);
    expect([good?.status, bad?.status]).toEqual(["fulfilled", "rejected"]);
    expect(await storedMember(database, communityId, userId)).toMatchObject({ xp: 20 });
  });

  describe("looks at when it happened", () => {
    test.each([4 * MINUTE + 50 * SECOND, 0])(
      "up to five minutes ahead of our clock (%i ms) it is kept",
      async (ahead) => {
        const { communityId, userId } = await aHistory();
        const message = aMessage({ userId, occurredAt: new Date(Date.now() + ahead) });
        expect(await awardActivity(database, communityId, message)).toMatchObject({ outcome: "awarded", xp: 20 });
        expect(await differencesFrom(database, communityId, userId, [message])).toEqual([]);
      },
    );

    test("further ahead it is recorded as bad_time with the time it claimed, and neither paid nor counted", async () => {
      const { communityId, userId } = await aHistory();
      const claimed = new Date(Date.now() + 6 * MINUTE);
      const message = aMessage({ userId, occurredAt: claimed });
      const receipts = await oneAfterAnother(communityId, [message, message]);
      expect(receipts.map(({ outcome, xp, duplicate }) => [outcome, xp, duplicate])).toEqual([
        ["bad_time", 0, false],
        ["bad_time", 0, true],
      ]);
      const row = await database.owner
        .selectFrom("activity_log")
        .select(["outcome", "claimed_at"])
        .where("activity_id", "=", message.activityId)
        .executeTakeFirst();
      expect(row).toEqual({ outcome: "bad_time", claimed_at: claimed });
      expect(await differencesFrom(database, communityId, userId, [])).toEqual([]);
      const next = aMessage({ userId, occurredAt: new Date() });
      expect(await awardActivity(database, communityId, next)).toMatchObject({ outcome: "awarded", totalXp: 20 });
    });

    test("in a year far away it is bad_time or too_old, never an error", async () => {
      const { communityId, userId } = await aHistory();
      const at = (iso: string) => awardActivity(database, communityId, aMessage({ userId, occurredAt: new Date(iso) }));
      expect(await at("9999-12-31T23:59:59.999Z")).toMatchObject({ outcome: "bad_time" });
      expect(await at("0001-01-01T00:00:00Z")).toMatchObject({ outcome: "too_old" });
    });

    test("older than ninety days it leaves no row anywhere, however often it comes", async () => {
      const { communityId, userId } = await aHistory();
      const before = await databaseContents(database);
      const old = aMessage({ userId, occurredAt: new Date(Date.now() - 90 * DAY - SECOND) });
      const receipts = await oneAfterAnother(communityId, [old, old]);
      expect(receipts.map(({ outcome, xp }) => [outcome, xp])).toEqual(Array(2).fill(["too_old", 0]));
      expect(await databaseContents(database)).toEqual(before);
      const young = aMessage({ userId, occurredAt: new Date(Date.now() - 90 * DAY + MINUTE) });
      expect(await awardActivity(database, communityId, young)).toMatchObject({ outcome: "awarded" });
    });
  });
});
