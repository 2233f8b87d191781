import fc from "fast-check";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import type { Activity } from "@/services/xp/activity";
import { awardActivities, awardActivity } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import { levelAt } from "@/services/xp/curve";
import { type FoldInput, fold, settingsAt } from "@/services/xp/fold";
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
const ROLES = ["admin", "moderator", "member"] as const;
/** Minutes of a history: long enough for streaks, gaps and freezes. */
const SPAN = 12_000;

/** Moments in the retention at which a zone of ours changes its clocks, so that histories gather around them. */
function clockChanges(now: number): number[] {
  const offset = (zone: string, at: number) =>
    new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).format(at).split("GMT")[1];
  return ZONES.flatMap((zone) =>
    Array.from({ length: 80 }, (_, day) => now - (day + 9) * DAY).filter(
      (at) => offset(zone, at) !== offset(zone, at + DAY),
    ),
  );
}

const percent = fc.constantFrom(0, 33, 50, 100, 150, 200, 1000);

const boost = fc.record({
  percent,
  startMinute: fc.integer({ min: 0, max: SPAN }),
  minutes: fc.constantFrom(1, 15, 1_440, 5_000),
});

const multipliers = fc.record({
  quiet: fc.option(percent, { nil: undefined }),
  loud: fc.option(percent, { nil: undefined }),
  roles: fc.record({ admin: percent, moderator: percent, member: percent }, { requiredKeys: [] }),
  boosts: fc.array(boost, { maxLength: 3 }),
});

const streaks = fc.record({
  enabled: fc.constantFrom(true, true, true, false),
  freezeEveryDays: fc.constantFrom(0, 1, 2, 3),
  maxFreezes: fc.constantFrom(0, 1, 2),
  /** Days of the history. */
  pause: fc.option(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 2 })), { nil: undefined }),
  milestones: fc.uniqueArray(fc.record({ days: fc.integer({ min: 2, max: 5 }), xp: fc.constantFrom(0, 5, 700) }), {
    maxLength: 3,
    selector: ({ days }) => days,
  }),
});

const leaving = fc.constantFrom("keep", "hide", "reset", "reset");
const leavers = fc.record({ left: leaving, banned: leaving, resetAfterDays: fc.constantFrom(0, 0, 1, 2) });

const settingsChange = fc.record({
  timeZone: fc.constantFrom(...ZONES),
  cooldownSeconds: fc.constantFrom(0, 60, 600),
  minLength: fc.constantFrom(0, 3),
  messageCap: fc.constantFrom(null, 30, 70),
  totalCap: fc.constantFrom(null, null, 50, 110),
  paused: fc.constantFrom(false, false, false, true),
  multipliers: fc.option(multipliers, { nil: undefined, freq: 3 }),
  streaks,
  leavers,
  /** Where in the history it begins, from 0 to 1. */
  from: fc.double({ min: 0, max: 1, noNaN: true }),
});

const fact = fc.record({
  member: fc.constantFrom(0, 0, 1),
  action: fc.constantFrom(...ACTIONS, "message", "adjustment"),
  /** Minutes into the history; many fall together. */
  minute: fc.oneof(
    fc.integer({ min: 0, max: 30 }),
    fc.integer({ min: 0, max: 4_000 }),
    fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 90 })).map(([day, more]) => day * 1_440 + more),
  ),
  place: fc.constantFrom(undefined, "exp_quiet", "exp_loud"),
  length: fc.integer({ min: 0, max: 6 }),
  amount: fc.integer({ min: -150, max: 150 }),
  selfReaction: fc.boolean(),
});

const roleChange = fc.record({
  member: fc.constantFrom(0, 0, 0, 1),
  role: fc.constantFrom(...ROLES),
  minute: fc.integer({ min: 0, max: SPAN }),
});

const move = fc.record({
  member: fc.constantFrom(0, 0, 1),
  membershipId: fc.constantFrom("mem_1", "mem_1", "mem_2"),
  kind: fc.constantFrom("left", "joined", "left", "joined", "banned", "unbanned"),
  /** Often whole days apart, after which an absence resets. */
  minute: fc.oneof(
    fc.integer({ min: 0, max: SPAN }),
    fc.integer({ min: 0, max: 8 }).map((day) => day * 1_440),
  ),
});
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never;

const history = fc.record({
  start: fc.nat(),
  changes: fc.array(settingsChange, { maxLength: 3 }),
  later: fc.option(settingsChange, { nil: undefined }),
  facts: fc.array(fact, { minLength: 1, maxLength: 25 }),
  roles: fc.uniqueArray(roleChange, { maxLength: 6, selector: ({ minute }) => minute }),
  /** Two of a member at one minute would leave open which came first. */
  moves: fc.uniqueArray(move, { maxLength: 8, selector: ({ member, minute }) => member * 100_000 + minute }),
  /** Order of arrival, with repeats. */
  arrivals: fc.array(fc.nat(), { maxLength: 45 }),
  removals: fc.array(fc.record({ which: fc.nat(), when: fc.nat(), undone: fc.boolean() }), { maxLength: 6 }),
  together: fc.constantFrom(1, 1, 3, 8),
  batches: fc.boolean(),
});

type Besides = Pick<FoldInput, "roles" | "resetAt">;
type Change = typeof settingsChange extends fc.Arbitrary<infer T> ? T : never;

function changed(settings: Settings, change: Change, start: number): Settings {
  const action = (name: string, patch: object) =>
    ({ ...settings.actions[name], ...patch }) as Settings["actions"][string];
  return {
    ...settings,
    timeZone: change.timeZone,
    paused: change.paused,
    dailyXpCap: change.totalCap,
    multipliers: change.multipliers ? multipliersFrom(change.multipliers, start) : settings.multipliers,
    streaks: streaksFrom(change.streaks, start),
    leavers: change.leavers,
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

function multipliersFrom(
  { quiet, loud, roles, boosts }: NonNullable<Change["multipliers"]>,
  start: number,
): Settings["multipliers"] {
  return {
    channels: {
      ...(quiet === undefined ? {} : { exp_quiet: quiet }),
      ...(loud === undefined ? {} : { exp_loud: loud }),
    },
    roles,
    boosts: boosts.map(({ percent, startMinute, minutes }, index) => ({
      id: `boost-${index}`,
      name: "A boost",
      percent,
      startsAt: new Date(start + startMinute * MINUTE).toISOString(),
      endsAt: new Date(start + (startMinute + minutes) * MINUTE).toISOString(),
    })),
  };
}

function streaksFrom({ pause, ...rest }: Change["streaks"], start: number): Settings["streaks"] {
  const day = (index: number) => new Date(start + index * DAY).toISOString().slice(0, 10);
  return { ...rest, pauses: pause ? [{ from: day(pause[0]), to: day(pause[0] + pause[1]) }] : [] };
}

describe("the database equals the fold", () => {
  const database = useDatabase();
  /** Redis plays no part in any of this. */
  const deps = { redis: redisAway };
  const now = Math.floor(Date.now() / 1000) * 1000;
  const starts = [...clockChanges(now), now - 30 * DAY, now - 9 * DAY];

  const addVersion = async (communityId: string, change: Change, start: number) => {
    const { settings } = await findSettings(database, communityId);
    const validFrom = new Date(start + Math.floor(change.from * SPAN) * MINUTE);
    await changeSettings(database, communityId, {
      settings: changed(settings, change, start),
      validFrom,
      by: "user_owner",
    });
  };

  test(`for ${RUNS} random histories, settings, time zones, caps, multipliers, streaks, roles, moves, orders, repeats, batches and removals (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(history, async (plan) => {
        const communityId = await aCommunity(database);
        const members = [aUserId(), aUserId()];
        const start = starts[plan.start % starts.length] ?? now - 9 * DAY;
        for (const change of plan.changes) await addVersion(communityId, change, start);

        const activities = plan.facts.map((facts, index): Activity => {
          const userId = members[facts.member] ?? "";
          return {
            activityId: `${facts.action}:${index}`,
            userId,
            action: facts.action,
            occurredAt: new Date(Math.min(start + facts.minute * MINUTE, now)),
            experienceId: facts.place,
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
        const roles = members.map((_, member) =>
          plan.roles
            .filter((one) => one.member === member)
            .sort((one, other) => one.minute - other.minute)
            .map(({ role, minute }) => ({ role, validFrom: new Date(start + minute * MINUTE) })),
        );
        roles.forEach((changes, member) => {
          if (changes.length === 0) return;
          // Who learns of roles learns of them one after the other; of what was done meanwhile, at any time.
          steps.splice((plan.start + member) % steps.length, 0, async () => {
            for (const { role, validFrom } of changes)
              await setRole(communityId, members[member] ?? "", role, validFrom);
          });
        });
        plan.moves.forEach((one, index) => {
          const arrive = () => recordMove(communityId, members[one.member] ?? "", one, start);
          steps.splice((plan.start * 31 + index * 17) % steps.length, 0, arrive);
          if (index % 3 === 0) steps.push(arrive);
        });
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
          for (const userId of members) await settleAnew(communityId, userId);
        }
        await inGroups(steps.slice(half), plan.together);

        for (const [member, userId] of members.entries()) {
          const facts = activities.filter((one) => one.userId === userId && !removed.has(one.activityId));
          const moves = plan.moves.filter((one) => one.member === member);
          const away = await awayByHand(communityId, moves, start);
          const besides = { roles: roles[member], resetAt: away.resetAt };
          expect(await differencesFrom(database, communityId, userId, facts, besides)).toEqual([]);
          expect(await rewardsDue(communityId, userId)).toEqual(await rulesReached(communityId, facts, besides));
          expect(await storedMembership(communityId, userId)).toEqual(away);
          expect(await checked(communityId, userId)).toEqual([]);
        }
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: process.env.PROPERTY_SHRINK === undefined },
    );
  }, 600_000);

  const setRole = (communityId: string, userId: string, role: string, at: Date) =>
    inCommunity(database.db, communityId, (trx) =>
      sql`select set_member_role(${communityId}, ${userId}, ${role}, ${at})`.execute(trx),
    );

  const recordMove = (communityId: string, userId: string, one: Move, start: number) =>
    inCommunity(database.db, communityId, (trx) =>
      sql`select record_membership(${communityId}, ${userId}, ${`${one.kind}:${one.minute}`}, ${isBan(one) ? null : one.membershipId},
        ${one.kind}, ${atMinute(start, one.minute)}, 'webhook')`.execute(trx),
    );

  /** As the jobs do when settings have changed for times that are over. */
  async function settleAnew(communityId: string, userId: string): Promise<void> {
    await inCommunity(database.db, communityId, async (trx) => {
      const known = await trx.selectFrom("users").select("user_id").where("user_id", "=", userId).executeTakeFirst();
      if (known) await sql`select rebuild_member(${communityId}, ${userId}, 'settings')`.execute(trx);
      await sql`select settle_membership(${communityId}, ${userId})`.execute(trx);
    });
  }

  const checked = (communityId: string, userId: string) =>
    inCommunity(database.db, communityId, async (trx) => {
      const known = await trx.selectFrom("users").select("user_id").where("user_id", "=", userId).executeTakeFirst();
      return known ? checkMember(trx, await readRules(trx, communityId), userId) : [];
    });

  async function storedMembership(communityId: string, userId: string) {
    const row = await database.owner
      .selectFrom("users")
      .select(["membership", "left_at", "reset_at", "on_board"])
      .where("community_id", "=", communityId)
      .where("user_id", "=", userId)
      .executeTakeFirst();
    if (!row) return { membership: "member", leftAt: null, resetAt: null, isOnBoard: true };
    return { membership: row.membership, leftAt: row.left_at, resetAt: row.reset_at, isOnBoard: row.on_board };
  }

  /** Told from the moves alone, moment by moment: at each it is asked anew which memberships there are. */
  async function awayByHand(communityId: string, moves: Move[], start: number) {
    const { settingsVersions } = await inCommunity(database.db, communityId, (trx) => readRules(trx, communityId));
    const newest = settingsVersions.reduce((one, other) => (one.version > other.version ? one : other)).settings
      .leavers;
    const moments = moves.map(({ minute }) => minute).sort((one, other) => one - other);
    let resetAt: Date | null = null;
    let since: Date | null = null;
    let was = "member";
    const end = (at: Date, by: Settings["leavers"]) => {
      const waitMs = Math.max(by.resetAfterDays * DAY, 60 * MINUTE);
      const isReset = since && by[was as "left" | "banned"] === "reset" && at.getTime() - since.getTime() >= waitMs;
      if (isReset) resetAt = since;
    };
    for (const minute of moments) {
      const at = atMinute(start, minute);
      const is = membershipAt(moves, minute);
      if (since && is === "member") {
        end(at, settingsAt(settingsVersions, at).settings.leavers);
        since = null;
      } else if (is !== "member") since ??= at;
      was = is;
    }
    end(new Date(), newest);
    return {
      membership: was,
      leftAt: since,
      resetAt,
      isOnBoard: was === "member" || newest[was as "left" | "banned"] === "keep",
    };
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

  async function rulesReached(communityId: string, facts: Activity[], besides: Besides): Promise<number[]> {
    const rules = await inCommunity(database.db, communityId, (trx) => readRules(trx, communityId));
    const { xp } = fold({ ...rules, ...besides, activities: facts });
    return [5, 10, 25, 50, 100].filter((level) => level <= levelAt(rules.curve, xp));
  }
});

const isBan = ({ kind }: Pick<Move, "kind">) => kind === "banned" || kind === "unbanned";
const atMinute = (start: number, minute: number) => new Date(start + minute * MINUTE);

/** Of each membership the newest move counts; one that is known by its end alone was there before. */
function membershipAt(moves: Move[], minute: number): "member" | "left" | "banned" {
  const past = moves.filter((one) => one.minute <= minute);
  const newestOf = (some: Move[]) =>
    some.reduce<Move | undefined>((a, b) => (a && a.minute > b.minute ? a : b), undefined);
  if (newestOf(past.filter(isBan))?.kind === "banned") return "banned";
  const ids = new Set(moves.filter((one) => !isBan(one)).map(({ membershipId }) => membershipId));
  if (past.every(isBan)) return "member";
  const isOpen = [...ids].some((id) => {
    const own = moves.filter((one) => one.membershipId === id && !isBan(one));
    const [first] = own.toSorted((a, b) => a.minute - b.minute);
    return (
      (newestOf(own.filter((one) => one.minute <= minute)) ?? { kind: first?.kind === "left" ? "joined" : "" }).kind ===
      "joined"
    );
  });
  return isOpen ? "member" : "left";
}

async function inGroups(steps: (() => Promise<unknown>)[], size: number): Promise<void> {
  for (let at = 0; at < steps.length; at += size) await Promise.all(steps.slice(at, at + size).map((step) => step()));
}

/** Undoing a removal that nothing had arrived for twice: the second one finds nothing, which is right. */
function ignoreUnknown(error: unknown): void {
  if (!(error instanceof Error && error.message.includes("no such activity"))) throw error;
}
