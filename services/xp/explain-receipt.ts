import type { HistoryEntry } from "@/services/xp/history-entry";
import type { Multiplier } from "@/services/xp/rules/multiplier";

/** A receipt in words. */
export type Explanation = {
  /** What was done, and where: "Message in General". */
  title: string;
  /** Why it paid nothing, less, more, or otherwise than before; null where there is nothing to say. */
  reason: string | null;
  tone: "paid" | "unpaid" | "taken-back";
};

/** Of moderation, whose outcomes only people and later rules give. */
type ModeratedOutcome = "held" | "duplicate_text" | "pair_cap";
type Outcome = HistoryEntry["outcome"] | ModeratedOutcome;
/** An entry of any outcome that a log may hold. */
export type ExplainedEntry = Omit<HistoryEntry, "outcome"> & { outcome: Outcome };

/** A number as the reader writes it, with up to two decimals. */
type FormatNumber = (value: number) => string;

/**
 * What a receipt says to the member it belongs to, in English.
 * @param formatNumber in the reader's locale; without it plain digits.
 */
export function explainReceipt(entry: ExplainedEntry, formatNumber: FormatNumber = String): Explanation {
  const title = titleOf(entry);
  const { outcome, xpBefore } = entry;
  if (outcome === "awarded") return { title, reason: whyPaidSo(entry, formatNumber), tone: "paid" };
  if (outcome === "held") return { title, reason: held(entry, formatNumber), tone: "unpaid" };
  // A page that stays open over a new release may meet an outcome it has no words for.
  const why = Object.hasOwn(WHY_UNPAID, outcome) ? WHY_UNPAID[outcome](entry, formatNumber) : "it does not pay";
  if (xpBefore === null || xpBefore <= 0) return { title, reason: `No XP: ${why}`, tone: "unpaid" };
  const happened = outcome === "reversed" ? "Taken back" : "Counted anew, no XP";
  return { title, reason: `${happened}: ${why}`, tone: "taken-back" };
}

const TITLES: Record<string, string> = {
  message: "Message",
  post: "Post",
  comment: "Comment",
  reaction: "Reaction",
  reaction_received: "Reaction received",
  lesson: "Lesson finished",
  daily_visit: "Daily visit",
  member_joined: "Joined",
  streak_bonus: "Streak bonus",
};

function titleOf({ action, experienceName, xp }: ExplainedEntry): string {
  if (action === "adjustment") return xp < 0 ? "XP taken off by hand" : "XP added by hand";
  const words = action.replaceAll("_", " ");
  const title = (Object.hasOwn(TITLES, action) && TITLES[action]) || words.charAt(0).toUpperCase() + words.slice(1);
  return experienceName === null ? title : `${title} in ${experienceName}`;
}

function whyPaidSo(entry: ExplainedEntry, number: FormatNumber): string | null {
  const { action, activityId, xp, xpBefore, why } = entry;
  if (xpBefore !== null && xpBefore !== xp) return `Counted anew: it had paid ${number(xpBefore)} XP`;
  const said = [
    ...(action === "streak_bonus" ? [daysInARow(activityId, number)] : []),
    ...(why.multiplied ? [inFactors(why.multiplied, number)] : []),
    ...(why.dailyXpCap !== undefined ? [`Daily cap of ${number(why.dailyXpCap)} reached, again from midnight`] : []),
  ];
  if (said.length > 0) return said.join(" · ");
  return activityId.startsWith("api:") ? "Awarded by hand" : null;
}

/** Of the id of a bonus, which ends with the day and the days that were reached on it. */
function daysInARow(activityId: string, number: FormatNumber): string {
  const days = Number(activityId.split(":").at(-1));
  return Number.isFinite(days) ? `${number(days)} days in a row` : "Days in a row";
}

/** "20 × 1.5 (General) × 2 (Weekend boost) = 60". */
function inFactors({ baseXp, by, xp }: NonNullable<HistoryEntry["why"]["multiplied"]>, number: FormatNumber): string {
  const factors = by.map((one) => `${number(one.percent / 100)} (${multiplierName(one)})`);
  return `${[number(baseXp), ...factors].join(" × ")} = ${number(xp)}`;
}

const ROLES: Record<string, string> = { admin: "admins", moderator: "moderators", member: "members" };

function multiplierName({ kind, name }: Multiplier): string {
  if (kind === "channel") return name || "this channel";
  return kind === "role" ? (ROLES[name] ?? name) : name;
}

/** What waits is known where the entry says what it will pay. */
function held({ xp }: ExplainedEntry, number: FormatNumber): string {
  return xp > 0 ? `Held: ${number(xp)} XP wait for a moderator` : "Held: it waits for a moderator";
}

type Why = (entry: ExplainedEntry, number: FormatNumber) => string;

const WHY_UNPAID: Record<Exclude<Outcome, "awarded" | "held">, Why> = {
  cooldown: ({ why: { cooldownLeftSeconds: left } }, number) =>
    left === undefined ? "still cooling down" : `still cooling down, ${durationOf(left, number)} left`,
  daily_cap: ({ why: { dailyXpCap: cap } }, number) =>
    `daily cap${cap === undefined ? "" : ` of ${number(cap)}`} reached, again from midnight`,
  disabled: () => "this does not pay here",
  paused: () => "XP were paused here",
  excluded_member: () => "your account earns no XP here",
  excluded_channel: () => "this channel does not pay",
  self: () => "a reaction to your own does not pay",
  too_short: ({ why: { minLength } }, number) =>
    minLength === undefined
      ? "too short"
      : `too short, ${number(minLength)} ${minLength === 1 ? "character" : "characters"} needed`,
  duplicate_text: () => "same text as before",
  pair_cap: () => "enough between the two of you, again from midnight",
  too_old: () => "it came more than 90 days late",
  bad_time: () => "it came with a time in the future",
  zero_multiplier: ({ why: { multiplied } }, number) =>
    multiplied === undefined ? "a multiplier of 0 holds here" : inFactors(multiplied, number),
  reset: () => "it was before your membership ended",
  reversed: ({ action }) => WHY_REVERSED[action] ?? "it no longer counts",
};

const WHY_REVERSED: Record<string, string> = {
  message: "the message was deleted",
  post: "the post was deleted",
  comment: "the comment was deleted",
  reaction: "the reaction was removed",
  adjustment: "it was undone",
  streak_bonus: "fewer days in a row count now",
};

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 60 * MINUTE_SECONDS;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** Rounded up, so that waiting so long is enough; in seconds up to two minutes, and so on. */
function durationOf(seconds: number, number: FormatNumber): string {
  if (seconds < 2 * MINUTE_SECONDS) return `${number(Math.ceil(seconds))} s`;
  if (seconds < 2 * HOUR_SECONDS) return `${number(Math.ceil(seconds / MINUTE_SECONDS))} min`;
  if (seconds < 2 * DAY_SECONDS) return `${number(Math.ceil(seconds / HOUR_SECONDS))} h`;
  return `${number(Math.ceil(seconds / DAY_SECONDS))} days`;
}
