import { readOverview } from "@/services/analytics/read-overview";
import type { Settings } from "@/services/communities/settings.schema";
import type { Activity } from "@/services/xp/activity";
import { awardActivities, awardActivity } from "@/services/xp/award-activity";
import { removeActivity } from "@/services/xp/remove-activity";
import { aCommunity, aMessage, anAdjustment, aUserId } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { redisAway } from "@/tests/support/redis-away";

const DAY_MS = 86_400_000;

describe("the overview", () => {
  const database = useDatabase();
  /** Noon, so that an hour earlier is the same day. */
  const now = new Date(new Date().setUTCHours(12, 0, 0, 0) - DAY_MS);
  const deps = (at = now) => ({ db: database.db, now: () => at });
  const daysAgo = (days: number, minutes = 0) => new Date(now.getTime() - days * DAY_MS - minutes * 60_000);
  const inZone = (timeZone: string) => (settings: Settings) => ({ ...settings, timeZone });

  async function awarded(communityId: string, facts: Partial<Activity>[]) {
    await awardActivities(database, communityId, facts.map(aMessage));
  }

  test("of a community in which nothing has happened is all zeros, with a day for every bar", async () => {
    const overview = await readOverview(deps(), await aCommunity(database), 7);
    expect(overview).toMatchObject({
      members: 0,
      activeMembers: { now: 0, before: 0 },
      xp: { now: 0, before: 0 },
      byLevel: [],
      activities: 0,
      unpaid: 0,
      reasons: [],
      newestActivityAt: null,
    });
    expect(overview.byDay).toHaveLength(7);
    expect(overview.byDay.at(-1)?.day).toBe(now.toISOString().slice(0, 10));
  });

  test("counts today in, puts each activity on its day, and compares with as many days before", async () => {
    const communityId = await aCommunity(database);
    const [anna, ben] = [aUserId(), aUserId()];
    await awarded(communityId, [
      { userId: anna, occurredAt: daysAgo(0) },
      { userId: anna, occurredAt: daysAgo(6) },
      { userId: ben, occurredAt: daysAgo(6), action: "reaction", activityId: `reaction:${ben}:1` },
      { userId: ben, occurredAt: daysAgo(6), action: "post", activityId: `post:${communityId}` },
      { userId: ben, occurredAt: daysAgo(7) },
      { userId: ben, occurredAt: daysAgo(13) },
      { userId: anna, occurredAt: daysAgo(14) },
    ]);
    const overview = await readOverview(deps(), communityId, 7);
    expect(overview).toMatchObject({
      members: 2,
      activeMembers: { now: 2, before: 1 },
      messages: { now: 2, before: 2 },
      activities: 4,
      newestActivityAt: daysAgo(0).toISOString(),
    });
    expect(overview.byDay[0]).toMatchObject({ messages: 1, reactions: 1, others: 1, before: 1 });
    expect(overview.byDay[6]).toMatchObject({ messages: 1, reactions: 0, others: 0, before: 1 });
    expect(overview.xp.before).toBe(40);
    const month = await readOverview(deps(), communityId, 30);
    expect(month).toMatchObject({ messages: { now: 5, before: 0 }, activeMembers: { now: 2, before: 0 } });
  });

  test("begins its days at midnight where the community is", async () => {
    const communityId = await aCommunity(database, inZone("Pacific/Auckland"));
    // Noon UTC is past midnight in Auckland: an activity two hours before it is of the day before there.
    await awarded(communityId, [{ occurredAt: daysAgo(0) }, { occurredAt: daysAgo(0, 120) }]);
    const { byDay, timeZone } = await readOverview(deps(), communityId, 7);
    expect(timeZone).toBe("Pacific/Auckland");
    expect(byDay.slice(-2).map(({ messages }) => messages)).toEqual([1, 1]);
  });

  test("says why activities did not pay, the most usual reason first, as they stand now", async () => {
    const communityId = await aCommunity(database, (settings) => ({ ...settings, excludedExperienceIds: ["exp_off"] }));
    const [first, ...others] = [0, 0.2, 0.4, 0.6].map((minutes) => aMessage({ occurredAt: daysAgo(1, minutes) }));
    await awardActivities(database, communityId, [
      ...others,
      ...(first ? [first] : []),
      aMessage({ occurredAt: daysAgo(1), experienceId: "exp_off" }),
    ]);
    const before = await readOverview(deps(), communityId, 7);
    expect(before).toMatchObject({ activities: 5, unpaid: 4, estimatedFrom: null });
    expect(before.reasons).toEqual([
      { outcome: "cooldown", activities: 3 },
      { outcome: "excluded_channel", activities: 1 },
    ]);
  });

  test("forgets an activity that was removed", async () => {
    const communityId = await aCommunity(database);
    const [kept, gone] = [aMessage({ occurredAt: daysAgo(2) }), aMessage({ occurredAt: daysAgo(1) })];
    await awardActivities(database, communityId, [kept, gone]);
    await removeActivity({ db: database.db, redis: redisAway }, communityId, gone.activityId);
    expect(await readOverview(deps(), communityId, 7)).toMatchObject({
      activities: 1,
      unpaid: 0,
      xp: { now: 20 },
      reasons: [],
    });
  });

  test("an adjustment gives XP and is no activity", async () => {
    const communityId = await aCommunity(database);
    await awardActivity(database, communityId, anAdjustment(500, { occurredAt: daysAgo(1) }));
    expect(await readOverview(deps(), communityId, 7)).toMatchObject({
      members: 1,
      activeMembers: { now: 0, before: 0 },
      xp: { now: 500 },
      activities: 0,
      unpaid: 0,
    });
  });

  test("counts members by level, and who was first seen in the period", async () => {
    const communityId = await aCommunity(database);
    const members = Array.from({ length: 4 }, aUserId);
    for (const [n, userId] of members.entries()) {
      await awardActivity(database, communityId, anAdjustment(n < 3 ? 20 : 1_000, { userId }));
    }
    const created = [daysAgo(1), daysAgo(6), daysAgo(8), daysAgo(40)];
    for (const [n, userId] of members.entries()) {
      await database.owner
        .updateTable("users")
        .set({ created_at: created[n] })
        .where("community_id", "=", communityId)
        .where("user_id", "=", userId)
        .execute();
    }
    expect(await readOverview(deps(), communityId, 7)).toMatchObject({
      members: 4,
      newMembers: { now: 2, before: 1 },
      byLevel: [
        { level: 1, members: 3 },
        { level: 5, members: 1 },
      ],
    });
  });

  test("estimates the reasons of a large community from a sample, so that together they are all that did not pay", async () => {
    const communityId = await aCommunity(database);
    const members = Array.from({ length: 2_100 }, aUserId);
    for (let from = 0; from < members.length; from += 350) {
      await awarded(
        communityId,
        members.slice(from, from + 350).flatMap((userId) => [
          { userId, occurredAt: daysAgo(1) },
          { userId, occurredAt: daysAgo(1, 0.5) },
        ]),
      );
    }
    const overview = await readOverview(deps(), communityId, 7);
    expect(overview).toMatchObject({ activities: 4_200, unpaid: 2_100, estimatedFrom: 2_000 });
    expect(overview.reasons).toEqual([{ outcome: "cooldown", activities: 2_100 }]);
  });

  test("shows nothing of another community", async () => {
    const [own, other] = [await aCommunity(database), await aCommunity(database)];
    await awarded(other, [{ occurredAt: daysAgo(1) }, { occurredAt: daysAgo(8) }]);
    expect(await readOverview(deps(), own, 7)).toMatchObject({ members: 0, activities: 0, byLevel: [] });
    await expect(readOverview(deps(), "biz_nowhere", 7)).rejects.toMatchObject({ code: "not_found" });
  });

  test("twenty readers at once cost the database one reading", async () => {
    const communityId = await aCommunity(database);
    const readings = await Promise.all(Array.from({ length: 20 }, () => readOverview(deps(), communityId, 30)));
    expect(new Set(readings).size).toBe(1);
  });
});
