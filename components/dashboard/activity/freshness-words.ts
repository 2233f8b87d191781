import { type Clock, whenInWords } from "@/components/dashboard/when";
import type { Formats } from "@/components/ui/formats";
import type { FreshFeature, Freshness } from "@/services/activity/freshness";
import type { FeatureName } from "@/services/activity/sync/feature";
import type { SyncRequest } from "@/services/activity/sync.schema";

type Words = { name: string; what: string; things: string };

export const FEATURE_WORDS: Readonly<Record<FeatureName, Words>> = {
  chat: {
    name: "Chat",
    what: "Messages arrive by themselves. Reading finds missed and deleted ones.",
    things: "chats",
  },
  reactions: {
    name: "Reactions",
    what: "Reactions to messages, where Whop did not tell of them.",
    things: "reactions",
  },
  forum: { name: "Forum", what: "Posts, comments and likes.", things: "forums" },
  members: { name: "Members", what: "Who is here, who has left, and who is in the team.", things: "members" },
};

/** A run that is so much late has nobody who does it. */
const LATE_MS = 5 * 60_000;
/** What passes by itself is worth a word on other pages only once it has lasted. */
const LASTS_MS = 10 * 60_000;

export type Standing = { words: string; tone: "calm" | "amber" };

/** Where a feature stands, in a few words. */
export function standingOf(feature: FreshFeature, clock: Clock, formats: Formats): Standing {
  switch (feature.problem) {
    case "no_permission":
      return { words: "Needs a permission", tone: "amber" };
    case "not_found":
      return { words: "Not found at Whop", tone: "amber" };
    case "unavailable":
      return { words: "Whop does not answer", tone: "amber" };
    case "rate_limited":
      return { words: "Waiting for Whop", tone: "calm" };
    case "error":
      return { words: "Could not be read", tone: "amber" };
    case null:
      return freshness(feature, clock, formats);
  }
}

function freshness({ caughtUpTo, nextRunAt }: FreshFeature, { now }: Clock, formats: Formats): Standing {
  if (caughtUpTo === null) return { words: nextRunAt === null ? "Not read yet" : "First reading", tone: "calm" };
  const age = now - Date.parse(caughtUpTo);
  const isLate = nextRunAt !== null && now - Date.parse(nextRunAt) > LATE_MS;
  if (isLate) return { words: `${durationInWords(age, formats)} behind`, tone: "amber" };
  return { words: age < 10_000 ? "Up to date" : `Up to date ${durationInWords(age, formats)} ago`, tone: "calm" };
}

/** 40 s, 3 min, 5 h, 2 days: one unit, rounded down. */
function durationInWords(milliseconds: number, { number }: Formats): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${number(seconds)}\u00a0s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 90) return `${number(minutes)}\u00a0min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${number(hours)}\u00a0h` : `${number(Math.floor(hours / 24))}\u00a0days`;
}

/** What stands in a feature's way, and what comes next; null where nothing does. */
export function problemInWords(
  { feature, permission, problem, lastError, nextRunAt }: FreshFeature,
  { clock, canChange, formats }: { clock: Clock; canChange: boolean; formats: Formats },
): string | null {
  const { things } = FEATURE_WORDS[feature];
  const again = nextRunAt === null ? "soon" : whenInWords(nextRunAt, clock, formats);
  switch (problem) {
    case null:
      return null;
    case "no_permission":
      return `WEE5 may not read ${things} in this community. ${
        canChange
          ? `In Whop, open your dashboard, then Apps, then WEE5, and allow ${permission}. Then check now.`
          : `An admin can allow ${permission} for WEE5 in Whop, under Apps.`
      }`;
    case "not_found":
      return `Whop does not show this community to WEE5 any more. ${
        canChange ? "Install WEE5 again in Whop, then check now." : "An admin can install WEE5 again in Whop."
      }`;
    case "unavailable":
      return `Checked again ${again}. Whatever happens until then is read then.`;
    case "rate_limited":
      return `Whop has asked us to wait. Checked again ${again}; nothing is lost.`;
    case "error":
      return lastError === "internal"
        ? `WEE5 itself has failed here. Tried again ${again}. If it stays so, write to us: code “${feature} internal”.`
        : `Whop did not show its list to the end (${(lastError ?? "unknown").replaceAll("_", " ")}). Read again from the beginning ${again}.`;
  }
}

/** How fresh all of it is, in a sentence. */
export function freshnessInWords({ paused, features }: Freshness, { now }: Clock, formats: Formats): string {
  if (paused) return "Whop shows WEE5 nothing of this community any more. XP, levels and rewards are kept.";
  if (features.every(({ lastRunAt }) => lastRunAt === null)) return "Nothing has been read from Whop yet.";
  const refused = features.filter(needsSomebody);
  if (refused.length > 0) return `WEE5 may not read ${thingsOf(refused)} here. Everything else is counted.`;
  // Who is here is looked at each hour, and is nothing that anybody does.
  const counted = features.filter(({ feature }) => feature !== "members");
  const caughtUp = counted.flatMap(({ caughtUpTo }) => (caughtUpTo === null ? [] : [Date.parse(caughtUpTo)]));
  if (caughtUp.length < counted.length) return "WEE5 is reading this community for the first time.";
  const age = now - Math.min(...caughtUp);
  const when = age < 10_000 ? "as of now" : `up to ${durationInWords(age, formats)} ago`;
  return `Everything members do here is counted, ${when}.`;
}

const needsSomebody = ({ problem }: FreshFeature): boolean => problem === "no_permission" || problem === "not_found";

export type Notice = { title: string; text: string };

/** What the team should know of it on other pages; null on most days. */
export function noticeOf({ paused, features }: Freshness, now: number): Notice | null {
  if (paused) {
    return {
      title: "WEE5 cannot see this community",
      text: "Nothing new is counted until it is installed again in Whop. XP, levels and rewards are kept.",
    };
  }
  const refused = features.filter(needsSomebody);
  if (refused.length > 0) {
    return {
      title: `WEE5 may not read ${thingsOf(refused)} here`,
      text: "What members do there is not counted until the permission is given.",
    };
  }
  const lasting = features.filter(
    ({ problem, problemSince }) =>
      problem !== null && problemSince !== null && now - Date.parse(problemSince) >= LASTS_MS,
  );
  if (lasting.length === 0) return null;
  return {
    title: `Reading ${thingsOf(lasting)} is behind`,
    text: "It is tried again by itself. Nothing is lost: what is missed now is read then.",
  };
}

/** What has come of what an admin has asked for. */
export function doneInWords(
  action: SyncRequest["action"],
  { before, after }: { before: Freshness; after: Freshness },
  { number }: Formats,
): string {
  if (action === "start_back_fill") return "The last 90 days are being read";
  if (action === "stop_back_fill") return "Counting was stopped";
  if (after.isRunning) return "Still reading. What it finds shows up here";
  const more = (what: "recorded" | "removed") => sumOf(after, what) - sumOf(before, what);
  const found = [
    more("recorded") > 0 ? `${number(more("recorded"))} new` : null,
    more("removed") > 0 ? `${number(more("removed"))} taken back` : null,
  ].filter((part) => part !== null);
  return found.length === 0 ? "Checked: nothing new" : `Checked: ${found.join(", ")}`;
}

const sumOf = ({ features }: Freshness, what: "recorded" | "removed") =>
  features.reduce((sum, { counts }) => sum + counts[what], 0);

const thingsOf = (features: readonly FreshFeature[]) =>
  listInWords(features.map(({ feature }) => FEATURE_WORDS[feature].things));

/** "chats, forums and members" */
export function listInWords(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
