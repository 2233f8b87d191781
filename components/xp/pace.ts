import type { Formats } from "@/components/ui/formats";

/** "about 12 days"; null where it would be a guess: no pace is known, or it takes more than two years. */
export function paceInWords(xpToGo: number, xpPerDay: number | null, { number }: Formats): string | null {
  if (xpPerDay === null || xpPerDay <= 0) return null;
  const days = Math.ceil(xpToGo / xpPerDay);
  if (days > 730) return null;
  if (days <= 1) return "about a day";
  if (days < 60) return `about ${number(days)} days`;
  return `about ${number(Math.round(days / 30.4))} months`;
}
