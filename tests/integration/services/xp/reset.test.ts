import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { DEFAULT_STREAKS } from "@/services/communities/settings.schema";
import type { Activity } from "@/services/xp/activity";
import { awardActivities, awardActivity } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import { closeMonths, RETENTION_DAYS } from "@/services/xp/close-months";
import { removeActivity, restoreActivity } from "@/services/xp/remove-activity";
import { readRules } from "@/services/xp/stored-state";
import { aCommunity, aMessage, anAdjustment, aUserId, storedMember } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { databaseContents } from "@/tests/support/database-contents";
import { redisAway } from "@/tests/support/redis-away";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe("a member whose life here begins anew", () => {
  const database = useDatabase();
  const deps = () => ({ db: database.db, redis: redisAway });
  const noon = new Date(Date.now() - 20 * DAY).setUTCHours(12, 0, 0, 0);
  /** Noon of the tenth day. */
  const turn = new Date(noon + 10 * DAY);

  const on = (userId: string, day: number, facts: Partial<Activity> = {}) =>
    aMessage({ userId, occurredAt: new Date(noon + day * DAY), ...facts });

  const aStreakCommunity = () =>
    aCommunity(database, (settings) => ({
      ...settings,
      streaks: { ...DEFAULT_STREAKS, milestones: [{ days: 3, xp: 100 }] },
    }));

  /** As a membership does that ends or is found to have gone on. */
  const reset = (communityId: string, userId: string, at: Date | null) =>
    inCommunity(database.owner, communityId, async (trx) => {
      await sql`update users set reset_at = ${at} where community_id = ${communityId} and user_id = ${userId}`.execute(
        trx,
      );
      await sql`select rebuild_member(${communityId}, ${userId}, 'membership')`.execute(trx);
    });

  /** That no membership has ended, from which the reset would follow, is another matter. */
  const check = async (communityId: string, userId: string) => {
    const found = await inCommunity(database.db, communityId, async (trx) =>
      checkMember(trx, await readRules(trx, communityId), userId),
    );
    return found.filter(({ what }) => what !== "reset at");
  };

  /** Messages of twelve days in a row, and an adjustment that reaches level 5. */
  async function aHistory() {
    const [communityId, userId] = [await aStreakCommunity(), aUserId()];
    const messages = Array.from({ length: 12 }, (_, day) => on(userId, day));
    const gift = anAdjustment(800, { userId, occurredAt: new Date(noon + DAY) });
    await awardActivities(database, communityId, [...messages, gift]);
    return { communityId, userId, messages };
  }

  test("has what came since: XP, level, counters, streak, roll-ups, and no reward of before that was not sent", async () => {
    const { communityId, userId, messages } = await aHistory();
    expect(await storedMember(database, communityId, userId)).toMatchObject({
      xp: 240 + 800 + 100,
      streak: { days: 12 },
    });
    await reset(communityId, userId, turn);
    const stored = await storedMember(database, communityId, userId);
    expect(stored).toMatchObject({ xp: 40, level: 1, totalMessages: 2, streak: { days: 2, longest: 2, freezes: 0 } });
    expect(messages.map(({ activityId }) => stored?.decisions.get(activityId)?.outcome)).toEqual([
      ...Array(10).fill("reset"),
      "awarded",
      "awarded",
    ]);
    expect([...(stored?.days.keys() ?? [])]).toHaveLength(2);
    const rewards = await database.owner.selectFrom("rewards").select("state").where("user_id", "=", userId).execute();
    expect(rewards).toEqual([{ state: "cancelled" }]);
    expect(await check(communityId, userId)).toEqual([]);
  });

  test("has everything again when it is taken back", async () => {
    const { communityId, userId } = await aHistory();
    const before = await storedMember(database, communityId, userId);
    await reset(communityId, userId, turn);
    await reset(communityId, userId, null);
    expect(await storedMember(database, communityId, userId)).toEqual(before);
    expect(await check(communityId, userId)).toEqual([]);
  });

  test("gets a new streak and its bonus by days since, the day of the reset among them", async () => {
    const { communityId, userId } = await aHistory();
    await reset(communityId, userId, turn);
    await awardActivity(database, communityId, on(userId, 12));
    expect(await storedMember(database, communityId, userId)).toMatchObject({ xp: 160, streak: { days: 3 } });
    expect(await check(communityId, userId)).toEqual([]);
  });

  test("gains nothing by what comes late from before, which is kept as a fact", async () => {
    const { communityId, userId } = await aHistory();
    await reset(communityId, userId, turn);
    const { decisions: _, ...before } = (await storedMember(database, communityId, userId)) ?? {};
    const late = on(userId, 5, { action: "post", activityId: `post:${userId}` });
    expect(await awardActivity(database, communityId, late)).toMatchObject({ outcome: "reset", xp: 0, totalXp: 40 });
    const { decisions, ...after } = (await storedMember(database, communityId, userId)) ?? {};
    expect(after).toEqual(before);
    expect(decisions?.get(late.activityId)).toMatchObject({ outcome: "reset" });
    expect(await check(communityId, userId)).toEqual([]);
  });

  test("sees no change when something of before is removed and restored; removed, it stays so without the reset", async () => {
    const { communityId, userId, messages } = await aHistory();
    const old = messages[3]?.activityId ?? "";
    await reset(communityId, userId, turn);
    const before = await storedMember(database, communityId, userId);
    expect(await removeActivity(deps(), communityId, old)).toMatchObject({ outcome: "reversed", totalXp: 40 });
    expect(await check(communityId, userId)).toEqual([]);
    expect(await restoreActivity(deps(), communityId, old)).toMatchObject({ outcome: "reset", totalXp: 40 });
    expect(await storedMember(database, communityId, userId)).toEqual(before);
    await removeActivity(deps(), communityId, old);
    await reset(communityId, userId, null);
    expect(await storedMember(database, communityId, userId)).toMatchObject({ totalMessages: 11 });
    expect(await check(communityId, userId)).toEqual([]);
  });

  test("may be rebuilt again and again: nothing more is corrected", async () => {
    const { communityId, userId } = await aHistory();
    await reset(communityId, userId, turn);
    const corrections = () =>
      database.owner.selectFrom("corrections").select("activity_id").where("user_id", "=", userId).execute();
    const before = await corrections();
    await reset(communityId, userId, turn);
    expect(await corrections()).toEqual(before);
  });

  describe("and whose months are closed", () => {
    const edge = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth(), 1));
    const around = (userId: string, hours: number) =>
      aMessage({ userId, occurredAt: new Date(edge.getTime() + hours * HOUR) });

    beforeAll(async () => {
      // Rows older than what awards accept cannot be had otherwise: so the guard on age goes.
      const { rows } = await sql<{ source: string }>`
        select pg_get_functiondef('close_member'::regproc) as source`.execute(database.owner);
      const loosened = (rows[0]?.source ?? "").replace("interval '90 days'", "interval '0 days'");
      await sql.raw(loosened).execute(database.owner);
    });

    const close = (moment: Date) =>
      closeMonths({ db: database.db, now: () => new Date(moment.getTime() + (RETENTION_DAYS + 5) * DAY) });

    async function aLongHistory() {
      const [communityId, userId] = [await aCommunity(database), aUserId()];
      const hours = [-45 * 24, -100, -50, -1, 1].filter((hour) => edge.getTime() + hour * HOUR < Date.now());
      const messages = hours.map((hour) => around(userId, hour));
      const onlyBefore = { ...around(userId, -90), activityId: `reaction:${userId}`, action: "reaction" };
      for (const activity of [...messages, onlyBefore]) await awardActivity(database, communityId, activity);
      return { communityId, userId, since: messages.filter(({ occurredAt }) => occurredAt >= edge).length };
    }

    test("opens with nothing when they lie before it, and with them again when it is taken back", async () => {
      const { communityId, userId, since } = await aLongHistory();
      await close(edge);
      const before = await storedMember(database, communityId, userId);
      await reset(communityId, userId, edge);
      expect(await storedMember(database, communityId, userId)).toMatchObject({ xp: 20 * since, totalMessages: since });
      expect(await check(communityId, userId)).toEqual([]);
      await reset(communityId, userId, null);
      expect(await storedMember(database, communityId, userId)).toEqual(before);
      expect(await check(communityId, userId)).toEqual([]);
    });

    test("opens with what came since when it lies in a month that is closed after it", async () => {
      const { communityId, userId, since } = await aLongHistory();
      const monthBefore = new Date(Date.UTC(edge.getUTCFullYear(), edge.getUTCMonth() - 1, 1));
      await close(monthBefore);
      await reset(communityId, userId, new Date(edge.getTime() - 60 * HOUR));
      const state = await storedMember(database, communityId, userId);
      expect(state).toMatchObject({ xp: 20 * (2 + since), totalMessages: 2 + since });
      await close(edge);
      expect(await check(communityId, userId)).toEqual([]);
      expect(await storedMember(database, communityId, userId)).toMatchObject({
        xp: 20 * (2 + since),
        totalMessages: 2 + since,
      });
      const closed = await databaseContents(database);
      await close(edge);
      expect(await databaseContents(database)).toEqual(closed);
    });
  });
});
