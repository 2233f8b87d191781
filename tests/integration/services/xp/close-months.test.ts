import fc from "fast-check";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Activity } from "@/services/xp/activity";
import { awardActivities, awardActivity } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import { closeMonths, RETENTION_DAYS, retentionEdge } from "@/services/xp/close-months";
import type { MemberState } from "@/services/xp/fold";
import { removeActivity, restoreActivity } from "@/services/xp/remove-activity";
import { replayMember } from "@/services/xp/replay-community";
import { readRules } from "@/services/xp/stored-state";
import { aCommunity, aMessage, anAdjustment, aUserId, storedMember } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { databaseContents } from "@/tests/support/database-contents";
import { redisAway } from "@/tests/support/redis-away";

const RUNS = Number(process.env.PROPERTY_RUNS ?? 40);
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 1_000_000);
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

/** The first moment of a month, `back` months before this one. */
function monthStart(back: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
}

test.each([
  ["2026-11-20T12:00:00Z", "2026-08-01T00:00:00.000Z"],
  ["2026-03-01T00:00:00Z", "2025-12-01T00:00:00.000Z"],
  ["2026-04-01T00:00:00Z", "2026-01-01T00:00:00.000Z"],
])("at %s the months before %s are closed: the oldest one that still has a day in the retention stays", (now, edge) => {
  expect(retentionEdge(new Date(now)).toISOString()).toBe(edge);
});

describe("closing months", () => {
  const database = useDatabase();
  const deps = () => ({ db: database.db, redis: redisAway });
  /** Between a month that is to be closed and one that stays; all of both within the retention, so that it can be awarded. */
  const edge = monthStart(1);
  const aroundEdge = (ms: number) => new Date(edge.getTime() + ms);

  beforeAll(async () => {
    // The one thing that tests cannot have: rows that are older than what awards accept. So the guard on age goes instead.
    const { rows } = await sql<{ source: string }>`
      select pg_get_functiondef('close_member'::regproc) as source`.execute(database.owner);
    const loosened = (rows[0]?.source ?? "").replace("interval '90 days'", "interval '0 days'");
    await sql.raw(loosened).execute(database.owner);
  });

  /** Closes as the job does on the day when the edge has become the retention's. */
  const closeAt = (moment: Date) =>
    closeMonths({ db: database.db, now: () => new Date(moment.getTime() + (RETENTION_DAYS + 5) * DAY) });

  const check = (communityId: string, userId: string) =>
    inCommunity(database.db, communityId, async (trx) => checkMember(trx, await readRules(trx, communityId), userId));

  /** Days west of Greenwich go on over the edge; caps make one activity matter to the next. */
  const aWesternCommunity = () =>
    aCommunity(database, (settings) => ({
      ...settings,
      timeZone: "America/New_York",
      dailyXpCap: 70,
    }));

  const at = (userId: string, ms: number, facts: Partial<Activity> = {}) =>
    aMessage({ userId, occurredAt: aroundEdge(ms), ...facts });

  const aHistory = (userId: string): Activity[] => [
    at(userId, -4 * DAY),
    at(userId, -4 * DAY + 30 * SECOND),
    anAdjustment(700, { userId, occurredAt: aroundEdge(-3 * DAY) }),
    at(userId, -3 * DAY, { activityId: `reaction:${userId}:1`, action: "reaction", subjectUserId: "user_x" }),
    at(userId, -HOUR),
    at(userId, -30 * SECOND),
    at(userId, 20 * SECOND),
    at(userId, 40 * SECOND),
    at(userId, HOUR),
    at(userId, 2 * HOUR),
    at(userId, 3 * HOUR),
    at(userId, 2 * DAY),
  ];

  /** The same history in two communities, of which only one will be closed. */
  async function twins() {
    const [communityId, twin, userId] = [await aWesternCommunity(), await aWesternCommunity(), aUserId()];
    const history = aHistory(userId);
    for (const activity of history) {
      await awardActivity(database, communityId, activity);
      await awardActivity(database, twin, activity);
    }
    return { communityId, twin, userId, history };
  }

  type OpenState = Omit<MemberState, "decisions"> & { open: MemberState["decisions"] };

  /** What is stored, but for the decisions of activities that are gone with their month. */
  async function stateOf(communityId: string, userId: string): Promise<OpenState> {
    const stored = await storedMember(database, communityId, userId);
    if (!stored) throw new Error("There is no such member.");
    const { decisions, ...state } = stored;
    const rows = await database.owner
      .selectFrom("activity_log")
      .select("activity_id")
      .where("community_id", "=", communityId)
      .where("occurred_at", ">=", edge)
      .execute();
    const openIds = new Set(rows.map((row) => row.activity_id));
    return { ...state, open: new Map([...decisions].filter(([id]) => openIds.has(id))) };
  }

  async function closeOnly(communityId: string, userId: string, moment = edge): Promise<void> {
    await inCommunity(database.db, communityId, (trx) =>
      sql`select close_member(${communityId}, ${userId}, ${moment})`.execute(trx),
    );
  }

  test("changes no number of a member, and the check finds nothing before or after", async () => {
    const { communityId, userId } = await twins();
    expect(await check(communityId, userId)).toEqual([]);
    const before = await stateOf(communityId, userId);
    await closeOnly(communityId, userId);
    expect(await stateOf(communityId, userId)).toEqual(before);
    expect(await check(communityId, userId)).toEqual([]);
    const { rows } = await sql<{ left: number }>`
      select count(*) as left from activity_log where community_id = ${communityId} and occurred_at < ${edge}`.execute(
      database.owner,
    );
    expect(rows).toEqual([{ left: 0 }]);
    await replayMember(database, communityId, userId, "repair");
    expect(await stateOf(communityId, userId)).toEqual(before);
  });

  test("twice changes nothing the second time, and going on to the next month is closing it at once", async () => {
    const { communityId, userId } = await twins();
    await closeOnly(communityId, userId);
    const before = await databaseContents(database);
    await closeOnly(communityId, userId);
    expect(await databaseContents(database)).toEqual(before);
    const { open: _open, ...numbers } = await stateOf(communityId, userId);
    await closeOnly(communityId, userId, monthStart(0));
    expect(await check(communityId, userId)).toEqual([]);
    expect(await stateOf(communityId, userId)).toMatchObject(numbers);
  });

  test.each([
    ["just after the edge, in the cooldown of what was closed", 10 * SECOND],
    ["later that day, under its cap", 4 * HOUR],
    ["in the first hour", 30 * 60 * SECOND],
    ["the day after", DAY],
    ["after everything", 3 * DAY],
  ])("leaves late arrivals right: %s", async (_when, ms) => {
    const { communityId, twin, userId } = await twins();
    await closeOnly(communityId, userId);
    const late = at(userId, ms);
    const [here, there] = [await awardActivity(database, communityId, late), await awardActivity(database, twin, late)];
    expect([here.outcome, here.xp, here.totalXp]).toEqual([there.outcome, there.xp, there.totalXp]);
    expect(await stateOf(communityId, userId)).toEqual(await stateOf(twin, userId));
    expect(await check(communityId, userId)).toEqual([]);
  });

  test("leaves removals and their undoing right, for every activity that stays", async () => {
    const { communityId, twin, userId, history } = await twins();
    await closeOnly(communityId, userId);
    for (const { activityId, occurredAt } of history.filter((one) => one.occurredAt >= edge)) {
      for (const change of [removeActivity, restoreActivity]) {
        await change(deps(), communityId, activityId);
        await change(deps(), twin, activityId);
        expect([occurredAt, await stateOf(communityId, userId)]).toEqual([occurredAt, await stateOf(twin, userId)]);
        expect(await check(communityId, userId)).toEqual([]);
      }
    }
  });

  test(`changes nothing that random histories, late arrivals and removals after it can find (seed ${SEED})`, async () => {
    const fact = fc.record({
      /** Minutes from the edge; many gather close to it. */
      minute: fc.oneof(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -4_000, max: 4_000 })),
      action: fc.constantFrom("message", "message", "post", "reaction", "adjustment"),
      amount: fc.integer({ min: -200, max: 400 }),
      late: fc.boolean(),
      removed: fc.constantFrom(false, false, true),
    });
    const plan = fc.record({
      timeZone: fc.constantFrom("UTC", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"),
      dailyXpCap: fc.constantFrom(null, 30, 70),
      messageCap: fc.constantFrom(null, 50),
      facts: fc.array(fact, { minLength: 1, maxLength: 25 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ timeZone, dailyXpCap, messageCap, facts }) => {
        const make = () =>
          aCommunity(database, (settings) => ({
            ...settings,
            timeZone,
            dailyXpCap,
            actions: Object.fromEntries(
              Object.entries(settings.actions).map(([name, rate]) => {
                // A random amount draws on the community's id, which is all that these two may differ in.
                const fixed = { ...rate, minXp: rate.maxXp, dailyXpCap: name === "message" ? messageCap : null };
                return [name, fixed];
              }),
            ),
          }));
        const [communityId, twin, userId] = [await make(), await make(), aUserId()];
        const activities = facts.map(({ minute, action, amount }, n): Activity => {
          const given = action === "adjustment" ? { amount } : {};
          return at(userId, minute * 60_000, { activityId: `${action}:${n}`, action, ...given });
        });
        const comesLate = (n: number) => facts[n]?.late === true && (facts[n]?.minute ?? 0) >= 0;
        const both = async (change: (community: string) => Promise<unknown>) => {
          for (const community of [communityId, twin]) await change(community);
        };
        await both(async (community) => {
          await awardActivities(database, community, [
            aMessage({ userId, occurredAt: aroundEdge(-5 * DAY), activityId: "message:first" }),
          ]);
          await awardActivities(
            database,
            community,
            activities.filter((_one, n) => !comesLate(n)),
          );
        });
        await closeOnly(communityId, userId);
        for (const [n, activity] of activities.entries()) {
          if (comesLate(n)) await both((community) => awardActivity(database, community, activity));
          if (facts[n]?.removed && activity.occurredAt >= edge) {
            await both((community) => removeActivity(deps(), community, activity.activityId));
          }
        }
        expect(await stateOf(communityId, userId)).toEqual(await stateOf(twin, userId));
        expect(await check(communityId, userId)).toEqual([]);
        await replayMember(database, communityId, userId, "repair");
        expect(await stateOf(communityId, userId)).toEqual(await stateOf(twin, userId));
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: process.env.PROPERTY_SHRINK === undefined },
    );
  }, 600_000);

  test(`leaves streaks, their bonuses and multipliers as they are, and provable, whatever comes or goes after it (seed ${SEED})`, async () => {
    const fact = fc.record({ hour: fc.integer({ min: -110, max: 110 }), late: fc.boolean(), removed: fc.boolean() });
    const plan = fc.record({
      timeZone: fc.constantFrom("UTC", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"),
      freezeEveryDays: fc.constantFrom(0, 2),
      facts: fc.array(fact, { minLength: 1, maxLength: 18 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ timeZone, freezeEveryDays, facts }) => {
        const boost = { id: "b", name: "Turn of the month", percent: 150 };
        const communityId = await aCommunity(database, (settings) => ({
          ...settings,
          timeZone,
          multipliers: {
            channels: {},
            roles: {},
            boosts: [
              { ...boost, startsAt: aroundEdge(-5 * HOUR).toISOString(), endsAt: aroundEdge(5 * HOUR).toISOString() },
            ],
          },
          streaks: {
            ...settings.streaks,
            freezeEveryDays,
            milestones: [2, 3, 4].map((days) => ({ days, xp: 10 * days })),
          },
        }));
        const userId = aUserId();
        const activities = facts.map(({ hour }, n) => at(userId, hour * HOUR, { activityId: `message:${n}` }));
        const comesLate = (n: number) => facts[n]?.late === true && (facts[n]?.hour ?? 0) >= 0;
        const first = aMessage({ userId, occurredAt: aroundEdge(-5 * DAY), activityId: "message:first" });
        await awardActivities(database, communityId, [first, ...activities.filter((_one, n) => !comesLate(n))]);
        const before = await stateOf(communityId, userId);
        await closeOnly(communityId, userId);
        expect(await stateOf(communityId, userId)).toEqual(before);
        for (const [n, activity] of activities.entries()) {
          if (comesLate(n)) await awardActivity(database, communityId, activity);
          if (facts[n]?.removed && activity.occurredAt >= edge) {
            await removeActivity(deps(), communityId, activity.activityId);
          }
        }
        expect(await check(communityId, userId)).toEqual([]);
        const after = await stateOf(communityId, userId);
        await replayMember(database, communityId, userId, "repair");
        expect(await stateOf(communityId, userId)).toEqual(after);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: process.env.PROPERTY_SHRINK === undefined },
    );
  }, 600_000);

  test("keeps a cooldown that reaches over the edge when the open part is folded again", async () => {
    const { communityId, userId } = await twins();
    await closeOnly(communityId, userId);
    const before = await stateOf(communityId, userId);
    await replayMember(database, communityId, userId, "settings");
    expect(await stateOf(communityId, userId)).toEqual(before);
    const outcomes = [...before.open.values()].map(({ outcome, xp }) => `${outcome} ${xp}`);
    expect(outcomes).toEqual(["cooldown 0", "awarded 20", "awarded 10", "daily_cap 0", "daily_cap 0", "awarded 20"]);
  });

  test("as the job does it closes every member of every community, forgets removals nobody will need, and can be repeated", async () => {
    const [one, two] = [await twins(), await twins()];
    await sql`insert into activity_identities (community_id, activity_id, removed_at)
      values (${one.communityId}, 'message:never', now() - interval '91 days'),
        (${one.communityId}, 'message:maybe', now() - interval '89 days')`.execute(database.owner);
    const members = [one, two].flatMap(({ communityId, twin, userId }) => [
      [communityId, userId] as const,
      [twin, userId] as const,
    ]);
    const before = await Promise.all(members.map(([communityId, userId]) => stateOf(communityId, userId)));
    expect((await closeAt(edge)).members).toBeGreaterThanOrEqual(4);
    expect(await Promise.all(members.map(([communityId, userId]) => stateOf(communityId, userId)))).toEqual(before);
    for (const [communityId, userId] of members) expect(await check(communityId, userId)).toEqual([]);
    const awaited = await database.owner
      .selectFrom("activity_identities")
      .select("activity_id")
      .where("user_id", "is", null)
      .execute();
    expect(awaited).toEqual([{ activity_id: "message:maybe" }]);
    const after = await databaseContents(database);
    expect(await closeAt(edge)).toMatchObject({ members: 0 });
    expect(await databaseContents(database)).toEqual(after);
  });

  test("drops months that are out of the retention and empty, and none that still holds a row", async () => {
    await sql`select ensure_partitions('2020-01-01', '2020-03-01')`.execute(database.owner);
    await sql`insert into activity_log (community_id, user_id, occurred_at, activity_id, action, source, settings_version, outcome,
      base_xp, xp) values ('biz_kept', 'user_kept', '2020-02-10', 'message:kept', 'message', 'webhook', 1, 'awarded', 20, 20)`.execute(
      database.owner,
    );
    expect(await closeMonths({ db: database.db, now: () => new Date() })).toMatchObject({ dropped: 5 });
    const { rows } = await sql<{ name: string }>`
      select relname as name from pg_class where relispartition and relname like '%\\_2020\\_%' and relkind = 'r'`.execute(
      database.owner,
    );
    expect(rows).toEqual([{ name: "activity_log_2020_02" }]);
  });
});

describe("a month that is not over its time", () => {
  const database = useDatabase();

  test.each([
    ["the present month", () => monthStart(0)],
    ["a moment that is no month's beginning", () => new Date(Date.UTC(2020, 0, 2))],
  ])("(%s) cannot be closed", async (_name, moment) => {
    const communityId = await aCommunity(database);
    const closing = inCommunity(database.db, communityId, (trx) =>
      sql`select close_member(${communityId}, 'user_a', ${moment()})`.execute(trx),
    );
    await expect(closing).rejects.toMatchObject({ code: "W5N01" });
  });
});
