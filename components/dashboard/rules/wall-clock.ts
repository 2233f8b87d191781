import { dayIn } from "@/services/xp/calendar";

/** What a clock on the wall shows, as a field for date and time has it: "2026-11-28T18:00". */
export type WallTime = string;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SHAPE = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;

/** What the clock of an IANA time zone shows at a moment, to the minute. */
export function wallTimeOf(at: Date | string | number, timeZone: string): WallTime {
  // Swedes write dates as ISO 8601 does.
  const shown = new Date(at).toLocaleString("sv-SE", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  return shown.replace(" ", "T");
}

/** When the clock shows that: never where it is put forward over it, twice where it is put back. The earlier moment first. */
export function momentsOf(wall: WallTime, timeZone: string): Date[] {
  if (!SHAPE.test(wall)) return [];
  const asUtc = Date.parse(`${wall}:00Z`);
  if (Number.isNaN(asUtc)) return [];
  // A clock is put forward or back at most once in two days.
  const offsets = new Set([-DAY_MS, 0, DAY_MS].map((away) => offsetMs(asUtc + away, timeZone)));
  return [...offsets]
    .map((offset) => new Date(asUtc - offset))
    .filter((at) => wallTimeOf(at, timeZone) === wall)
    .sort((a, b) => a.getTime() - b.getTime());
}

/** The first time from this one on that the clock does show. */
export function nextShown(wall: WallTime, timeZone: string): WallTime {
  for (let minutes = 0; minutes <= 2 * 24 * 60; minutes += 1) {
    const next = new Date(Date.parse(`${wall}:00Z`) + minutes * MINUTE_MS).toISOString().slice(0, 16);
    if (momentsOf(next, timeZone).length > 0) return next;
  }
  return wall;
}

/** Saturday and Sunday where the community is: those that come next, or what is left of those that are. */
export function thisWeekend(now: number, timeZone: string): { from: WallTime; to: WallTime } {
  const today = dayIn(timeZone, new Date(now));
  const weekday = new Date(`${today}T00:00:00Z`).getUTCDay();
  const isWeekend = weekday === 6 || weekday === 0;
  const monday = dayAfter(today, (8 - weekday) % 7 || 7);
  const from = isWeekend ? wallTimeOf(now, timeZone) : nextShown(`${dayAfter(today, 6 - weekday)}T00:00`, timeZone);
  return { from, to: nextShown(`${monday}T00:00`, timeZone) };
}

/** "UTC+2": how far a time zone is ahead at a moment. */
export function offsetInWords(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "shortOffset" }).formatToParts(at);
  return (parts.find(({ type }) => type === "timeZoneName")?.value ?? "UTC").replace("GMT", "UTC");
}

function offsetMs(at: number, timeZone: string): number {
  return Date.parse(`${wallTimeOf(at, timeZone)}:00Z`) - Math.floor(at / MINUTE_MS) * MINUTE_MS;
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
