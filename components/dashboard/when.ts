import type { Formats } from "@/components/ui/formats";

export type Clock = {
  /** Of the community. */
  timeZone: string;
  /** Milliseconds. */
  now: number;
};

/** "today at 12:47", "on 20 November at 9:30". */
export function whenInWords(at: string, { timeZone, now }: Clock, { day, time }: Formats): string {
  const isToday = day(at, timeZone) === day(new Date(now), timeZone);
  return `${isToday ? "today" : `on ${day(at, timeZone, now)}`} at ${time(at, timeZone)}`;
}
