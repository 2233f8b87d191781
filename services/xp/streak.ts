import type { Settings } from "@/services/communities/settings.schema";
import { startOfDay } from "@/services/xp/calendar";

/** What a member does by themselves: a day on which one of these paid is active. */
export const ACTIVE_ACTIONS: ReadonlySet<string> = new Set([
  "message",
  "post",
  "comment",
  "reaction",
  "lesson",
  "daily_visit",
]);

export type StreakRules = Pick<Settings, "streaks" | "paused" | "timeZone">;
/** The settings in force at a moment. */
export type RulesAt = (at: Date) => StreakRules;

/** Days are YYYY-MM-DD in the community's time zone of the day. */
export type Streak = {
  /** Active days in a row up to and including `day`. */
  days: number;
  /** The last active day that counted; null before the first. */
  day: string | null;
  longest: number;
  /** Missed days after `day` that will not break it. */
  freezes: number;
};

/** XP for reaching so many days in a row: an activity that nobody sends. */
export type StreakBonus = { activityId: string; day: string; days: number; xp: number; occurredAt: Date };

export const NO_STREAK: Streak = { days: 0, day: null, longest: 0, freezes: 0 };

/**
 * The streak that a member's active days make, and the bonuses reached on the way. `settle_streak` in SQL is its twin.
 * @param activeDays in any order; none of before the member's reset.
 */
export function streakOf(
  userId: string,
  activeDays: Iterable<string>,
  rulesAt: RulesAt,
): Streak & { bonuses: StreakBonus[] } {
  const bonuses: StreakBonus[] = [];
  let streak = NO_STREAK;
  for (const day of [...new Set(activeDays)].sort()) {
    const rules = rulesOf(day, rulesAt);
    if (!rules.streaks.enabled) continue;
    streak = step(streak, day, rules.streaks, rulesAt);
    const xp = bonusFor(streak.days, rules.streaks);
    if (xp > 0) {
      const activityId = `streak_bonus:${userId}:${day}:${streak.days}`;
      bonuses.push({ activityId, day, days: streak.days, xp, occurredAt: startOfDay(rules.timeZone, day) });
    }
  }
  return { ...streak, bonuses };
}

function step(before: Streak, day: string, rules: Settings["streaks"], rulesAt: RulesAt): Streak {
  const missed = before.day === null ? 0 : missedDays(before.day, day, rules.pauses, rulesAt, before.freezes);
  const isKept = missed <= before.freezes;
  const days = isKept ? before.days + 1 : 1;
  const left = isKept ? before.freezes - missed : 0;
  const isEarned = rules.freezeEveryDays > 0 && days % rules.freezeEveryDays === 0;
  return {
    days,
    day,
    longest: Math.max(before.longest, days),
    freezes: isEarned ? Math.min(rules.maxFreezes, left + 1) : left,
  };
}

function bonusFor(days: number, { milestones }: Settings["streaks"]): number {
  return Math.max(0, ...milestones.flatMap((milestone) => (milestone.days === days ? [milestone.xp] : [])));
}

export type StreakNow = {
  /** 0 once it has broken. */
  days: number;
  longest: number;
  /** What is left after the days that have already been missed. */
  freezes: number;
  isActiveToday: boolean;
  /** Nothing breaks today: a pause, or XP are paused. */
  isRestDay: boolean;
};

/** What a stored streak comes to on a day: the days since its last one may have used up freezes, or ended it. Null where streaks are off. */
export function streakNow(streak: Streak, rulesAt: RulesAt, today: string): StreakNow | null {
  const { streaks } = rulesOf(today, rulesAt);
  if (!streaks.enabled) return null;
  const { longest, day } = streak;
  const isRestDay = isRest(today, streaks.pauses, rulesAt);
  const missed = day === null ? 0 : missedDays(day, today, streaks.pauses, rulesAt, streak.freezes);
  if (day === null || missed > streak.freezes) {
    return { days: 0, longest, freezes: 0, isActiveToday: false, isRestDay };
  }
  return { days: streak.days, longest, freezes: streak.freezes - missed, isActiveToday: day >= today, isRestDay };
}

type Pauses = Settings["streaks"]["pauses"];

/** Days between two days on which the streak could have been kept; counts no further than one more than `atMost`. */
function missedDays(after: string, before: string, pauses: Pauses, rulesAt: RulesAt, atMost: number): number {
  let missed = 0;
  for (let day = dayAfter(after); day < before && missed <= atMost; day = dayAfter(day)) {
    if (!isRest(day, pauses, rulesAt)) missed += 1;
  }
  return missed;
}

function isRest(day: string, pauses: Pauses, rulesAt: RulesAt): boolean {
  const rules = rulesOf(day, rulesAt);
  return (
    !rules.streaks.enabled ||
    rules.paused ||
    rulesAt(new Date(firstMoment(day).getTime() + DAY_MS)).paused ||
    pauses.some(({ from, to }) => from <= day && day <= to)
  );
}

/** The rules of a day are those at its first moment on Earth, so that they are the same for all that happens in it. */
const rulesOf = (day: string, rulesAt: RulesAt) => rulesAt(firstMoment(day));

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** When the day begins in the easternmost time zone (UTC+14). */
const firstMoment = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) - 14 * HOUR_MS);

/** @param day YYYY-MM-DD, as the answer. */
export const dayAfter = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
