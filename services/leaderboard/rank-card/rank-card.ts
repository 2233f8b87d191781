import { z } from "zod";
import type { Progress } from "@/services/xp/progress";

/** What a rank card says. */
export type RankCard = {
  name: string;
  community: string;
  progress: Progress;
  /** Null without XP. */
  rank: number | null;
  /** How many stand on the board. */
  members: number;
  /** Days in a row; 0 without a streak, and where streaks are off. */
  streakDays: number;
  /** The nearest reward still to be earned: "7 free days" at level 10. */
  nextReward: { words: string; level: number } | null;
};

/** How a rank card looks: 1200 × 630 or 934 × 282 pixels, dark or light. */
export const Look = z.strictObject({
  size: z.enum(["wide", "banner"]).default("wide"),
  theme: z.enum(["dark", "light"]).default("dark"),
});
export type Look = z.output<typeof Look>;

export const PIXELS = { wide: { width: 1200, height: 630 }, banner: { width: 934, height: 282 } } as const;

const plain = new Intl.NumberFormat("en");
/** An image has no reader whose language could be asked: English, like the words on it. */
export const inDigits = (value: number) => plain.format(value);

/** What is missing to the next level: "258 XP" and "to level 9". */
export function missingWords({ xp, level, nextLevelAt }: Progress): { strong: string; rest: string } {
  if (nextLevelAt === null) return { strong: `Level ${level}`, rest: "is the last" };
  return { strong: `${inDigits(nextLevelAt - xp)} XP`, rest: `to level ${level + 1}` };
}
