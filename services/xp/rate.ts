import type { Role } from "@/services/xp/rules/multiplier";

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
  /** What changes these amounts where and for whom; 200 doubles, 0 pays nothing. Places of which no name is known are left out. */
  multipliers: { places: { name: string; percent: number }[]; roles: { role: Role; percent: number }[] };
};
