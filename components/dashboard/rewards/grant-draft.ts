import { rewardName } from "@/components/rewards/reward-words";
import type { Formats } from "@/components/ui/formats";
import type { RewardType, RewardValue } from "@/services/rewards/ladder";
import type { Budget } from "@/services/rewards/queue";

/** What has been filled in so far; null for a number that is not there. */
export type GrantDraft = {
  userId: string | null;
  name: string;
  type: RewardType;
  days: number | null;
  percentOff: number | null;
  /** Null for as long as Whop allows. */
  months: number | null;
  badge: string;
  text: string;
  note: string;
};

export const EMPTY_DRAFT: GrantDraft = {
  userId: null,
  name: "",
  type: "free_days",
  days: 3,
  percentOff: 20,
  months: 1,
  badge: "",
  text: "",
  note: "",
};

export const LIMITS = { days: 365, percentOff: 100, months: 36, badge: 40, text: 200, note: 200 } as const;

/** What is given; null while something of it is missing. */
export function grantedValue({ type, days, percentOff, months, badge, text }: GrantDraft): RewardValue | null {
  switch (type) {
    case "free_days":
      return days === null ? null : { days };
    case "promo_code":
      if (percentOff === null) return null;
      return months === null ? { percentOff } : { percentOff, months };
    case "badge":
      return badge.trim() === "" ? null : { name: badge.trim() };
    case "custom":
      return text.trim() === "" ? null : { text: text.trim() };
  }
}

/** What giving it does, before it is done. */
export function consequenceOf(draft: GrantDraft, budget: Budget, formats: Formats): string {
  const value = grantedValue(draft);
  if (draft.userId === null) return "Choose who gets it.";
  if (value === null) return "Fill in what it is.";
  const what = rewardName({ type: draft.type, value }, formats);
  return `${draft.name} gets ${what}. ${HOW[draft.type]}${budgetInWords(draft, budget, formats)}`;
}

const HOW: Record<RewardType, string> = {
  free_days: "The days are added to the membership and cannot be taken back.",
  promo_code: "A single-use code is made in Whop and shown on the member's page.",
  badge: "It is shown on the member's page.",
  custom: "The text is shown on the member's page; the rest is up to you.",
};

function budgetInWords({ type, days }: GrantDraft, { freeDaysPerMonth, usedThisMonth }: Budget, { number }: Formats) {
  if (type !== "free_days" || days === null || freeDaysPerMonth === null) return "";
  const left = Math.max(0, freeDaysPerMonth - usedThisMonth);
  if (days <= left) return ` ${number(left)} free days are left this month.`;
  return ` Only ${number(left)} free days are left this month: it waits for the next, or for a higher limit.`;
}
