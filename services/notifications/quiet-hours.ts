/** Times of day, such as 22:00, by the clocks of a place: from one until the other, over midnight where `to` is not later. */
export type QuietHours = { from: string; to: string };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * When the quiet hours end in which a moment lies; null where it lies in none. Where clocks are put forward over their beginning or
 * end, that is the moment in which they are; where put back, they begin with the first time that the clock shows it and end with the
 * last.
 * @param timeZone IANA.
 */
export function quietUntil({ from, to }: QuietHours, timeZone: string, at: Date): Date | null {
  const [fromMs, toMs] = [timeOfDayMs(from), timeOfDayMs(to)];
  const today = localMs(timeZone, at.getTime());
  const midnight = today - modulo(today, DAY_MS);
  // Those that began yesterday may still last; those of tomorrow may begin early where clocks are put back over midnight.
  for (const day of [midnight - DAY_MS, midnight, midnight + DAY_MS]) {
    const begin = momentOf(timeZone, day + fromMs, "first");
    const end = momentOf(timeZone, day + toMs + (toMs <= fromMs ? DAY_MS : 0), "last");
    if (begin <= at.getTime() && at.getTime() < end) return new Date(end);
  }
  return null;
}

function timeOfDayMs(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return (hours * 60 + minutes) * MINUTE_MS;
}

/** The moment at which the clocks of a place show a time, both in milliseconds, that time written as if it were UTC. */
function momentOf(timeZone: string, shownMs: number, which: "first" | "last"): number {
  const before = shownMs - offsetMs(timeZone, shownMs - DAY_MS);
  const after = shownMs - offsetMs(timeZone, shownMs + DAY_MS);
  const real = [before, after].filter((moment) => localMs(timeZone, moment) === shownMs);
  if (real.length > 0) return which === "first" ? Math.min(...real) : Math.max(...real);
  // Never shown: the clocks were put forward over it, between these two.
  let [early, late] = [Math.min(before, after), Math.max(before, after)];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (localMs(timeZone, middle) < shownMs) early = middle;
    else late = middle;
  }
  return late;
}

const localMs = (timeZone: string, momentMs: number) => momentMs + offsetMs(timeZone, momentMs);

const formatters = new Map<string, Intl.DateTimeFormat>();

/** What the clocks of a place show more than UTC. */
function offsetMs(timeZone: string, momentMs: number): number {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    const parts = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
    formatter = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", ...parts, second: "numeric" });
    formatters.set(timeZone, formatter);
  }
  const shown = Object.fromEntries(
    formatter.formatToParts(momentMs).map(({ type, value }) => [type, Number(value)] as const),
  );
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) - (momentMs - modulo(momentMs, 1_000));
}

const modulo = (value: number, by: number) => ((value % by) + by) % by;
