import type { Settings } from "@/services/communities/settings.schema";
import type { Activity, Decision } from "@/services/xp/activity";
import { dayIn, type Period, periodStart } from "@/services/xp/calendar";
import { type Curve, levelAt } from "@/services/xp/curve";
import { amount } from "@/services/xp/rules/amount";
import { coolingDown } from "@/services/xp/rules/cooldown";
import { underCaps } from "@/services/xp/rules/daily-cap";
import { exclusion } from "@/services/xp/rules/exclusion";

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
  /** By activity id. */
  decisions: Map<string, Decision & { settingsVersion: number; day: string }>;
};

/** The effect of activities that have left the retention, from which a fold begins. */
export type Opening = Pick<
  MemberState,
  "xp" | "totalMessages" | "totalPosts" | "totalReactions" | "xpReachedAt" | "lastActivityAt" | "lastPaidAt" | "days"
>;

export type FoldInput = {
  communityId: string;
  /** In any order; each once. Those outside the fold (removed, refused by the clock) are not among them. */
  activities: readonly Activity[];
  settingsVersions: readonly SettingsVersion[];
  curve: Curve;
  opening?: Opening;
};

/**
 * The state of a member: a pure function of the set of their activities, taken by (time it happened, activity id), each
 * under the settings in force at its time. `award_activities` in SQL is its twin; a property test holds the two equal.
 */
export function fold({ communityId, activities, settingsVersions, curve, opening }: FoldInput): MemberState {
  const state = begin(opening);
  for (const activity of [...activities].sort(inFoldOrder)) {
    const { version, settings } = settingsAt(settingsVersions, activity.occurredAt);
    const day = dayIn(settings.timeZone, activity.occurredAt);
    const decision = decide(communityId, activity, settings, day, state);
    state.decisions.set(activity.activityId, { ...decision, settingsVersion: version, day });
    count(state, activity, day, decision);
  }
  state.level = levelAt(curve, state.xp);
  return state;
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
  communityId: string,
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
  if (coolingDown(rate, activity.occurredAt, state.lastPaidAt.get(activity.action))) {
    return { outcome: "cooldown", baseXp, xp: 0 };
  }
  const actionXp = state.days.get(`${day}/${activity.action}`)?.xp ?? 0;
  const totalXp = settings.dailyXpCap === null ? 0 : totalOfDay(state, day);
  const xp = underCaps(settings, activity.action, baseXp, actionXp, totalXp);
  return xp > 0 ? { outcome: "awarded", baseXp, xp } : { outcome: "daily_cap", baseXp, xp: 0 };
}

function totalOfDay(state: MemberState, day: string): number {
  let xp = 0;
  for (const [key, totals] of state.days) {
    if (key.startsWith(`${day}/`) && key !== `${day}/adjustment`) xp += totals.xp;
  }
  return xp;
}

function count(state: MemberState, activity: Activity, day: string, { outcome, xp }: Decision): void {
  const paid = outcome === "awarded";
  if (paid && activity.amount === undefined) state.lastPaidAt.set(activity.action, activity.occurredAt);
  if (activity.action === "message") state.totalMessages += 1;
  if (activity.action === "post") state.totalPosts += 1;
  if (activity.action === "reaction") state.totalReactions += 1;
  state.xp += xp;
  state.lastActivityAt = activity.occurredAt;
  if (xp !== 0) state.xpReachedAt = activity.occurredAt;

  const key = `${day}/${activity.action}`;
  const totals = state.days.get(key) ?? { activities: 0, paid: 0, xp: 0 };
  state.days.set(key, {
    activities: totals.activities + 1,
    paid: totals.paid + (paid ? 1 : 0),
    xp: totals.xp + xp,
  });
  for (const period of ["week", "month"] as const) {
    addToPeriod(state, period, day, 1, xp, xp !== 0 ? activity.occurredAt : null);
  }
}

function addToPeriod(state: MemberState, period: Period, day: string, activities: number, xp: number, at: Date | null) {
  const key = `${period}/${periodStart(period, day)}`;
  const totals = state.periods.get(key) ?? { activities: 0, xp: 0, xpReachedAt: null };
  state.periods.set(key, {
    activities: totals.activities + activities,
    xp: totals.xp + xp,
    xpReachedAt: at ?? totals.xpReachedAt,
  });
}
