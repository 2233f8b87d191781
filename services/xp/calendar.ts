const formatters = new Map<string, Intl.DateTimeFormat>();

/** The day (YYYY-MM-DD) of a moment in an IANA time zone. */
export function dayIn(timeZone: string, at: Date): string {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
    formatters.set(timeZone, formatter);
  }
  return formatter.format(at);
}

const DAY_MS = 86_400_000;

/**
 * Midnight of a day (YYYY-MM-DD) in an IANA time zone, as Postgres has it: where the clock skips midnight the first moment of the
 * day, where it strikes twice the second time.
 */
export function startOfDay(timeZone: string, day: string): Date {
  const asUtc = Date.parse(`${day}T00:00:00Z`);
  // The offset in force some time before, and some time after: midnight is under one of them.
  const before = asUtc - offsetMs(timeZone, asUtc - DAY_MS);
  const after = asUtc - offsetMs(timeZone, asUtc + DAY_MS);
  const isMidnight = (at: number) => at + offsetMs(timeZone, at) === asUtc;
  return new Date(isMidnight(after) ? after : before);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** How far the clock of a time zone is ahead of UTC at a moment. */
function offsetMs(timeZone: string, at: number): number {
  let clock = clocks.get(timeZone);
  if (!clock) {
    const numeric = "numeric";
    clock = new Intl.DateTimeFormat("en", {
      timeZone,
      hourCycle: "h23",
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
    clocks.set(timeZone, clock);
  }
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

export type Period = "week" | "month";

/** The first day of the week (from Monday, ISO 8601) or month that a day (YYYY-MM-DD) lies in. */
export function periodStart(period: Period, day: string): string {
  if (period === "month") return `${day.slice(0, 7)}-01`;
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}
