import type { Reward } from "@/services/notifications/notifications.queries";

const english = new Intl.NumberFormat("en");

/** "3 free days" or "50 % off"; null for what has a name or words of its own. */
export function benefitInWords({ type, value }: Pick<Reward, "type" | "value">): string | null {
  if (type === "free_days" && value.days !== undefined) {
    return value.days === 1 ? "1 free day" : `${english.format(value.days)} free days`;
  }
  if (type === "promo_code" && value.percentOff !== undefined) return `${english.format(value.percentOff)}\u00a0% off`;
  return null;
}

/** What a reward is, within a sentence. What a creator has written for the member alone is not said where others read. */
export function rewardInWords(reward: Pick<Reward, "type" | "value">, isPrivate: boolean): string {
  const benefit = benefitInWords(reward);
  if (benefit !== null) return benefit;
  const { type, value } = reward;
  if (type === "badge" && value.name) return `the badge ${onOneLine(value.name)}`;
  if (type === "custom" && value.text && isPrivate) return onOneLine(value.text);
  return NAMELESS[type];
}

/** Several as one part of a sentence; empty for none. */
export function rewardListInWords(rewards: readonly Reward[], isPrivate: boolean): string {
  const list = new Intl.ListFormat("en", { type: "conjunction" });
  return list.format(rewards.map((reward) => rewardInWords(reward, isPrivate)));
}

const NAMELESS: Record<Reward["type"], string> = {
  free_days: "free days",
  promo_code: "a promo code",
  badge: "a badge",
  custom: "a reward",
};

const onOneLine = (text: string) => text.replace(/\s+/gu, " ").trim().slice(0, 200);
