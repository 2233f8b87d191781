/** What a level pays, whether or not it is switched on. */
export type RewardRule = {
  ruleId: string;
  level: number;
  type: "free_days" | "promo_code" | "badge" | "custom";
  value: { days?: number; percentOff?: number; name?: string; text?: string };
  active: boolean;
};

/** What a creator settles before the first reward is sent. Times are ISO 8601. */
export type Onboarding = {
  communityId: string;
  title: string;
  timeZone: string;
  /** Lowest level first. */
  rules: RewardRule[];
  /** When an admin first finished; null until then. */
  onboardedAt: string | null;
  /** When the present choice of rewards was made; null while nothing is sent. */
  rewardsConfirmedAt: string | null;
};
