import type { Formats } from "@/components/ui/formats";
import { inWords } from "@/components/xp/number-words";
import type { Figure, Overview } from "@/services/analytics/overview";

type Part = { name: string; activities: number };

/** What changed, for the top of the page. */
export function growthInWords({
  activeMembers: { now, before },
  days,
}: Pick<Overview, "activeMembers" | "days">): string {
  if (now === 0) return `Nobody was active in the last ${days} days.`;
  if (before === 0) return `Nobody had been active in the ${days} days before.`;
  if (now === before) return `As many members were active as in the ${days} days before.`;
  return `${now > before ? "More" : "Fewer"} members were active than in the ${days} days before.`;
}

/** "+12 %": null where there is nothing to compare with. */
export function changeInWords({ now, before }: Figure, { signed }: Formats): string | null {
  if (before <= 0) return null;
  const percent = Math.round(((now - before) / before) * 100);
  return percent === 0 ? "±0\u00a0%" : `${signed(percent)}\u00a0%`;
}

/** Title of the activities by day. */
export function activityInWords({ activities, byDay, days }: Overview, { number }: Formats): string {
  if (activities === 0) return `No activity in the last ${days} days`;
  const [most] = partsOf(byDay).sort((one, other) => other.activities - one.activities);
  if (most === undefined) return "";
  const share = `${number(Math.round((most.activities / activities) * 100))}\u00a0%`;
  return most.activities * 2 > activities
    ? `Most of the activity is ${most.name}: ${share}`
    : `${capitalised(most.name)} lead: ${share} of the activity`;
}

function partsOf(byDay: Overview["byDay"]): Part[] {
  const sum = (field: "messages" | "reactions" | "others") => byDay.reduce((total, day) => total + day[field], 0);
  return [
    { name: "messages", activities: sum("messages") },
    { name: "reactions", activities: sum("reactions") },
    { name: "posts and comments", activities: sum("others") },
  ];
}

const capitalised = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

/** The level at which most members are; the lowest of several. */
export function fullestLevel(byLevel: Overview["byLevel"]): number | null {
  const most = byLevel.reduce<Overview["byLevel"][number] | null>(
    (best, one) => (best === null || one.members > best.members ? one : best),
    null,
  );
  return most?.level ?? null;
}

/** Title of the members by level. */
export function levelsInWords({ byLevel, members }: Pick<Overview, "byLevel" | "members">): string {
  const fullest = fullestLevel(byLevel);
  const there = byLevel.find(({ level }) => level === fullest)?.members ?? 0;
  if (fullest === null) return "Nobody has a level yet";
  if (there === members) return `All members are at level ${fullest}`;
  return there * 2 > members ? `Most members are at level ${fullest}` : `Level ${fullest} has the most members`;
}

/** Title of the reasons: "One activity in four paid nothing, mostly the cooldown". */
export function unpaidInWords({ activities, unpaid, reasons }: Overview, { number }: Formats): string {
  if (activities === 0) return "There was nothing to pay";
  if (unpaid === 0) return "Every activity paid";
  const share = unpaid / activities;
  return `${shareInWords(share, number)} paid nothing${mostly(reasons)}`;
}

function shareInWords(share: number, number: Formats["number"]): string {
  const oneIn = Math.round(1 / share);
  if (share < 0.01) return "Hardly any activity";
  if (share > 0.4) return `${number(Math.round(share * 100))}\u00a0% of activities`;
  return `One activity in ${inWords(oneIn, number)}`;
}

function mostly(reasons: Overview["reasons"]): string {
  const total = reasons.reduce((sum, { activities }) => sum + activities, 0);
  const [first] = reasons;
  if (first === undefined || first.activities * 2 <= total) return "";
  return `, mostly ${(REASONS[first.outcome] ?? REASONS.other).asCause}`;
}

/** Why an activity did not pay: as a label, and within a sentence. */
export const REASONS: Record<string, { label: string; asCause: string }> & {
  other: { label: string; asCause: string };
} = {
  cooldown: { label: "Still cooling down", asCause: "the cooldown" },
  daily_cap: { label: "Daily cap reached", asCause: "the daily cap" },
  too_short: { label: "Too short", asCause: "short texts" },
  duplicate_text: { label: "Same text again", asCause: "repeated texts" },
  disabled: { label: "Does not earn XP here", asCause: "what earns no XP here" },
  paused: { label: "XP was paused", asCause: "the pause" },
  excluded_channel: { label: "In a channel without XP", asCause: "channels without XP" },
  excluded_member: { label: "Member without XP", asCause: "members without XP" },
  self: { label: "On their own content", asCause: "reactions to own content" },
  pair_cap: { label: "Same two members too often", asCause: "the same two members" },
  held: { label: "Held for review", asCause: "the review" },
  too_old: { label: "Arrived too late", asCause: "late arrivals" },
  other: { label: "Other reasons", asCause: "other reasons" },
};
