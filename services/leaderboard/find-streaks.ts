import type { Deps } from "@/lib/deps";
import { dayIn } from "@/services/xp/calendar";
import { findStreakRules } from "@/services/xp/find-streak-rules";
import { NO_STREAK, type Streak, type StreakNow, streakNow } from "@/services/xp/streak";

/** A streak as `users` has it: of the member's last active day, which may be long ago. */
export type StoredStreak = {
  streakDays: number;
  streakDay: string | null;
  streakLongest: number;
  streakFreezes: number;
};

/** What a stored streak comes to today; null where streaks are off. @throws AppError not_found for an unknown community */
export async function findStreaks(
  deps: Pick<Deps, "db" | "now">,
  communityId: string,
): Promise<(stored: StoredStreak | undefined) => StreakNow | null> {
  const rulesAt = await findStreakRules(deps, communityId);
  const today = dayIn(rulesAt(deps.now()).timeZone, deps.now());
  return (stored) => streakNow(stored ? asStreak(stored) : NO_STREAK, rulesAt, today);
}

function asStreak({ streakDays, streakDay, streakLongest, streakFreezes }: StoredStreak): Streak {
  return { days: streakDays, day: streakDay, longest: streakLongest, freezes: streakFreezes };
}
