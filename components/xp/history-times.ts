import type { Formats } from "@/components/ui/formats";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** "Today", "Yesterday", "2 May". Days are YYYY-MM-DD in the community's time zone. */
export function dayName(day: string, timeZone: string, now: number, formats: Formats): string {
  if (day === dayAt(now, timeZone)) return "Today";
  if (day === dayAt(now, timeZone, -1)) return "Yesterday";
  // A day has no zone any more: read and written in the same one, it stays itself.
  return formats.day(`${day}T12:00:00Z`, "UTC", now);
}

/** "2 min" and "3 h" where that is nearer than the clock, else "21:40". */
export function timeOf(occurredAt: string, day: string, timeZone: string, now: number, formats: Formats): string {
  const age = now - Date.parse(occurredAt);
  if (day !== dayAt(now, timeZone) || age >= 6 * HOUR_MS) return formats.time(occurredAt, timeZone);
  if (age < MINUTE_MS) return "just now";
  if (age < HOUR_MS) return `${formats.number(Math.floor(age / MINUTE_MS))} min`;
  return `${formats.number(Math.floor(age / HOUR_MS))} h`;
}

/** The calendar's day at a moment, so many days later or earlier: not 24 hours, which clocks that change would miss. */
function dayAt(at: number, timeZone: string, daysLater = 0): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  const day = new Date(`${parts.format(at)}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() + daysLater);
  return day.toISOString().slice(0, 10);
}
