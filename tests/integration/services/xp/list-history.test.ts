import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { sql, type Transaction } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import type { Activity } from "@/services/xp/activity";
import { awardActivities, awardActivity } from "@/services/xp/award-activity";
import { dayIn } from "@/services/xp/calendar";
import { levelAt } from "@/services/xp/curve";
import { fold, inFoldOrder } from "@/services/xp/fold";
import { type HistoryPlace, listHistoryRows, listLastPaid } from "@/services/xp/history.queries";
import type { History, HistoryEntry } from "@/services/xp/history-entry";
import { listHistory } from "@/services/xp/list-history";
import { removeActivity } from "@/services/xp/remove-activity";
import { readRules } from "@/services/xp/stored-state";
import { sumBefore } from "@/services/xp/sum-before";
import { aCommunity, aMessage, anAdjustment, aUserId } from "@/tests/support/community";
import { aDatabase, type TestDatabase } from "@/tests/support/database";
import { redisAway } from "@/tests/support/redis-away";
import type { DB } from "@/types/database";

const RUNS = Number(process.env.PROPERTY_RUNS ?? 60);
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 1_000_000);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let database: TestDatabase;
beforeAll(async () => {
  database = await aDatabase();
});
afterAll(() => database.drop());

const env = { encryptionKey: randomBytes(32) };
const deps = () => ({ db: database.db, env });
const now = Math.floor(Date.now() / 1000) * 1000;
const at = (minutesAgo: number) => new Date(now - minutesAgo * MINUTE);

const history = (communityId: string, userId: string, request: { cursor?: string; limit?: number } = {}) =>
  listHistory(deps(), communityId, userId, request);

const remove = (communityId: string, { activityId }: Activity) =>
  removeActivity({ db: database.db, redis: redisAway }, communityId, activityId);

/** All entries, page by page. `between` runs after each page. */
async function allEntries(communityId: string, userId: string, limit: number, between?: () => Promise<unknown>) {
  const entries: HistoryEntry[] = [];
  let page: History | undefined;
  do {
    page = await history(communityId, userId, { limit, cursor: page?.nextCursor ?? undefined });
    entries.push(...page.entries);
    await between?.();
  } while (page.nextCursor !== null);
  return entries;
}

function withRate(action: string, patch: Partial<Settings["actions"][string]>) {
  return (settings: Settings): Settings => ({
    ...settings,
    actions: {
      ...settings.actions,
      [action]: { ...settings.actions[action], ...patch } as Settings["actions"][string],
    },
  });
}

test("every activity is listed once, newest first, with where it happened and what it pays", async () => {
  const communityId = await aCommunity(database);
  const userId = aUserId();
  const place = `exp_${communityId}`;
  await inCommunity(database.db, communityId, (trx) =>
    sql`select remember_experience(${communityId}, '', ${place}, 'General')`.execute(trx),
  );
  const activities = [
    aMessage({ userId, occurredAt: at(30), experienceId: place }),
    aMessage({ userId, occurredAt: at(20), experienceId: "feed_unknown" }),
    anAdjustment(-5, { userId, occurredAt: at(10) }),
  ];
  await awardActivities(database, communityId, activities);
  const { entries, nextCursor, timeZone, days } = await history(communityId, userId);
  expect(entries).toMatchObject([
    { activityId: activities[2]?.activityId, action: "adjustment", xp: -5, experienceName: null, outcome: "awarded" },
    { activityId: activities[1]?.activityId, xp: 20, experienceName: null, xpBefore: null, why: {} },
    { activityId: activities[0]?.activityId, xp: 20, experienceName: "General", occurredAt: at(30).toISOString() },
  ]);
  expect([nextCursor, timeZone]).toEqual([null, "UTC"]);
  expect(days.reduce((sum, { xp }) => sum + xp, 0)).toBe(35);
});

test("somebody who has done nothing has an empty history", async () => {
  const communityId = await aCommunity(database);
  expect(await history(communityId, aUserId())).toEqual({ entries: [], days: [], nextCursor: null, timeZone: "UTC" });
});

test("a message that came too soon says how many seconds were left, also when what paid is on the next page", async () => {
  const communityId = await aCommunity(database);
  const userId = aUserId();
  const first = at(10);
  const later = (ms: number) => new Date(first.getTime() + ms);
  await awardActivities(database, communityId, [
    aMessage({ userId, occurredAt: first }),
    aMessage({ userId, occurredAt: later(36_500) }),
    aMessage({ userId, occurredAt: later(59_999) }),
    aMessage({ userId, occurredAt: later(60_000) }),
    aMessage({ userId, occurredAt: later(61_000) }),
  ]);
  for (const limit of [1, 2, 5]) {
    const entries = await allEntries(communityId, userId, limit);
    expect(entries.map(({ why }) => why.cooldownLeftSeconds)).toEqual([59, undefined, 1, 24, undefined]);
  }
});

test("a refusal is explained by the settings that held then, not by those of today", async () => {
  const communityId = await aCommunity(database, withRate("message", { minLength: 5, cooldownSeconds: 0 }));
  const userId = aUserId();
  await awardActivities(database, communityId, [aMessage({ userId, contentLength: 3 })]);
  const { settings } = await findSettings(database, communityId);
  await changeSettings(database, communityId, {
    settings: withRate("message", { minLength: 9 })(settings),
    by: "user_o",
  });
  const { entries } = await history(communityId, userId);
  expect(entries).toMatchObject([{ outcome: "too_short", xp: 0, why: { minLength: 5 } }]);
});

test("whoever meets a cap sees which: the action's or the whole day's, and also the award that was cut by it", async () => {
  const change = (settings: Settings) =>
    withRate("message", { cooldownSeconds: 0, dailyXpCap: 30 })({ ...settings, dailyXpCap: 50 });
  const communityId = await aCommunity(database, change);
  const userId = aUserId();
  const noon = new Date(`${dayIn("UTC", at(2 * 24 * 60))}T12:00:00Z`).getTime();
  const on = (minute: number) => new Date(noon + minute * MINUTE);
  const comment = (minute: number) =>
    aMessage({ userId, activityId: `comment:${userId}${minute}`, action: "comment", occurredAt: on(minute) });
  await awardActivities(database, communityId, [
    aMessage({ userId, occurredAt: on(0) }),
    aMessage({ userId, occurredAt: on(1) }),
    aMessage({ userId, occurredAt: on(2) }),
    ...[3, 5, 7].map(comment),
  ]);
  const { entries } = await history(communityId, userId);
  expect(entries.map(({ action, xp, why }) => [action, xp, why.dailyXpCap])).toEqual([
    ["comment", 0, 50],
    ["comment", 10, undefined],
    ["comment", 10, undefined],
    ["message", 0, 30],
    ["message", 10, 30],
    ["message", 20, undefined],
  ]);
});

test("what was taken back says what it had paid, and what it had crowded out says that it pays now", async () => {
  const communityId = await aCommunity(database);
  const userId = aUserId();
  const messages = [aMessage({ userId, occurredAt: at(10) }), aMessage({ userId, occurredAt: at(9.5) })];
  await awardActivities(database, communityId, messages);
  await remove(communityId, messages[0] as Activity);
  const { entries } = await history(communityId, userId);
  expect(entries).toMatchObject([
    { outcome: "awarded", xp: 20, xpBefore: 0, why: {} },
    { outcome: "reversed", xp: 0, xpBefore: 20 },
  ]);
});

test("a level is named at the activity that reached it, again where it was lost in between", async () => {
  const communityId = await aCommunity(database);
  const userId = aUserId();
  await awardActivities(database, communityId, [
    anAdjustment(90, { userId, occurredAt: at(60) }),
    aMessage({ userId, occurredAt: at(50) }),
    anAdjustment(-50, { userId, occurredAt: at(40) }),
    anAdjustment(500, { userId, occurredAt: at(30) }),
    aMessage({ userId, occurredAt: at(20) }),
  ]);
  const { entries } = await history(communityId, userId);
  expect(entries.map(({ levelReached }) => levelReached)).toEqual([null, 4, null, 2, null]);
});

test("levels stay right across pages while activities come in late, are removed and new ones arrive", async () => {
  const communityId = await aCommunity(database, withRate("message", { cooldownSeconds: 0 }));
  const userId = aUserId();
  const messages = Array.from({ length: 60 }, (_, hour) => aMessage({ userId, occurredAt: at(60 * hour + 61) }));
  await awardActivities(database, communityId, messages);
  const first = await history(communityId, userId, { limit: 10 });
  await awardActivity(database, communityId, anAdjustment(1_000, { userId, occurredAt: at(1) }));
  await awardActivity(database, communityId, anAdjustment(70, { userId, occurredAt: at(59 * 60) }));
  await remove(communityId, messages[40] as Activity);
  await remove(communityId, messages[2] as Activity);
  const rest = await history(communityId, userId, { limit: 100, cursor: first.nextCursor ?? undefined });
  const whole = await allEntries(communityId, userId, 100);
  expect(rest.entries).toEqual(whole.slice(-rest.entries.length));
  expect(rest.entries.length).toBe(51);
  expect(
    rest.entries.filter(({ levelReached }) => levelReached !== null).map(({ levelReached }) => levelReached),
  ).toEqual([5, 4, 3, 2]);
});

test("the history ends at the retention, and levels of what is left count what was before it", async () => {
  const communityId = await aCommunity(database);
  const userId = aUserId();
  await awardActivities(database, communityId, [anAdjustment(90, { userId }), aMessage({ userId, occurredAt: at(2) })]);
  await sql`insert into opening_balances (community_id, user_id, closed_before, xp, total_messages, total_posts, total_reactions)
    values (${communityId}, ${userId}, now() - interval '100 days', 1000, 0, 0, 0)`.execute(database.owner);
  await sql`update users set xp = xp + 1000 where community_id = ${communityId}`.execute(database.owner);
  const { entries, nextCursor } = await history(communityId, userId);
  expect([entries.length, nextCursor]).toEqual([2, null]);
  expect(entries.map(({ levelReached }) => levelReached)).toEqual([null, null]);
});

test("a cursor that was altered, or is another member's or community's, is refused", async () => {
  const [communityId, other] = [await aCommunity(database), await aCommunity(database)];
  const userId = aUserId();
  await awardActivities(database, communityId, [aMessage({ userId, occurredAt: at(5) }), aMessage({ userId })]);
  const { nextCursor } = await history(communityId, userId, { limit: 1 });
  const cursor = nextCursor ?? "";
  const refused = (community: string, user: string, text: string) =>
    expect(history(community, user, { cursor: text })).rejects.toMatchObject({ code: "bad_request" });
  await refused(communityId, aUserId(), cursor);
  await refused(other, userId, cursor);
  await refused(communityId, userId, `${cursor.slice(0, -2)}${cursor.endsWith("AA") ? "BB" : "AA"}`);
  expect((await history(communityId, userId, { cursor })).entries).toHaveLength(1);
});

test("of 100,000 activities a page reads its own, wherever it stands, and at most two days more where the sum must be found anew", async () => {
  const communityId = await aCommunity(database, withRate("message", { cooldownSeconds: 60 }));
  const userId = aUserId();
  const place = at(85 * 24 * 60);
  // A steady stream with two thirds cooling down, past the award path: what matters here is how much is read.
  await sql`insert into activity_log (community_id, user_id, occurred_at, activity_id, action, source, settings_version, outcome, base_xp, xp)
    select ${communityId}, ${userId}, ${place}::timestamptz + n * interval '70 seconds', 'message:' || n, 'message', 'seed', 2,
      case n % 3 when 0 then 'awarded' else 'cooldown' end, 20, case n % 3 when 0 then 20 else 0 end
    from generate_series(1, 100000) n`.execute(database.owner);
  await sql`insert into daily_rollups (community_id, user_id, day, action, activities, paid, xp)
    select ${communityId}, ${userId}, (occurred_at at time zone 'UTC')::date, 'message', count(*), count(*), sum(xp)
    from activity_log where community_id = ${communityId} group by 3`.execute(database.owner);
  await sql`insert into users (community_id, user_id, xp)
    select ${communityId}, ${userId}, sum(xp) from activity_log where community_id = ${communityId}`.execute(
    database.owner,
  );
  await sql`analyze activity_log, daily_rollups`.execute(database.owner);

  const zones = [{ version: 1, validFrom: new Date(0), timeZone: "UTC" }];
  const [oldest, middle] = [placeOf(1_000), placeOf(50_000)];
  const rowsRead = (work: (trx: Transaction<DB>) => Promise<unknown>) =>
    inCommunity(database.db, communityId, async (trx) => {
      const before = await read(trx);
      await work(trx);
      return (await read(trx)) - before;
    });
  const page = (before?: HistoryPlace) =>
    rowsRead((trx) => listHistoryRows(trx, communityId, userId, { before, limit: 101 }));
  // Where a month ends in a page, its table and the next one.
  for (const before of [undefined, middle, oldest]) expect(await page(before)).toBeLessThanOrEqual(2 * 101);
  const lastPaid = { before: middle, since: new Date(Date.parse(middle.occurredAt) - 10 * MINUTE) };
  expect(await rowsRead((trx) => listLastPaid(trx, communityId, userId, ["message"], lastPaid))).toBeLessThan(10);
  // One row for each later day, and the activities of the day itself, which may end half a day later than in UTC.
  const sum = await rowsRead((trx) => sumBefore(trx, communityId, userId, oldest, { total: 0, zones }));
  expect(sum).toBeLessThan(90 + 4 * ((24 * 60 * 60) / 70));

  const { entries } = await history(communityId, userId, { limit: 100 });
  expect(entries).toHaveLength(100);

  async function read(trx: Transaction<DB>): Promise<number> {
    const { rows } = await sql<{ read: number }>`select sum(seq_tup_read + idx_tup_fetch)::bigint as read
      from pg_stat_xact_user_tables where relname like 'activity_log%' or relname in ('daily_rollups', 'users')`.execute(
      trx,
    );
    return rows[0]?.read ?? 0;
  }

  function placeOf(n: number): HistoryPlace {
    const occurredAt = new Date(place.getTime() + n * 70_000).toISOString();
    return { occurredAt: occurredAt.replace("Z", "000Z"), activityId: `message:${n}` };
  }
}, 60_000);

const ZONES = ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"];

const fact = fc.record({
  action: fc.constantFrom("message", "message", "post", "adjustment"),
  /** Minutes into the history; many fall together. */
  minute: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 6_000 })),
  amount: fc.integer({ min: -150, max: 250 }),
  length: fc.integer({ min: 0, max: 6 }),
});

const scene = fc.record({
  facts: fc.array(fact, { minLength: 1, maxLength: 25 }),
  /** Arrive only when somebody is in the middle of reading; not all of them are newer. */
  later: fc.array(fact, { maxLength: 6 }),
  removals: fc.array(fc.nat(), { maxLength: 3 }),
  laterRemovals: fc.array(fc.nat(), { maxLength: 3 }),
  zones: fc.array(fc.record({ timeZone: fc.constantFrom(...ZONES), from: fc.integer({ min: 0, max: 6_000 }) }), {
    maxLength: 2,
  }),
  cap: fc.constantFrom(null, 45, 100),
  limit: fc.integer({ min: 1, max: 7 }),
});

test(`pages of any history say what the fold says, whatever happens between two of them (seed ${SEED})`, async () => {
  const start = now - 20 * DAY;
  await fc.assert(
    fc.asyncProperty(scene, async (plan) => {
      const communityId = await aCommunity(database, (settings) =>
        withRate("message", { minLength: 2 })({ ...settings, dailyXpCap: plan.cap }),
      );
      for (const { timeZone, from } of plan.zones) {
        const { settings } = await findSettings(database, communityId);
        const validFrom = new Date(start + from * MINUTE);
        await changeSettings(database, communityId, {
          settings: { ...settings, timeZone },
          validFrom,
          by: "user_owner",
        });
      }
      const userId = aUserId();
      const all = [...plan.facts, ...plan.later].map(
        ({ action, minute, amount, length }, index): Activity => ({
          activityId: `${action}:${index}`,
          userId,
          action,
          occurredAt: new Date(start + minute * MINUTE),
          contentLength: action === "message" ? length : undefined,
          amount: action === "adjustment" ? amount : undefined,
          source: "webhook",
        }),
      );
      const [early, late] = [all.slice(0, plan.facts.length), all.slice(plan.facts.length)];
      const removed = new Set<string>();
      const removeSome = async (which: readonly number[]) => {
        for (const n of which) {
          const one = early[n % early.length] as Activity;
          removed.add(one.activityId);
          await remove(communityId, one);
        }
      };
      for (const one of early) await awardActivity(database, communityId, one);
      await removeSome(plan.removals);

      const changes = [
        ...late.map((one) => () => awardActivity(database, communityId, one)),
        () => removeSome(plan.laterRemovals),
      ];
      const duringChanges = await pagesWithChanges(communityId, userId, plan.limit, changes);
      for (const change of changes.splice(0)) await change();

      const expected = await expectedHistory(communityId, all, removed);
      const quiet = await allEntries(communityId, userId, plan.limit);
      expect(quiet.map(essence)).toEqual(expected);
      // The last page was read when everything had happened: it is the end of the history as it stands now.
      if (duringChanges.length > 0) expect(duringChanges.map(essence)).toEqual(expected.slice(-duringChanges.length));
      const { days } = await history(communityId, userId, { limit: 100 });
      for (const { day, xp } of days) {
        expect(xp).toBe(quiet.filter((one) => one.day === day).reduce((total, one) => total + one.xp, 0));
      }
    }),
    { numRuns: RUNS, seed: SEED, endOnFailure: process.env.PROPERTY_SHRINK === undefined },
  );
}, 300_000);

/** Reads page by page with one change between two; returns the entries read after the last of the changes. */
async function pagesWithChanges(
  communityId: string,
  userId: string,
  limit: number,
  changes: (() => Promise<unknown>)[],
): Promise<HistoryEntry[]> {
  let cursor: string | undefined;
  let settled: HistoryEntry[] = [];
  for (;;) {
    const page = await history(communityId, userId, { limit, cursor });
    settled = changes.length === 0 ? [...settled, ...page.entries] : [];
    if (page.nextCursor === null) return changes.length === 0 ? settled : [];
    cursor = page.nextCursor;
    await changes.shift()?.();
  }
}

test("what multiplied an amount is named, by the role and the settings of its time, and what a cap left of it", async () => {
  const noon = new Date(`${dayIn("UTC", at(2 * 24 * 60))}T12:00:00Z`).getTime();
  const on = (minute: number) => new Date(noon + minute * MINUTE);
  const boost = {
    id: "b",
    name: "Weekend boost",
    percent: 200,
    startsAt: on(0).toISOString(),
    endsAt: on(10).toISOString(),
  };
  const communityId = await aCommunity(database, (settings) => ({
    ...withRate("message", { dailyXpCap: 110 })(settings),
    multipliers: { channels: { exp_general: 150, exp_quiet: 0 }, roles: { moderator: 50 }, boosts: [boost] },
  }));
  const userId = aUserId();
  await inCommunity(database.db, communityId, async (trx) => {
    await sql`select remember_experience(${communityId}, 'Test', 'exp_general', 'General')`.execute(trx);
    await sql`select set_member_role(${communityId}, ${userId}, 'moderator', ${on(20)})`.execute(trx);
  });
  const message = (minute: number, experienceId?: string) => aMessage({ userId, experienceId, occurredAt: on(minute) });
  await awardActivities(database, communityId, [
    message(0, "exp_general"),
    message(4, "exp_quiet"),
    message(15, "exp_other"),
    message(22, "exp_general"),
    message(30, "exp_general"),
    message(32, "exp_general"),
  ]);
  const { entries } = await history(communityId, userId);
  const general = { kind: "channel", name: "General", percent: 150 };
  const weekend = { kind: "boost", name: "Weekend boost", percent: 200 };
  const moderator = { kind: "role", name: "moderator", percent: 50 };
  const quiet = { kind: "channel", name: "", percent: 0 };
  expect(entries.map(({ outcome, xp, why }) => [outcome, xp, why]).reverse()).toEqual([
    ["awarded", 60, { multiplied: { baseXp: 20, by: [general, weekend], xp: 60 } }],
    ["zero_multiplier", 0, { multiplied: { baseXp: 20, by: [quiet, weekend], xp: 0 } }],
    ["awarded", 20, {}],
    ["awarded", 15, { multiplied: { baseXp: 20, by: [general, moderator], xp: 15 } }],
    ["awarded", 15, { multiplied: { baseXp: 20, by: [general, moderator], xp: 15 } }],
    ["daily_cap", 0, { dailyXpCap: 110 }],
  ]);
});

const essence = ({ activityId, outcome, xp, levelReached, day }: HistoryEntry) => ({
  activityId,
  outcome,
  xp,
  levelReached,
  day,
});

/** The same by the fold and a plain walk forward. */
async function expectedHistory(communityId: string, all: readonly Activity[], removed: ReadonlySet<string>) {
  const rules = await inCommunity(database.db, communityId, (trx) => readRules(trx, communityId));
  const { decisions } = fold({ ...rules, activities: all.filter(({ activityId }) => !removed.has(activityId)) });
  const { decisions: days } = fold({ ...rules, activities: all });
  let xp = 0;
  const forward = [...all].sort(inFoldOrder).map(({ activityId }) => {
    const decision = decisions.get(activityId) ?? { outcome: "reversed" as const, xp: 0 };
    const before = levelAt(rules.curve, xp);
    xp += decision.xp;
    const level = levelAt(rules.curve, xp);
    return {
      activityId,
      outcome: decision.outcome,
      xp: decision.xp,
      levelReached: level > before ? level : null,
      day: days.get(activityId)?.day,
    };
  });
  return forward.reverse();
}
