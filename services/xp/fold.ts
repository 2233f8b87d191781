import type { Settings } from "@/services/communities/settings.schema";
import type { Activity, Decision } from "@/services/xp/activity";
import { dayIn, type Period, periodStart } from "@/services/xp/calendar";
import { type Curve, levelAt } from "@/services/xp/curve";
import { amount } from "@/services/xp/rules/amount";
import { coolingDown } from "@/services/xp/rules/cooldown";
import { underCaps } from "@/services/xp/rules/daily-cap";
import { exclusion } from "@/services/xp/rules/exclusion";
import { multipliedXp, multipliersOf, type Role } from "@/services/xp/rules/multiplier";
import { ACTIVE_ACTIONS, type Streak, streakOf } from "@/services/xp/streak";

export type SettingsVersion = { version: number; validFrom: Date; settings: Settings };

export type DayTotals = { activities: number; paid: number; xp: number };
export type PeriodTotals = { activities: number; xp: number; xpReachedAt: Date | null };

/** A member as the rules make them out of the set of their activities. XP are an exact sum, which may be below zero. */
export type MemberState = {
  xp: number;
  level: number;
  totalMessages: number;
  totalPosts: number;
  totalReactions: number;
  xpReachedAt: Date | null;
  lastActivityAt: Date | null;
  lastPaidAt: Map<string, Date>;
  /** By `<day>/<action>`. */
  days: Map<string, DayTotals>;
  /** By `<week|month>/<first day>`. */
  periods: Map<string, PeriodTotals>;
  streak: Streak;
  /** By activity id. */
  decisions: Map<string, Decision & { settingsVersion: number; day: string }>;
};

/** The effect of activities that have left the retention, from which a fold begins. */
export type Opening = Pick<
  MemberState,
  "xp" | "totalMessages" | "totalPosts" | "totalReactions" | "xpReachedAt" | "lastActivityAt" | "lastPaidAt" | "days"
> & {
  /** Bonuses of streaks before it are among these XP. */
  closedBefore: Date;
  /** Active days (YYYY-MM-DD) of closed months: a streak may reach back over them. */
  activeDays: readonly string[];
};

/** From when on a member has a role. */
export type RoleSince = { validFrom: Date; role: Role };

export type FoldInput = {
  communityId: string;
  /** Known from the activities where there are any. */
  userId?: string;
  /** In any order; each once. Those outside the fold (removed, refused by the clock) and bonuses, which follow, are not among them. */
  activities: readonly Activity[];
  settingsVersions: readonly SettingsVersion[];
  curve: Curve;
  /** In any order; before the first, and without any, the role is member. */
  roles?: readonly RoleSince[];
  /** What happened before is not counted, and an opening from before it is not either. */
  resetAt?: Date | null;
  opening?: Opening;
};

/**
 * The state of a member: a pure function of the set of their activities, taken by (time it happened, activity id), each
 * under the settings in force at its time. `award_activities` in SQL is its twin; a property test holds the two equal.
 */
export function fold(input: FoldInput): MemberState {
  const { settingsVersions, curve, resetAt } = input;
  const opening = input.opening && resetAt && resetAt >= input.opening.closedBefore ? undefined : input.opening;
  const state = begin(opening);
  for (const activity of [...input.activities].sort(inFoldOrder)) {
    const { version, settings } = settingsAt(settingsVersions, activity.occurredAt);
    const day = dayIn(settings.timeZone, activity.occurredAt);
    const isBefore = resetAt ? activity.occurredAt < resetAt : false;
    const decision = isBefore ? RESET : decide(input, activity, settings, day, state);
    state.decisions.set(activity.activityId, { ...decision, settingsVersion: version, day });
    if (!isBefore) count(state, activity, day, decision);
  }
  addStreak(state, input, opening);
  state.level = levelAt(curve, state.xp);
  return state;
}

const RESET: Decision = { outcome: "reset", baseXp: 0, xp: 0 };

/** The streak over the days that have become active, and its bonuses: nothing that is decided before depends on them. */
function addStreak(
  state: MemberState,
  { activities, settingsVersions, resetAt, userId = activities[0]?.userId ?? "" }: FoldInput,
  opening: Opening | undefined,
): void {
  const settingsOf = (at: Date) => settingsAt(settingsVersions, at).settings;
  const firstDay = resetAt ? dayIn(settingsOf(resetAt).timeZone, resetAt) : "";
  const days = [...(opening?.activeDays ?? []), ...activeDays(state)].filter((day) => day >= firstDay);
  const { bonuses, ...streak } = streakOf(userId, days, settingsOf);
  state.streak = streak;
  for (const { activityId, occurredAt, xp } of bonuses) {
    if (opening && occurredAt < opening.closedBefore) continue;
    const { version, settings } = settingsAt(settingsVersions, occurredAt);
    const day = dayIn(settings.timeZone, occurredAt);
    state.decisions.set(activityId, { outcome: "awarded", baseXp: xp, xp, settingsVersion: version, day });
    state.xp += xp;
    state.xpReachedAt = later(state.xpReachedAt, occurredAt);
    addToDays(state, { day, action: "streak_bonus", occurredAt }, { paid: true, xp });
  }
}

function activeDays({ days }: MemberState): string[] {
  return [...days].flatMap(([key, { paid }]) => {
    const [day = "", action = ""] = key.split("/");
    return paid > 0 && ACTIVE_ACTIONS.has(action) ? [day] : [];
  });
}

/** By time, then by activity id in byte order (as SQL's collation "C"). */
export function inFoldOrder(a: Activity, b: Activity): number {
  return (
    a.occurredAt.getTime() - b.occurredAt.getTime() ||
    Buffer.compare(Buffer.from(a.activityId), Buffer.from(b.activityId))
  );
}

/** The settings in force: the highest version whose `validFrom` is not later. */
export function settingsAt(versions: readonly SettingsVersion[], at: Date): SettingsVersion {
  let found: SettingsVersion | undefined;
  for (const version of versions) {
    if (version.validFrom <= at && (!found || version.version > found.version)) found = version;
  }
  if (!found) throw new Error(`No settings are in force at ${at.toISOString()}.`);
  return found;
}

function begin(opening: Opening | undefined): MemberState {
  const days = new Map([...(opening?.days ?? [])].map(([key, totals]) => [key, { ...totals }]));
  const state: MemberState = {
    xp: opening?.xp ?? 0,
    level: 1,
    totalMessages: opening?.totalMessages ?? 0,
    totalPosts: opening?.totalPosts ?? 0,
    totalReactions: opening?.totalReactions ?? 0,
    xpReachedAt: opening?.xpReachedAt ?? null,
    lastActivityAt: opening?.lastActivityAt ?? null,
    lastPaidAt: new Map(opening?.lastPaidAt),
    days,
    periods: new Map(),
    streak: { days: 0, day: null, longest: 0, freezes: 0 },
    decisions: new Map(),
  };
  for (const [key, totals] of days) {
    for (const period of ["week", "month"] as const) {
      addToPeriod(state, period, key.slice(0, 10), totals.activities, totals.xp, null);
    }
  }
  return state;
}

function decide(
  { communityId, roles = [] }: FoldInput,
  activity: Activity,
  settings: Settings,
  day: string,
  state: MemberState,
): Decision {
  if (activity.amount !== undefined) return { outcome: "awarded", baseXp: activity.amount, xp: activity.amount };

  const excluded = exclusion(settings, activity);
  const rate = settings.actions[activity.action];
  if (excluded || !rate) return { outcome: excluded ?? "disabled", baseXp: 0, xp: 0 };

  const baseXp = amount(rate, communityId, activity.activityId);
  const multiplied = multipliedXp(baseXp, multipliersOf(settings, activity, roleAt(roles, activity.occurredAt)));
  if (multiplied === 0) return { outcome: "zero_multiplier", baseXp, xp: 0 };
  if (coolingDown(rate, activity.occurredAt, state.lastPaidAt.get(activity.action))) {
    return { outcome: "cooldown", baseXp, xp: 0 };
  }
  const actionXp = state.days.get(`${day}/${activity.action}`)?.xp ?? 0;
  const totalXp = settings.dailyXpCap === null ? 0 : totalOfDay(state, day);
  const xp = underCaps(settings, activity.action, multiplied, actionXp, totalXp);
  return xp > 0 ? { outcome: "awarded", baseXp, xp } : { outcome: "daily_cap", baseXp, xp: 0 };
}

/** The newest that holds; everybody is a member before they are anything else. */
export function roleAt(roles: readonly RoleSince[], at: Date): Role {
  let found: RoleSince | undefined;
  for (const role of roles) {
    if (role.validFrom <= at && (!found || role.validFrom > found.validFrom)) found = role;
  }
  return found?.role ?? "member";
}

function totalOfDay(state: MemberState, day: string): number {
  let xp = 0;
  for (const [key, totals] of state.days) {
    if (key.startsWith(`${day}/`) && key !== `${day}/adjustment`) xp += totals.xp;
  }
  return xp;
}

function count(state: MemberState, activity: Activity, day: string, { outcome, xp }: Decision): void {
  const { action, occurredAt } = activity;
  const paid = outcome === "awarded";
  if (paid && activity.amount === undefined) state.lastPaidAt.set(action, occurredAt);
  if (action === "message") state.totalMessages += 1;
  if (action === "post") state.totalPosts += 1;
  if (action === "reaction") state.totalReactions += 1;
  state.xp += xp;
  state.lastActivityAt = occurredAt;
  if (xp !== 0) state.xpReachedAt = occurredAt;

  addToDays(state, { day, action, occurredAt }, { paid, xp });
}

function addToDays(
  state: MemberState,
  { day, action, occurredAt }: { day: string; action: string; occurredAt: Date },
  { paid, xp }: { paid: boolean; xp: number },
): void {
  const key = `${day}/${action}`;
  const totals = state.days.get(key) ?? { activities: 0, paid: 0, xp: 0 };
  state.days.set(key, {
    activities: totals.activities + 1,
    paid: totals.paid + (paid ? 1 : 0),
    xp: totals.xp + xp,
  });
  for (const period of ["week", "month"] as const) {
    addToPeriod(state, period, day, 1, xp, xp !== 0 ? occurredAt : null);
  }
}

function addToPeriod(state: MemberState, period: Period, day: string, activities: number, xp: number, at: Date | null) {
  const key = `${period}/${periodStart(period, day)}`;
  const totals = state.periods.get(key) ?? { activities: 0, xp: 0, xpReachedAt: null };
  state.periods.set(key, {
    activities: totals.activities + activities,
    xp: totals.xp + xp,
    xpReachedAt: later(totals.xpReachedAt, at),
  });
}

function later(a: Date | null, b: Date | null): Date | null {
  return a && b ? (a > b ? a : b) : (a ?? b);
}
