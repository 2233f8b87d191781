import { rewardName } from "@/components/rewards/reward-words";
import type { Formats } from "@/components/ui/formats";
import { inWords } from "@/components/xp/number-words";
import { paceInWords } from "@/components/xp/pace";
import type { Card } from "@/services/leaderboard/card";
import { type Ladder, nextRung } from "@/services/rewards/ladder";
import type { Rate } from "@/services/xp/rate";
import type { StreakNow } from "@/services/xp/streak";

/** What the reader can earn next; null at the end of the ladder. */
export function nextReward(
  { progress, xpPerDay }: Pick<Card, "progress" | "xpPerDay">,
  ladder: Ladder,
  formats: Formats,
): { title: string; detail: string } | null {
  const rung = nextRung(ladder, progress.xp);
  if (!rung || rung.startsAt === null) return null;
  const missing = rung.startsAt - progress.xp;
  const toGo = `${formats.number(missing)} XP to go`;
  const pace = paceInWords(missing, xpPerDay, formats);
  return { title: `${rewardName(rung, formats)} at level ${rung.level}`, detail: detailOf(toGo, pace, ladder) };
}

function detailOf(toGo: string, pace: string | null, { isConfirmed }: Ladder): string {
  if (!isConfirmed) return `${toGo}, sent once the creator confirms`;
  return pace === null ? toGo : `${toGo}, ${pace} at your pace`;
}

/** A newcomer's first step, counted in messages: ", that is five messages"; nothing where messages pay nothing. */
export function firstStep(missingXp: number, message: Rate | undefined, { number }: Formats): string {
  if (!message || message.maxXp <= 0) return "";
  const isExact = message.minXp === message.maxXp;
  const count = Math.ceil(missingXp / ((message.minXp + message.maxXp) / 2));
  const messages = count === 1 ? "one message" : `${inWords(count, number)} messages`;
  return `, that is ${isExact ? "" : "about "}${messages}`;
}

/** What becomes of the streak, and what the reader can do for it. */
export function streakHint({ days, freezes, isActiveToday, isRestDay }: StreakNow, formats: Formats): string {
  if (isRestDay) return "Streaks are paused today: a missed day breaks none";
  if (days === 0) return "Write today and a streak begins";
  if (freezes === 0) return isActiveToday ? "Today is counted" : "Write today to keep it";
  return `${isActiveToday ? "" : "Nothing today yet. "}${freezesInWords(freezes, formats)}`;
}

function freezesInWords(freezes: number, { number }: Formats): string {
  if (freezes === 1) return "1 freeze left: one missed day will not break it";
  return `${number(freezes)} freezes left: ${inWords(freezes, number)} missed days will not break it`;
}

/** What the member has chosen to be to others; null for public. */
export function visibilityHint(visibility: Card["visibility"]): string | null {
  if (visibility === "anonymous") return "Anonymous";
  if (visibility === "hidden") return "Hidden";
  return null;
}

/** The change of rank for who does not see the arrow. */
export function rankChangeInWords(change: number, { number }: Formats): string {
  return `${change > 0 ? "up" : "down"} ${number(Math.abs(change))} since Monday`;
}
