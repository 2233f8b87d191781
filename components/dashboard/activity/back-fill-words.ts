import { listInWords } from "@/components/dashboard/activity/freshness-words";
import { type Clock, whenInWords } from "@/components/dashboard/when";
import type { Formats } from "@/components/ui/formats";
import type { BackFill, ReadableKind } from "@/services/activity/back-fill/back-fill";

/** What counting the past leads to, wherever it can be begun. */
export const PAST_CONSEQUENCES = [
  "Chat messages, forum posts and comments of the last 90 days bring their XP.",
  "Nobody is notified.",
  "Levels reached through it pay their rewards like any other, and free days count in your monthly limit.",
] as const;

/** Why reactions are left out. */
export const NO_REACTIONS = "Reactions are not counted: Whop does not say when they were given.";

const NAMES: Readonly<Record<ReadableKind, { things: string; permission: string }>> = {
  chat: { things: "chats", permission: "chat:read" },
  forum: { things: "forums", permission: "forum:read" },
};

export const isUnderWay = (backFill: BackFill | null): boolean =>
  backFill?.state === "reading" || backFill?.state === "counting";

/** The finding, in a sentence. */
export function backFillTitle(backFill: BackFill | null, { number }: Formats): string {
  if (backFill === null) return "The time before WEE5 is not counted";
  const { state, read, counted } = backFill;
  switch (state) {
    case "reading":
      return read === 0 ? "Reading the last 90 days" : `Reading the last 90 days: ${number(read)} found so far`;
    case "counting":
      return `Counting the last 90 days: ${number(counted)} of ${number(read)}`;
    case "done":
      return "The last 90 days are counted";
    case "failed":
      return counted === 0 ? "The last 90 days could not be counted" : "The last 90 days are counted in part";
    case "cancelled":
      return "Counting the last 90 days was stopped";
  }
}

/** What has come of it so far, and what comes next. */
export function backFillInWords(backFill: BackFill, clock: Clock, formats: Formats): string {
  const { state, estimated, triedAgainAt } = backFill;
  if (isUnderWay(backFill) && triedAgainAt !== null) {
    return `Whop does not answer. It goes on by itself ${whenInWords(triedAgainAt, clock, formats)}.`;
  }
  switch (state) {
    case "reading":
      return estimated === null
        ? "First all of it is read, then it is counted from the oldest on. You can leave this page."
        : `About ${formats.number(estimated)} in all. When all is read, it is counted from the oldest on. You can leave this page.`;
    case "counting":
      return "From the oldest on. You can leave this page.";
    case "done":
      return `${resultInWords(backFill, formats)} Ended ${endInWords(backFill, clock, formats)}.`;
    case "failed":
      return `${resultInWords(backFill, formats)} ${whyNot(backFill)}`;
    case "cancelled":
      return `${resultInWords(backFill, formats)} What was counted stays. Begun again, nothing counts twice.`;
  }
}

function resultInWords({ counted, recorded, xp }: BackFill, { number, signed }: Formats): string {
  if (counted === 0) return "Nothing was counted.";
  if (recorded === 0) return `${number(counted)} found, all of them counted before.`;
  const known = counted - recorded;
  const others = known === 0 ? "" : `, ${number(known)} more had been counted before`;
  return `${number(recorded)} counted, ${signed(xp)}\u00a0XP${others}.`;
}

function whyNot({ problem, refused }: BackFill): string {
  if (problem === "no_permission") {
    const things = listInWords(refused.map((kind) => NAMES[kind].things));
    const permissions = listInWords(refused.map((kind) => NAMES[kind].permission));
    return `WEE5 may not read ${things} here. In Whop, open your dashboard, then Apps, then WEE5, and allow ${permissions}. Then start again.`;
  }
  return problem === "unavailable"
    ? "Whop did not answer for a day. Start again: nothing counts twice."
    : "WEE5 itself has failed. Start again: nothing counts twice.";
}

function endInWords({ finishedAt, startedAt }: BackFill, clock: Clock, formats: Formats): string {
  return whenInWords(finishedAt ?? startedAt, clock, formats);
}
