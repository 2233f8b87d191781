import { type Clock, whenInWords } from "@/components/dashboard/when";
import { rewardName } from "@/components/rewards/reward-words";
import type { Formats } from "@/components/ui/formats";
import type { QueueEntry, QueueGroup, QueueMember, RewardAction } from "@/services/rewards/queue";

export const GROUPS: { group: QueueGroup; label: string }[] = [
  { group: "attention", label: "Needs you" },
  { group: "on_its_way", label: "On its way" },
  { group: "delivered", label: "Delivered" },
  { group: "cancelled", label: "Cancelled" },
];

export type EntryWords = {
  /** Where it stands, in a word or two. */
  standing: string;
  /** Why, and what comes next. */
  detail: string;
  tone: "calm" | "attention";
};

/** What has become of a reward, for the team. */
export function entryInWords(entry: QueueEntry, clock: Clock, formats: Formats): EntryWords {
  switch (entry.state) {
    case "due":
      return calm("Not confirmed", "Sent once an admin has confirmed the rewards in the set-up.");
    case "confirmed":
    case "sending":
      return onItsWay(entry, clock, formats);
    case "waiting":
      return calm("Waits", "The member has no active membership. It is added by itself when one begins.");
    case "needs_attention":
      return { standing: "Needs you", detail: problemInWords(entry), tone: "attention" };
    case "delivered":
      return calm("Delivered", deliveredInWords(entry, clock, formats));
    case "cancelled":
      return calm("Cancelled", WHY_CANCELLED[entry.cancelledBecause ?? "by_creator"]);
  }
}

const WHY_CANCELLED: Record<NonNullable<QueueEntry["cancelledBecause"]>, string> = {
  level_lost: "The level was lost before it was sent. It comes back with the level.",
  streak_lost: "The days in a row were lost before it was sent. It comes back with them.",
  by_creator: "By your team. It is not sent.",
};

const calm = (standing: string, detail: string): EntryWords => ({ standing, detail, tone: "calm" });

function onItsWay(entry: QueueEntry, clock: Clock, formats: Formats): EntryWords {
  if (entry.waitsFor === "budget") {
    return calm(
      "Next month",
      "This month's free days are given out. It goes on next month, or when you raise the limit.",
    );
  }
  if (entry.lastError === null) return calm("On its way", "Sent by itself, usually within a minute.");
  const next = entry.nextAttemptAt === null ? "" : ` Next try ${whenInWords(entry.nextAttemptAt, clock, formats)}.`;
  return calm("Trying again", `${sentence(entry.lastError)}${next}`);
}

function problemInWords({ problem, lastError }: QueueEntry): string {
  if (problem === null) return lastError === null ? "" : sentence(lastError);
  return `${problem.means} ${problem.toDo}`;
}

const ARRIVED: Record<NonNullable<QueueEntry["deliveredHow"]>, string> = {
  sent: "Whop has confirmed it",
  found: "Whop's answer got lost; found there afterwards",
  here: "Shown on the member's page",
  by_hand: "An admin said that it arrived",
};

function deliveredInWords(entry: QueueEntry, clock: Clock, formats: Formats): string {
  const how = entry.deliveredHow === null ? "Delivered" : ARRIVED[entry.deliveredHow];
  const when = entry.deliveredAt === null ? "" : `, ${whenInWords(entry.deliveredAt, clock, formats)}`;
  const code = entry.codeEnd === null ? "" : ` Code ends in ${entry.codeEnd}.`;
  const what = entry.streakDays === null ? "Its level was" : "Its days in a row were";
  const lost = entry.levelLostAt === null ? "" : ` ${what} lost since; what was sent stays.`;
  return `${how}${when}.${code}${lost}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** What people call somebody; of whom nothing is known, the id. */
export function memberName({ name, username, userId }: QueueMember): string {
  return name ?? username ?? userId;
}

/** "Level 5", "30 days in a row", "By hand, by Dana Ruiz". */
export function whereFrom({ level, streakDays, grantedBy }: QueueEntry, { number }: Formats): string {
  if (level !== null) return `Level ${number(level)}`;
  if (streakDays !== null) return `${number(streakDays)} days in a row`;
  return grantedBy === null ? "By hand" : `By hand, by ${grantedBy.name ?? grantedBy.userId}`;
}

export const ACTION_LABELS: Record<RewardAction, string> = {
  retry: "Retry",
  settle_sent: "It arrived",
  settle_not_sent: "It did not arrive",
  cancel: "Cancel reward",
};

type Question = { title: string; consequence: string; confirm: string; keep: string; isDestructive: boolean };

/** What is asked before something that cannot be taken back; null where there is nothing to be sure of. */
export function questionOf(entry: QueueEntry, action: RewardAction, formats: Formats): Question | null {
  const reward = rewardName(entry, formats);
  const name = memberName(entry.member);
  switch (action) {
    case "retry":
      return null;
    case "cancel":
      return {
        title: `Cancel ${reward} for ${name}?`,
        consequence: `${name} does not get it and sees that the team has taken it back. ${entry.streakDays === null ? "Reaching the level again does" : "So many days in a row again do"} not bring it back; you can still give one by hand.`,
        confirm: "Cancel reward",
        keep: "Keep it",
        isDestructive: true,
      };
    case "settle_sent":
      return {
        title: `Did ${reward} reach ${name}?`,
        consequence: `It is marked as delivered and never sent again. If it did not arrive after all, ${name} goes without.`,
        confirm: "Yes, it arrived",
        keep: "Leave it open",
        isDestructive: false,
      };
    case "settle_not_sent":
      return {
        title: `Send ${reward} to ${name} once more?`,
        consequence: `Look in Whop first. If it did arrive after all, ${name} gets it twice.`,
        confirm: "It did not arrive, send it",
        keep: "Leave it open",
        isDestructive: false,
      };
  }
}

/** What the page says once it has been done. */
export function doneInWords(entry: QueueEntry, action: RewardAction, formats: Formats): string {
  const what = `${rewardName(entry, formats)} for ${memberName(entry.member)}`;
  switch (action) {
    case "retry":
      return `${what}: tried again now`;
    case "cancel":
      return `${what}: cancelled`;
    case "settle_sent":
      return `${what}: marked as delivered`;
    case "settle_not_sent":
      return `${what}: sent once more`;
  }
}

const NOTHING: Record<QueueGroup, { title: string; text: string }> = {
  attention: {
    title: "Nothing needs you",
    text: "What cannot be sent by itself shows up here, with what you can do about it.",
  },
  on_its_way: { title: "Nothing is on its way", text: "All that was earned has arrived, or waits above for you." },
  delivered: {
    title: "Nothing has been delivered yet",
    text: "Who reaches a level, or days in a row, that pay gets the reward by itself.",
  },
  cancelled: {
    title: "Nothing was cancelled",
    text: "Rewards whose level or days in a row were lost before they were sent stand here, and what you cancel.",
  },
};

export const nothingIn = (group: QueueGroup) => NOTHING[group];

/** For the top of the page. */
export function queueInWords(counts: Record<QueueGroup, number>, { number }: Formats): string {
  const { attention, on_its_way: onItsWay, delivered } = counts;
  if (attention > 0) return `${attention === 1 ? "1 reward needs" : `${number(attention)} rewards need`} you.`;
  if (onItsWay > 0) return `Nothing needs you. ${number(onItsWay)} on ${onItsWay === 1 ? "its" : "their"} way.`;
  return delivered > 0 ? "All that was earned has arrived." : "What members have earned, and what has become of it.";
}
