export type RewardType = "free_days" | "promo_code" | "badge" | "custom";

/** Where a member's reward stands; "locked" before its level is reached. */
export type RungState =
  | "locked"
  | "due"
  | "confirmed"
  | "sending"
  | "delivered"
  | "waiting"
  | "needs_attention"
  | "cancelled";

/** A level that pays something, and what has become of it for one member. */
export type Rung = {
  ruleId: string;
  level: number;
  type: RewardType;
  value: { days?: number; percentOff?: number; name?: string; text?: string };
  /** Total XP at which the level begins; null where the curve ends before it. */
  startsAt: number | null;
  state: RungState;
  /** When the state last changed, ISO 8601; null while locked. */
  changedAt: string | null;
};

export type Ladder = {
  /** Lowest level first. */
  rungs: Rung[];
  /** False until the creator has confirmed what levels pay: nothing is sent before. */
  isConfirmed: boolean;
};

/** The nearest reward that can still be earned; undefined at the end of the ladder. */
export function nextRung(ladder: Ladder, xp: number): Rung | undefined {
  return ladder.rungs.find(({ state, startsAt }) => state === "locked" && startsAt !== null && startsAt > xp);
}
