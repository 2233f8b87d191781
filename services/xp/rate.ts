/** What an action pays in a community now. */
export type Rate = {
  action: string;
  /** A random amount lies between the two. */
  minXp: number;
  maxXp: number;
  /** 0 for none. */
  cooldownSeconds: number;
  /** XP a day; null for no limit. */
  dailyXpCap: number | null;
  /** Characters; 0 for no minimum. */
  minLength: number;
};

/** What members can earn now, the most usual action first. */
export type Rates = {
  rates: Rate[];
  /** XP a day over all actions; null for no limit. */
  dailyXpCap: number | null;
  /** True while the community pays nothing. */
  paused: boolean;
};
