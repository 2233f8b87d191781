import type { Boost } from "@/components/dashboard/rules/rules-draft";
import {
  momentsOf,
  nextShown,
  offsetInWords,
  type WallTime,
  wallTimeOf,
} from "@/components/dashboard/rules/wall-clock";
import type { Clock } from "@/components/dashboard/when";
import type { Formats } from "@/components/ui/formats";

export type BoostState = "scheduled" | "running" | "over";

export function stateOf({ startsAt, endsAt }: Pick<Boost, "startsAt" | "endsAt">, now: number): BoostState {
  if (Date.parse(endsAt) <= now) return "over";
  return Date.parse(startsAt) <= now ? "running" : "scheduled";
}

/** "28 November, 18:00 to 30 November, 0:00", by the community's clock. */
export function spanInWords({ startsAt, endsAt }: Boost, { timeZone, now }: Clock, { day, time }: Formats): string {
  const moment = (at: string) => `${day(at, timeZone, now)}, ${time(at, timeZone)}`;
  const isOneDay = day(startsAt, timeZone) === day(endsAt, timeZone);
  return `${moment(startsAt)} to ${isOneDay ? time(endsAt, timeZone) : moment(endsAt)}`;
}

/** What is written of a boost; times are the community's clock's. */
export type BoostDraft = { name: string; percent: number | null; from: WallTime; to: WallTime };
type Field = keyof BoostDraft;

export const NAME_LENGTH = 60;

export function draftOfBoost({ name, percent, startsAt, endsAt }: Boost, timeZone: string): BoostDraft {
  return { name, percent, from: wallTimeOf(startsAt, timeZone), to: wallTimeOf(endsAt, timeZone) };
}

export type BoostReading = {
  /** Null where something is in the way. */
  boost: Omit<Boost, "id"> | null;
  problems: Partial<Record<Field, string>>;
  /** Of a time that comes twice: which one is meant. */
  notes: Partial<Record<Field, string>>;
};

/**
 * What is meant by what is written. A time that comes twice is the first one for the start and the second one for the end, so that
 * nothing of the night is left out.
 * @param before of a boost that is changed: a moment that shows the same time is kept, to the second.
 */
export function readBoost(draft: BoostDraft, before: Boost | null, clock: Clock, formats: Formats): BoostReading {
  const { timeZone, now } = clock;
  const problems: BoostReading["problems"] = {};
  const notes: BoostReading["notes"] = {};
  const name = draft.name.trim();
  if (name === "") problems.name = "Give it a name: members read it.";
  if (draft.percent === null) problems.percent = "Give a factor from 0 to 10.";
  const read = (field: "from" | "to", kept: string | undefined): Date | null => {
    const wall = draft[field];
    if (kept !== undefined && wallTimeOf(kept, timeZone) === wall) return new Date(kept);
    const moments = momentsOf(wall, timeZone);
    const meant = field === "from" ? moments[0] : moments.at(-1);
    if (!meant) problems[field] = wall === "" ? "Give a day and a time." : gapInWords(wall, timeZone, formats);
    if (meant && moments.length > 1) notes[field] = twiceInWords(wall, meant, field, timeZone, formats);
    return meant ?? null;
  };
  const [starts, ends] = [read("from", before?.startsAt), read("to", before?.endsAt)];
  if (starts && ends && ends <= starts) problems.to = "It must end after it starts.";
  else if (ends && ends.getTime() <= now) problems.to = "That is over already.";
  if (!starts || !ends || draft.percent === null || Object.keys(problems).length > 0) {
    return { boost: null, problems, notes };
  }
  const boost = { name, percent: draft.percent, startsAt: starts.toISOString(), endsAt: ends.toISOString() };
  return { boost, problems, notes };
}

function gapInWords(wall: WallTime, timeZone: string, { time }: Formats): string {
  const next = nextShown(wall, timeZone);
  return `There is no ${shown(wall, time)} on that day: the clocks go forward over it. The next time is ${shown(next, time)}.`;
}

function twiceInWords(wall: WallTime, meant: Date, field: "from" | "to", timeZone: string, { time }: Formats): string {
  const which = field === "from" ? "first" : "second";
  return `${shown(wall, time)} comes twice on that day, as the clocks go back: the ${which} is meant, ${offsetInWords(meant, timeZone)}.`;
}

/** As the reader writes times, of a clock that may never show it. */
const shown = (wall: WallTime, time: Formats["time"]) => time(`${wall}:00Z`, "UTC");
