/** One thing a member did: a fact, with the platform's own id and the time it happened. */
export type Activity = {
  /** `<action>:<id of the platform>`; the same activity always has the same. */
  activityId: string;
  userId: string;
  action: string;
  /** Milliseconds matter, nothing finer. */
  occurredAt: Date;
  experienceId?: string;
  /** The other member where there is one: the author of the message reacted to. */
  subjectUserId?: string;
  /** Characters of the text, which itself is never kept. */
  contentLength?: number;
  /** Keyed hash of the normalised text, hex. */
  contentHash?: string;
  /** XP of an adjustment, signed; other actions have a rate instead. */
  amount?: number;
  /** "history" is what a back-fill counts of the time before the app came: nobody is told of it. */
  source: "webhook" | "api" | "sync" | "history" | "seed";
};

/** Why an activity paid or not. */
export type Outcome =
  | "awarded"
  | "cooldown"
  | "daily_cap"
  | "disabled"
  | "paused"
  | "excluded_member"
  | "excluded_channel"
  | "self"
  | "too_short"
  | "zero_multiplier"
  | "too_old"
  | "bad_time"
  | "reversed"
  | "reset";

/** What the rules decided of one activity. XP are whole. */
export type Decision = { outcome: Outcome; baseXp: number; xp: number };
