import type { Formats } from "@/components/ui/formats";
import type { Rung } from "@/services/rewards/ladder";

/** What a level or a streak pays: "7 free days", "50 % off, one code". */
export function rewardName({ type, value }: Pick<Rung, "type" | "value">, { number }: Formats): string {
  if (type === "free_days" && value.days !== undefined) {
    return value.days === 1 ? "1 free day" : `${number(value.days)} free days`;
  }
  if (type === "promo_code" && value.percentOff !== undefined)
    return `${number(value.percentOff)}\u00a0% off, one code`;
  return value.name ?? value.text ?? NAMELESS[type];
}

const NAMELESS: Record<Rung["type"], string> = {
  free_days: "Free days",
  promo_code: "A promo code",
  badge: "A badge",
  custom: "A reward",
};
