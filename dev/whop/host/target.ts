/** What the page around the app shows. */
export interface FrameTarget {
  /** The iframe's origin. */
  proxyUrl: string;
  /** WEE5's page, until `?experience=` names another. */
  experienceId: string;
  /** Who looks, until `?user=` names another. */
  userId: string;
  /** Whom the page offers to be, in this order; the team and a few members by default. */
  cast?(companyId: string): readonly string[];
  insight?: Insight;
  members?: MembersSwitch;
}

/**
 * What only the app knows, for display beside the frame. Whop itself learns nothing of it: a webhook's answer says that it arrived and
 * no more.
 */
export interface Insight {
  /** By user; who has no XP yet may be missing. */
  standings(companyId: string, userIds: readonly string[]): Promise<Map<string, Standing>>;
  /** By activity; what is not recorded (yet) is missing. */
  outcomes(companyId: string, activityIds: readonly string[]): Promise<Map<string, Outcome>>;
}

export interface Standing {
  level: number;
  xp: number;
  xpToNextLevel: number;
}

export interface Outcome {
  outcome: string;
  xp: number;
  /** Outcome cooldown: how long the last paid one still held at that moment. */
  cooldownLeftSeconds: number | null;
}

/** The simulated members, who can be told to be quiet. */
export interface MembersSwitch {
  isWriting(): boolean;
  setWriting(on: boolean): void;
}
