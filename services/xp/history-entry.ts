import type { Receipt } from "@/services/xp/receipt";
import type { Multiplier } from "@/services/xp/rules/multiplier";

/** An activity as it stands now, with what its receipt has to say. */
export type HistoryEntry = {
  activityId: string;
  action: string;
  /** Where it happened, as Whop calls the place. */
  experienceName: string | null;
  /** ISO 8601. */
  occurredAt: string;
  /** YYYY-MM-DD in the community's time zone. */
  day: string;
  outcome: Receipt["outcome"];
  /** What it pays now. */
  xp: number;
  /** What it had paid before it was taken back or decided anew; null where nothing has changed since. */
  xpBefore: number | null;
  /** What was missing, where the outcome is about that. */
  why: {
    /** Outcome cooldown: seconds that were left. */
    cooldownLeftSeconds?: number;
    /** Outcome too_short. */
    minLength?: number;
    /** Outcome daily_cap, and payments that met the cap: the cap in XP, of the action or of the whole day. */
    dailyXpCap?: number;
    /** Where multipliers held: the amount before them, each in order (a place by its name, "" where that is not known), the product. */
    multiplied?: { baseXp: number; by: Multiplier[]; xp: number };
  };
  /** The level that this activity reached; null where it reached none. */
  levelReached: number | null;
};

export type History = {
  /** Newest first. */
  entries: HistoryEntry[];
  /** All XP of the days that begin or go on among the entries, YYYY-MM-DD in the community's time zone. */
  days: { day: string; xp: number }[];
  nextCursor: string | null;
  /** IANA name: the days are this zone's. */
  timeZone: string;
};
