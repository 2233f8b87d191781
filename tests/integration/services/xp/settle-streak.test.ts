import fc from "fast-check";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import { dayIn } from "@/services/xp/calendar";
import { retentionEdge } from "@/services/xp/close-months";
import { settingsAt } from "@/services/xp/fold";
import { settleStreaks } from "@/services/xp/settle-streaks";
import { readRules } from "@/services/xp/stored-state";
import { type StreakBonus, streakOf } from "@/services/xp/streak";
import { aCommunity, aUserId, storedMember } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";

const RUNS = Number(process.env.PROPERTY_RUNS ?? 25);
const DAY_MS = 86_400_000;

const today = dayIn("UTC", new Date());
const ago = (days: number) => dayIn("UTC", new Date(Date.parse(`${today}T00:00:00Z`) - days * DAY_MS));
const isoAgo = (days: number, hour = 0) => new Date(Date.parse(`${ago(days)}T00:00:00Z`) + hour * 3_600_000);

type Streaks = Settings["streaks"];
type Change = { timeZone?: string; paused?: boolean; streaks?: Partial<Streaks> };

describe("settling a streak", () => {
  const database = useDatabase();

  const changed = (settings: Settings, { streaks, ...rest }: Change): Settings => ({
    ...settings,
    ...rest,
    streaks: { ...settings.streaks, freezeEveryDays: 0, milestones: [], pauses: [], ...streaks },
  });

  async function aPlace(from: Change, ...later: [validFrom: Date, change: Change][]): Promise<string> {
    const communityId = await aCommunity(database, (settings) => changed({ ...settings, timeZone: "UTC" }, from));
    for (const [validFrom, change] of later) {
      const { settings } = await findSettings(database, communityId);
      await changeSettings(database, communityId, { settings: changed(settings, change), validFrom, by: "user_owner" });
    }
    return communityId;
  }

  async function aMember(communityId: string): Promise<string> {
    const userId = aUserId();
    await sql`insert into users (community_id, user_id) values (${communityId}, ${userId})`.execute(database.owner);
    return userId;
  }

  async function paid(communityId: string, userId: string, days: readonly string[], action = "message", count = 1) {
    await sql`insert into daily_rollups (community_id, user_id, day, action, activities, paid, xp)
      select ${communityId}, ${userId}, day, ${action}, 1, ${count}, 20 from unnest(${days}::date[]) day`.execute(
      database.owner,
    );
  }

  const unpaid = (communityId: string, userId: string, day: string) =>
    sql`delete from daily_rollups where community_id = ${communityId} and user_id = ${userId} and day = ${day}
      and action <> 'streak_bonus'`.execute(database.owner);

  async function settle(communityId: string, userId: string, { cause = "late", day = null as string | null } = {}) {
    const { rows } = await sql<{ xp: number }>`
      select settle_streak(${communityId}, ${userId}, ${cause}, 'message:cause', ${day}::date) as xp`.execute(
      database.owner,
    );
    return rows[0]?.xp;
  }

  async function streak(communityId: string, userId: string) {
    const row = await database.owner
      .selectFrom("users")
      .select(["streak_days as days", "streak_day as day", "streak_longest as longest", "streak_freezes as freezes"])
      .where("community_id", "=", communityId)
      .where("user_id", "=", userId)
      .executeTakeFirstOrThrow();
    return row;
  }

  const bonuses = (communityId: string, userId: string) =>
    database.owner
      .selectFrom("activities")
      .select(["activity_id as activityId", "occurred_at as occurredAt", "outcome", "xp", "corrections", "amount"])
      .where("community_id", "=", communityId)
      .where("user_id", "=", userId)
      .where("action", "=", "streak_bonus")
      .orderBy("occurred_at")
      .orderBy("activity_id")
      .execute();

  const awarded = async (communityId: string, userId: string) =>
    (await bonuses(communityId, userId)).flatMap(({ outcome, activityId, occurredAt, xp }) =>
      outcome === "awarded" ? [{ activityId, occurredAt, xp }] : [],
    );

  /** Roll-ups of bonuses, which must be what the awarded ones add up to. */
  async function rolledUp(communityId: string, userId: string) {
    const { rows } = await sql<{ days: number; weeks: number; months: number; empty: number }>`
      select (select coalesce(sum(xp), 0)::bigint from daily_rollups where community_id = ${communityId} and user_id = ${userId}
          and action = 'streak_bonus') as days,
        (select coalesce(sum(xp), 0)::bigint from period_rollups where community_id = ${communityId} and user_id = ${userId}
          and period = 'week') as weeks,
        (select coalesce(sum(xp), 0)::bigint from period_rollups where community_id = ${communityId} and user_id = ${userId}
          and period = 'month') as months,
        (select count(*) from period_rollups where community_id = ${communityId} and user_id = ${userId}
          and activities = 0)::integer as empty`.execute(database.owner);
    return rows[0];
  }

  async function modelOf(communityId: string, userId: string, days: readonly string[]) {
    const { settingsVersions } = await inCommunity(database.db, communityId, (trx) => readRules(trx, communityId));
    const model = streakOf(userId, days, (at) => settingsAt(settingsVersions, at).settings);
    const edge = retentionEdge(new Date());
    const inReach = model.bonuses.filter(({ occurredAt }) => occurredAt >= edge).map(asStored);
    const { bonuses: _, ...rest } = model;
    return { streak: rest, bonuses: inReach };
  }

  const asStored = ({ activityId, occurredAt, xp }: StreakBonus) => ({ activityId, occurredAt, xp });

  const byTime = (a: { occurredAt: Date | null }, b: { occurredAt: Date | null }) =>
    (a.occurredAt?.getTime() ?? 0) - (b.occurredAt?.getTime() ?? 0);

  test("makes of any days, under any rules and changes of them, what the model makes, and adds up what it changed", async () => {
    const zones = ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Havana", "Europe/Berlin"];
    const change = fc.record({
      timeZone: fc.constantFrom(...zones),
      paused: fc.boolean(),
      streaks: fc.record({
        enabled: fc.constantFrom(true, true, true, false),
        freezeEveryDays: fc.integer({ min: 0, max: 4 }),
        maxFreezes: fc.integer({ min: 0, max: 2 }),
        pauses: fc.array(
          fc.tuple(fc.nat(40), fc.nat(3)).map(([from, length]) => ({ from: ago(from + length), to: ago(from) })),
          { maxLength: 2 },
        ),
        milestones: fc
          .uniqueArray(fc.integer({ min: 2, max: 9 }), { maxLength: 3 })
          .map((all) => all.map((days) => ({ days, xp: days }))),
      }),
    });
    const later = fc.array(fc.tuple(fc.nat(40), fc.nat(23), change), { maxLength: 3 });
    // Mostly active, so that there are long runs, and gaps that a freeze goes over.
    const isActive = fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.boolean() });
    const calendar = fc
      .array(isActive, { minLength: 1, maxLength: 45 })
      .map((all) => all.flatMap((is, n) => (is ? [n] : [])));
    await fc.assert(
      fc.asyncProperty(change, later, calendar, calendar, async (first, changes, arrived, removedOnes) => {
        const communityId = await aPlace(
          { ...first, paused: false },
          ...changes.map(([days, hour, to]): [Date, Change] => [isoAgo(days, hour), to]),
        );
        const userId = await aMember(communityId);
        const days = arrived.map(ago);
        await paid(communityId, userId, days);
        let sum = (await settle(communityId, userId)) ?? Number.NaN;
        const all = await modelOf(communityId, userId, days);
        expect(await streak(communityId, userId)).toEqual(all.streak);
        expect((await awarded(communityId, userId)).sort(byTime)).toEqual(all.bonuses.sort(byTime));

        const left = days.filter((day) => !removedOnes.some((n) => ago(n) === day && n % 3 === 0));
        for (const day of days) if (!left.includes(day)) await unpaid(communityId, userId, day);
        sum += (await settle(communityId, userId, { cause: "removed" })) ?? Number.NaN;
        const rest = await modelOf(communityId, userId, left);
        expect(await streak(communityId, userId)).toEqual(rest.streak);
        expect((await awarded(communityId, userId)).sort(byTime)).toEqual(rest.bonuses.sort(byTime));

        expect(sum).toBe(rest.bonuses.reduce((xp, bonus) => xp + bonus.xp, 0));
        expect(await rolledUp(communityId, userId)).toEqual({ days: sum, weeks: sum, months: sum, empty: 0 });
        expect(await settle(communityId, userId)).toBe(0);
      }),
      { numRuns: RUNS },
    );
  });

  test("day by day, one step each, comes to the same as all days at once", async () => {
    const communityId = await aPlace(
      { streaks: { freezeEveryDays: 3, maxFreezes: 1, milestones: [{ days: 4, xp: 9 }] } },
      [isoAgo(12, 7), { streaks: { enabled: false } }],
      [
        isoAgo(9, 7),
        { streaks: { enabled: true, freezeEveryDays: 2, maxFreezes: 2, milestones: [{ days: 10, xp: 11 }] } },
      ],
    );
    const [stepping, whole] = [await aMember(communityId), await aMember(communityId)];
    const days = [20, 19, 18, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 5, 4, 0].map(ago);
    for (const day of days) {
      await paid(communityId, stepping, [day]);
      await settle(communityId, stepping, { day });
    }
    await paid(communityId, whole, days);
    await settle(communityId, whole);
    expect(await streak(communityId, stepping)).toEqual(await streak(communityId, whole));
    expect(await streak(communityId, whole)).toEqual({ days: 1, day: ago(0), longest: 12, freezes: 0 });
    const ownIdLeftOut = ({ occurredAt, xp }: { occurredAt: Date | null; xp: number | null }) => ({ occurredAt, xp });
    expect((await awarded(communityId, stepping)).map(ownIdLeftOut)).toEqual(
      (await awarded(communityId, whole)).map(ownIdLeftOut),
    );
    expect(await awarded(communityId, whole)).toHaveLength(2);
  });

  test("a step for a day that is not the last one counts all days again", async () => {
    const communityId = await aPlace({});
    const userId = await aMember(communityId);
    await paid(communityId, userId, [3, 1].map(ago));
    await settle(communityId, userId);
    await paid(communityId, userId, [ago(2)]);
    await settle(communityId, userId, { day: ago(2) });
    expect(await streak(communityId, userId)).toMatchObject({ days: 3, day: ago(1) });
  });

  test("what others give, what is given by hand and what paid nothing makes no day active", async () => {
    const communityId = await aPlace({});
    const userId = await aMember(communityId);
    await paid(communityId, userId, [ago(3)], "reaction_received");
    await paid(communityId, userId, [ago(3)], "adjustment");
    await paid(communityId, userId, [ago(3)], "member_joined");
    await paid(communityId, userId, [ago(3)], "message", 0);
    await paid(communityId, userId, [ago(2)], "lesson");
    await paid(communityId, userId, [ago(1)], "daily_visit");
    await settle(communityId, userId);
    expect(await streak(communityId, userId)).toEqual({ days: 2, day: ago(1), longest: 2, freezes: 0 });
  });

  test("days of years that have long been closed count", async () => {
    const communityId = await aPlace({});
    const userId = await aMember(communityId);
    await paid(
      communityId,
      userId,
      Array.from({ length: 1_500 }, (_, n) => ago(n)),
    );
    await settle(communityId, userId);
    expect(await streak(communityId, userId)).toEqual({ days: 1_500, day: ago(0), longest: 1_500, freezes: 0 });
  });

  test("bonuses of months that may be closed are neither made nor taken back, those after are", async () => {
    const reachesBack = (Date.now() - retentionEdge(new Date()).getTime()) / DAY_MS;
    const old = Math.ceil(reachesBack) + 2;
    const communityId = await aPlace({ streaks: { milestones: [{ days: 2, xp: 10 }] } });
    const userId = await aMember(communityId);
    await paid(communityId, userId, [old + 1, old, 81, 80].map(ago));
    expect(await settle(communityId, userId)).toBe(10);
    expect((await awarded(communityId, userId)).map(({ activityId }) => activityId)).toEqual([
      `streak_bonus:${userId}:${ago(80)}:2`,
    ]);

    await sql`select ensure_partitions(${ago(old)}::date, ${ago(old)}::date)`.execute(database.owner);
    await sql`insert into activity_identities (community_id, activity_id, user_id, occurred_at)
      values (${communityId}, ${`streak_bonus:${userId}:${ago(old)}:3`}, ${userId}, ${isoAgo(old)})`.execute(
      database.owner,
    );
    await sql`insert into activity_log (community_id, user_id, occurred_at, activity_id, action, amount, source, settings_version,
      outcome, base_xp, xp) values (${communityId}, ${userId}, ${isoAgo(old)}, ${`streak_bonus:${userId}:${ago(old)}:3`},
      'streak_bonus', 7, 'api', 1, 'awarded', 7, 7)`.execute(database.owner);
    expect(await settle(communityId, userId)).toBe(0);
    expect(await awarded(communityId, userId)).toHaveLength(2);
  });

  test("a bonus is taken back by a correction and given again by another, the log itself never changes", async () => {
    const communityId = await aPlace({ streaks: { milestones: [{ days: 3, xp: 50 }] } });
    const userId = await aMember(communityId);
    await paid(communityId, userId, [5, 4, 3].map(ago));
    expect(await settle(communityId, userId)).toBe(50);
    await unpaid(communityId, userId, ago(4));
    expect(await settle(communityId, userId, { cause: "removed" })).toBe(-50);
    expect(await bonuses(communityId, userId)).toMatchObject([{ outcome: "reversed", xp: 0, corrections: 1 }]);
    await paid(communityId, userId, [ago(4)]);
    expect(await settle(communityId, userId, { cause: "restored" })).toBe(50);
    expect(await bonuses(communityId, userId)).toMatchObject([
      { outcome: "awarded", xp: 50, amount: 50, corrections: 2 },
    ]);
    const { rows } = await sql`select cause, caused_by, xp_difference from corrections
      where community_id = ${communityId} and user_id = ${userId} order by sequence`.execute(database.owner);
    expect(rows).toEqual([
      { cause: "removed", caused_by: "message:cause", xp_difference: -50 },
      { cause: "restored", caused_by: "message:cause", xp_difference: 50 },
    ]);
  });

  test("a milestone whose amount changes for all history corrects what it paid, and one that moves in time moves its bonus", async () => {
    const communityId = await aPlace({ streaks: { milestones: [{ days: 2, xp: 50 }] } });
    const userId = await aMember(communityId);
    await paid(communityId, userId, [5, 4].map(ago));
    await settle(communityId, userId);
    const retell = async (change: Change) => {
      const { settings } = await findSettings(database, communityId);
      const validFrom = new Date(0);
      await changeSettings(database, communityId, { settings: changed(settings, change), validFrom, by: "user_owner" });
    };
    await retell({ streaks: { milestones: [{ days: 2, xp: 80 }] } });
    expect(await settle(communityId, userId, { cause: "settings" })).toBe(30);
    expect(await awarded(communityId, userId)).toMatchObject([{ xp: 80, occurredAt: isoAgo(4) }]);

    await retell({ timeZone: "Asia/Tokyo", streaks: { milestones: [{ days: 2, xp: 80 }] } });
    expect(await settle(communityId, userId, { cause: "settings" })).toBe(0);
    expect(await awarded(communityId, userId)).toMatchObject([{ xp: 80, occurredAt: isoAgo(5, 15) }]);

    await retell({ streaks: { milestones: [{ days: 2, xp: 80 }] }, timeZone: "UTC" });
    expect(await settle(communityId, userId, { cause: "settings" })).toBe(0);
    expect(await awarded(communityId, userId)).toMatchObject([{ xp: 80, occurredAt: isoAgo(4) }]);
    expect(await rolledUp(communityId, userId)).toEqual({ days: 80, weeks: 80, months: 80, empty: 0 });
  });

  test("a reset begins a new life: days before its day do not count, and their bonuses fall away", async () => {
    const communityId = await aPlace({ streaks: { milestones: [{ days: 2, xp: 50 }] } });
    const userId = await aMember(communityId);
    await paid(communityId, userId, [9, 8, 7, 6, 5].map(ago));
    await settle(communityId, userId);
    await sql`update users set reset_at = ${isoAgo(6, 12)} where user_id = ${userId}`.execute(database.owner);
    expect(await settle(communityId, userId, { cause: "repair" })).toBe(0);
    expect(await streak(communityId, userId)).toMatchObject({ days: 2, longest: 2 });
    expect((await awarded(communityId, userId)).map(({ activityId }) => activityId)).toEqual([
      `streak_bonus:${userId}:${ago(5)}:2`,
    ]);
    expect(await settle(communityId, userId, { day: ago(7) })).toBe(0);
    await sql`update users set reset_at = null where user_id = ${userId}`.execute(database.owner);
    await settle(communityId, userId, { cause: "repair" });
    expect(await streak(communityId, userId)).toMatchObject({ days: 5, longest: 5 });
  });

  test("the id of an erased member's bonus is taken up again", async () => {
    const communityId = await aPlace({ streaks: { milestones: [{ days: 2, xp: 50 }] } });
    const userId = await aMember(communityId);
    await sql`insert into activity_identities (community_id, activity_id, removed_at)
      values (${communityId}, ${`streak_bonus:${userId}:${ago(4)}:2`}, now())`.execute(database.owner);
    await paid(communityId, userId, [5, 4].map(ago));
    expect(await settle(communityId, userId)).toBe(50);
    expect(await awarded(communityId, userId)).toHaveLength(1);
  });

  test("members from before streaks get theirs, with the XP of milestones and the level these make, and twice is as once", async () => {
    const communityId = await aPlace({ streaks: { milestones: [{ days: 2, xp: 100 }] } });
    const elsewhere = await aPlace({});
    const [active, idle, stranger] = [await aMember(communityId), await aMember(communityId), await aMember(elsewhere)];
    await paid(communityId, active, [2, 1].map(ago));
    await paid(elsewhere, stranger, [2, 1].map(ago));
    await settleStreaks(database, communityId);
    await settleStreaks(database, communityId);
    const member = await storedMember(database, communityId, active);
    expect(member).toMatchObject({ xp: 100, level: 2, streak: { days: 2, day: ago(1) } });
    expect(await streak(communityId, idle)).toEqual({ days: 0, day: null, longest: 0, freezes: 0 });
    expect(await streak(elsewhere, stranger)).toMatchObject({ days: 0 });
  });

  test("the application settles nobody of another community, and changes no streak by itself", async () => {
    const communityId = await aPlace({});
    const [elsewhere, userId] = [await aPlace({}), await aMember(communityId)];
    const asApp = (statement: ReturnType<typeof sql>) =>
      inCommunity(database.db, elsewhere, (trx) => statement.execute(trx));
    await expect(asApp(sql`select settle_member_streak(${communityId}, ${userId})`)).rejects.toThrow(/community/);
    await expect(asApp(sql`select settle_streak(${elsewhere}, ${userId}, 'late', null)`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(asApp(sql`update users set streak_days = 9`)).rejects.toThrow(/permission denied/);
  });
});
