/** What a level, or so many days in a row, pays, whether or not it is switched on. */
export type RewardRule = {
  ruleId: string;
  /** One of the two; the other is null. */
  level: number | null;
  streakDays: number | null;
  type: "free_days" | "promo_code" | "badge" | "custom";
  value: { days?: number; percentOff?: number; name?: string; text?: string };
  active: boolean;
};

/** What a creator settles before the first reward is sent. Times are ISO 8601. */
export type Onboarding = {
  communityId: string;
  title: string;
  timeZone: string;
  /** Lowest level first, then fewest days in a row. */
  rules: RewardRule[];
  /** When an admin first finished; null until then. */
  onboardedAt: string | null;
  /** When the present choice of rewards was made; null while nothing is sent. */
  rewardsConfirmedAt: string | null;
};
