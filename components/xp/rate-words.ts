import type { Formats } from "@/components/ui/formats";
import type { Rate } from "@/services/xp/rate";

/** "20 XP", or "15–25 XP" where the amount is drawn. */
export function amountInWords({ minXp, maxXp }: Pick<Rate, "minXp" | "maxXp">, { number }: Formats): string {
  return minXp === maxXp ? `${number(maxXp)}\u00a0XP` : `${number(minXp)}–${number(maxXp)}\u00a0XP`;
}

/** How often it pays, from how long a text, and up to how much: "once a minute, from 5 characters, up to 400 XP a day". */
export function paceOfRate({ action, cooldownSeconds, minLength, dailyXpCap }: Rate, { number }: Formats): string {
  const parts = [howOften(action, cooldownSeconds, number)];
  if (minLength > 1) parts.push(`from ${number(minLength)} characters`);
  if (dailyXpCap !== null) parts.push(`up to ${number(dailyXpCap)} XP a day`);
  return parts.join(", ");
}

const DAY_SECONDS = 86_400;
const UNITS: [seconds: number, one: string, many: string][] = [
  [DAY_SECONDS, "a day", "days"],
  [3_600, "an hour", "hours"],
  [60, "a minute", "minutes"],
  [1, "a second", "seconds"],
];

/** What can be done only so often by its nature, whatever its cooldown. */
function howOften(action: string, cooldownSeconds: number, number: Formats["number"]): string {
  if (action === "daily_visit" && cooldownSeconds < DAY_SECONDS) return "once a day";
  if (action === "lesson" && cooldownSeconds === 0) return "each one once";
  if (action === "member_joined" && cooldownSeconds === 0) return "once";
  return cooldownInWords(cooldownSeconds, number);
}

function cooldownInWords(seconds: number, number: Formats["number"]): string {
  const unit = UNITS.find(([length]) => seconds >= length && seconds % length === 0);
  if (!unit) return "every time";
  const [length, one, many] = unit;
  return seconds === length ? `once ${one}` : `once in ${number(seconds / length)} ${many}`;
}
