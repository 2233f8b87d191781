import type { Formats } from "@/components/ui/formats";
import { inWords } from "@/components/xp/number-words";
import type { ToldBoost } from "@/services/xp/boost";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

/** Where and when the words are read. */
export type BoostReader = { now: number; timeZone: string; formats: Formats };

/** "Weekend boost and Night owls": those that hold or begin together. */
export function boostNames({ names }: ToldBoost, { formats }: BoostReader): string {
  const [first = "", second, ...others] = names;
  if (second === undefined) return first;
  if (others.length === 0) return `${first} and ${second}`;
  return `${first}, ${second} and ${inWords(others.length, formats.number)} more`;
}

/** "until Sunday 23:59 · 3 h 12 min left", "from Saturday 0:00 · in 5 h 12 min". */
export function boostTimes({ is, changesAt }: ToldBoost, reader: BoostReader): string {
  const left = durationInWords(Date.parse(changesAt) - reader.now, reader.formats);
  const moment = momentInWords(changesAt, reader);
  return is === "on" ? `until ${moment} · ${left} left` : `from ${moment} · in ${left}`;
}

/** "2× XP", "no XP". */
export function factorInWords(percent: number, { factor }: Formats): string {
  return percent === 0 ? "no XP" : `${factor(percent)}×\u00a0XP`;
}

/** "23:59" today, "Sunday 23:59" within a week, else "2 December, 23:59". */
export function momentInWords(at: string, { now, timeZone, formats }: BoostReader): string {
  const time = formats.time(at, timeZone);
  if (formats.day(at, timeZone) === formats.day(new Date(now), timeZone)) return time;
  // A week ahead lies the same weekday again.
  const isNear = Date.parse(at) - now < WEEK_MS - DAY_MS;
  return isNear ? `${formats.weekday(at, timeZone)} ${time}` : `${formats.day(at, timeZone, now)}, ${time}`;
}

/** Rounded up, so that nothing is said to be over that is not: "2 days 4 h", "3 h 12 min", "12 min", and at last "42 s". */
function durationInWords(ms: number, { number }: Formats): string {
  if (ms <= MINUTE_MS) return `${number(Math.max(1, Math.ceil(ms / SECOND_MS)))} s`;
  const minutes = Math.ceil(ms / MINUTE_MS);
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor((minutes % 1_440) / 60)];
  if (days > 0) return joined([days, days === 1 ? "day" : "days"], [hours, "h"]);
  return joined([hours, "h"], [minutes % 60, "min"]);

  function joined(...parts: [count: number, unit: string][]): string {
    return parts.flatMap(([count, unit]) => (count > 0 ? [`${number(count)} ${unit}`] : [])).join(" ");
  }
}
