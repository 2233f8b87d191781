import fc from "fast-check";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import type { Activity } from "@/services/xp/activity";
import { awardActivities, awardActivity } from "@/services/xp/award-activity";
import { levelAt } from "@/services/xp/curve";
import { fold } from "@/services/xp/fold";
import { removeActivity, restoreActivity } from "@/services/xp/remove-activity";
import { readRules } from "@/services/xp/stored-state";
import { aCommunity, aUserId, differencesFrom } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { redisAway } from "@/tests/support/redis-away";

const RUNS = Number(process.env.PROPERTY_RUNS ?? 80);
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 1_000_000);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Pacific/Auckland",
  "Asia/Kolkata",
  "Pacific/Kiritimati",
  "Pacific/Pago_Pago",
];
const ACTIONS = ["message", "post", "reaction"];

/** Moments in the retention at which a zone of ours changes its clocks, so that histories gather around them. */
function clockChanges(now: number): number[] {
  const offset = (zone: string, at: number) =>
    new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).format(at).split("GMT")[1];
  return ZONES.flatMap((zone) =>
    Array.from({ length: 80 }, (_, day) => now - (day + 4) * DAY).filter(
      (at) => offset(zone, at) !== offset(zone, at + DAY),
    ),
  );
}

const settingsChange = fc.record({
  timeZone: fc.constantFrom(...ZONES),
  cooldownSeconds: fc.constantFrom(0, 60, 600),
  minLength: fc.constantFrom(0, 3),
  messageCap: fc.constantFrom(null, 30, 70),
  totalCap: fc.constantFrom(null, null, 50, 110),
  paused: fc.constantFrom(false, false, false, true),
  /** Where in the history it begins, from 0 to 1. */
  from: fc.double({ min: 0, max: 1, noNaN: true }),
});

const fact = fc.record({
  member: fc.constantFrom(0, 0, 1),
  action: fc.constantFrom(...ACTIONS, "message", "adjustment"),
  /** Minutes into the history; many fall together. */
  minute: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 4_000 })),
  length: fc.integer({ min: 0, max: 6 }),
  amount: fc.integer({ min: -150, max: 150 }),
  selfReaction: fc.boolean(),
});

const history = fc.record({
  start: fc.nat(),
  changes: fc.array(settingsChange, { maxLength: 3 }),
  later: fc.option(settingsChange, { nil: undefined }),
  facts: fc.array(fact, { minLength: 1, maxLength: 25 }),
  /** Order of arrival, with repeats. */
  arrivals: fc.array(fc.nat(), { maxLength: 45 }),
  removals: fc.array(fc.record({ which: fc.nat(), when: fc.nat(), undone: fc.boolean() }), { maxLength: 6 }),
  together: fc.constantFrom(1, 1, 3, 8),
  batches: fc.boolean(),
});

type Change = typeof settingsChange extends fc.Arbitrary<infer T> ? T : never;

function changed(settings: Settings, change: Change): Settings {
  const action = (name: string, patch: object) =>
    ({ ...settings.actions[name], ...patch }) as Settings["actions"][string];
  return {
    ...settings,
    timeZone: change.timeZone,
    paused: change.paused,
    dailyXpCap: change.totalCap,
    actions: {
      ...settings.actions,
      message: action("message", {
        cooldownSeconds: change.cooldownSeconds,
        minLength: change.minLength,
        dailyXpCap: change.messageCap,
      }),
    },
  };
}

describe("the database equals the fold", () => {
  const database = useDatabase();
  /** Redis plays no part in any of this. */
  const deps = { redis: redisAway };
  const now = Math.floor(Date.now() / 1000) * 1000;
  const starts = [...clockChanges(now), now - 30 * DAY, now - 4 * DAY];

  const addVersion = async (communityId: string, change: Change, start: number) => {
    const { settings } = await findSettings(database, communityId);
    const validFrom = new Date(start + Math.floor(change.from * 4_000) * MINUTE);
    await changeSettings(database, communityId, { settings: changed(settings, change), validFrom, by: "user_owner" });
  };

  test(`for ${RUNS} random histories, settings, time zones, caps, orders, repeats, batches and removals (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(history, async (plan) => {
        const communityId = await aCommunity(database);
        const members = [aUserId(), aUserId()];
        const start = starts[plan.start % starts.length] ?? now - 4 * DAY;
        for (const change of plan.changes) await addVersion(communityId, change, start);

        const activities = plan.facts.map((facts, index): Activity => {
          const userId = members[facts.member] ?? "";
          return {
            activityId: `${facts.action}:${index}`,
            userId,
            action: facts.action,
            occurredAt: new Date(Math.min(start + facts.minute * MINUTE, now)),
            contentLength: facts.action === "message" ? facts.length : undefined,
            subjectUserId: facts.action === "reaction" && facts.selfReaction ? userId : undefined,
            amount: facts.action === "adjustment" ? facts.amount : undefined,
            source: "webhook",
          };
        });
        const pick = (n: number) => activities[n % activities.length] as Activity;
        const arrivals = [...plan.arrivals.map(pick), ...activities];
        const steps: (() => Promise<unknown>)[] = arrivals.map(
          (activity) => () => awardActivity(database, communityId, activity),
        );
        if (plan.batches) {
          steps.unshift(() =>
            awardActivities(database, communityId, activities.slice(0, Math.ceil(activities.length / 2))),
          );
        }
        const removed = new Set<string>();
        const planned = new Set<string>();
        for (const { which, when, undone } of plan.removals) {
          const { activityId } = pick(which);
          if (planned.has(activityId)) continue;
          planned.add(activityId);
          if (!undone) removed.add(activityId);
          steps.splice(when % steps.length, 0, async () => {
            await removeActivity({ ...deps, db: database.db }, communityId, activityId);
            if (undone)
              await restoreActivity({ ...deps, db: database.db }, communityId, activityId).catch(ignoreUnknown);
          });
        }
        const half = Math.floor(steps.length / 2);
        await inGroups(steps.slice(0, half), plan.together);
        if (plan.later) {
          await addVersion(communityId, plan.later, start);
          for (const userId of members) await rebuild(communityId, userId);
        }
        await inGroups(steps.slice(half), plan.together);

        for (const userId of members) {
          const facts = activities.filter((one) => one.userId === userId && !removed.has(one.activityId));
          expect(await differencesFrom(database, communityId, userId, facts)).toEqual([]);
          expect(await rewardsDue(communityId, userId)).toEqual(await rulesReached(communityId, facts));
        }
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: process.env.PROPERTY_SHRINK === undefined },
    );
  }, 600_000);

  async function rebuild(communityId: string, userId: string): Promise<void> {
    await inCommunity(database.db, communityId, async (trx) => {
      const known = await trx.selectFrom("users").select("user_id").where("user_id", "=", userId).executeTakeFirst();
      if (known) await sql`select rebuild_member(${communityId}, ${userId}, 'settings')`.execute(trx);
    });
  }

  async function rewardsDue(communityId: string, userId: string): Promise<number[]> {
    const rows = await database.owner
      .selectFrom("rewards")
      .select("level")
      .where("community_id", "=", communityId)
      .where("user_id", "=", userId)
      .where("state", "=", "due")
      .orderBy("level")
      .execute();
    return rows.flatMap((row) => row.level ?? []);
  }

  async function rulesReached(communityId: string, facts: Activity[]): Promise<number[]> {
    const rules = await inCommunity(database.db, communityId, (trx) => readRules(trx, communityId));
    const { xp } = fold({ ...rules, activities: facts });
    return [5, 10, 25, 50, 100].filter((level) => level <= levelAt(rules.curve, xp));
  }
});

async function inGroups(steps: (() => Promise<unknown>)[], size: number): Promise<void> {
  for (let at = 0; at < steps.length; at += size) await Promise.all(steps.slice(at, at + size).map((step) => step()));
}

/** Undoing a removal that nothing had arrived for twice: the second one finds nothing, which is right. */
function ignoreUnknown(error: unknown): void {
  if (!(error instanceof Error && error.message.includes("no such activity"))) throw error;
}
