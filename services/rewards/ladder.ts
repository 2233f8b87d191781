export type RewardType = "free_days" | "promo_code" | "badge" | "custom";

/**
 * What a reward is: `days` of membership; `percentOff` for `months` (as long as Whop allows where not said) and for one product
 * (any where not said); a badge's name; a custom text.
 */
export type RewardValue = {
  days?: number;
  percentOff?: number;
  months?: number;
  productId?: string;
  name?: string;
  text?: string;
};

/**
 * Where a member's reward stands; "locked" before what earns it is reached, and again when that is lost before anything was sent.
 * "cancelled" by the creator, for good. "needs_attention" is for the creator to look at.
 */
export type RungState =
  | "locked"
  | "due"
  | "confirmed"
  | "sending"
  | "delivered"
  | "waiting"
  | "needs_attention"
  | "cancelled";

/** What sending needs first: a membership that days can be added to, or room in the community's budget of the month. */
export type WaitsFor = "membership" | "budget";

/** What a member is told of a reward of theirs. */
export type Standing = {
  state: RungState;
  /** When the state last changed, ISO 8601; null while locked. */
  changedAt: string | null;
  waitsFor: WaitsFor | null;
  /** Sending did not go through so far and is tried again. */
  isTriedAgain: boolean;
  /** The promo code, whole, once delivered. */
  code: string | null;
};

/** A level that pays something, and what has become of it for one member. */
export type Rung = Standing & {
  ruleId: string;
  level: number;
  type: RewardType;
  value: RewardValue;
  /** Total XP at which the level begins; null where the curve ends before it. */
  startsAt: number | null;
};

/** Days in a row that pay something, and what has become of it for one member. */
export type StreakRung = Standing & {
  ruleId: string;
  days: number;
  type: RewardType;
  value: RewardValue;
};

/** A reward that the creator gave by hand, for no level. */
export type GrantedReward = Standing & {
  rewardId: string;
  type: RewardType;
  value: RewardValue;
  /** What the creator says with it. */
  note: string | null;
  state: Exclude<RungState, "locked">;
  changedAt: string;
};

export type Ladder = {
  /** Lowest level first. */
  rungs: Rung[];
  /** Fewest days first. */
  streaks: StreakRung[];
  /** Newest first, the cancelled ones left out; at most 50. */
  granted: GrantedReward[];
  /** False until the creator has confirmed what levels pay: nothing is sent before. */
  isConfirmed: boolean;
};

/** The nearest reward that can still be earned; undefined at the end of the ladder. */
export function nextRung(ladder: Ladder, xp: number): Rung | undefined {
  return ladder.rungs.find(({ state, startsAt }) => state === "locked" && startsAt !== null && startsAt > xp);
}
