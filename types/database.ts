// Made from the migrated database by `npm run types`. Do not edit.

import type { ColumnType } from "kysely";

export type ArrayType<T> = ArrayTypeImpl<T> extends (infer U)[]
  ? U[]
  : ArrayTypeImpl<T>;

export type ArrayTypeImpl<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S[], I[], U[]>
  : T[];

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Json = JsonValue;

export type JsonArray = JsonValue[];

export type JsonObject = {
  [x: string]: JsonValue | undefined;
};

export type JsonPrimitive = boolean | number | string | null;

export type JsonValue = JsonArray | JsonObject | JsonPrimitive;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface Activities {
  action: string | null;
  activity_id: string | null;
  amount: number | null;
  base_xp: number | null;
  community_id: string | null;
  content_length: number | null;
  corrections: number | null;
  experience_id: string | null;
  occurred_at: Timestamp | null;
  outcome: string | null;
  settings_version: number | null;
  subject_user_id: string | null;
  user_id: string | null;
  xp: number | null;
}

export interface ActivityIdentities {
  activity_id: string;
  community_id: string;
  occurred_at: Timestamp | null;
  removed_at: Timestamp | null;
  /**
   * Null when the removal arrived before the activity itself (then without a time), and when the member has been erased.
   */
  user_id: string | null;
}

export interface ActivityLog {
  action: string;
  activity_id: string;
  /**
   * XP of an adjustment; null for everything that has a rate.
   */
  amount: number | null;
  base_xp: number;
  /**
   * Outcome bad_time only: the time the sender claimed. occurred_at is then when it arrived.
   */
  claimed_at: Timestamp | null;
  community_id: string;
  /**
   * Keyed hash of the normalised text.
   */
  content_hash: Buffer | null;
  content_length: number | null;
  experience_id: string | null;
  occurred_at: Timestamp;
  outcome: string;
  recorded_at: Generated<Timestamp>;
  settings_version: number;
  source: string;
  /**
   * The other member, where there is one: the author of the message that was reacted to.
   */
  subject_user_id: string | null;
  user_id: string;
  xp: number;
}

export interface AuditLog {
  action: string;
  actor_user_id: string;
  community_id: string;
  details: Generated<Json>;
  hash: Buffer;
  occurred_at: Generated<Timestamp>;
  previous_hash: Buffer | null;
  sequence: number;
  subject: string | null;
}

export interface Communities {
  /**
   * Whether the leaderboard may be read without a member's token.
   */
  board_public: Generated<boolean>;
  community_id: string;
  created_at: Generated<Timestamp>;
  /**
   * When an admin first finished the onboarding; null shows it again.
   */
  onboarded_at: Timestamp | null;
  onboarded_by: string | null;
  /**
   * When the choice of rewards that holds now was made. Null: no reward is sent. Grows with each choice, and so tells whether another came between.
   */
  rewards_confirmed_at: Timestamp | null;
  rewards_confirmed_by: string | null;
  /**
   * The newest settings version. An award priced with another is refused.
   */
  settings_version: Generated<number>;
  title: Generated<string>;
  updated_at: Generated<Timestamp>;
}

export interface Corrections {
  activity_id: string;
  base_xp: number;
  cause: string;
  caused_by: string | null;
  community_id: string;
  occurred_at: Timestamp;
  outcome: string;
  recorded_at: Generated<Timestamp>;
  sequence: number;
  settings_version: number;
  user_id: string;
  xp: number;
  xp_difference: number;
}

export interface DailyRollups {
  action: string;
  activities: Generated<number>;
  community_id: string;
  day: string;
  paid: Generated<number>;
  user_id: string;
  xp: Generated<number>;
}

export interface Experiences {
  community_id: string;
  created_at: Generated<Timestamp>;
  experience_id: string;
  name: Generated<string>;
}

export interface IgnoredEvents {
  day: string;
  event: string;
  events: Generated<number>;
}

export interface LevelCurves {
  community_id: string;
  preset: Generated<string>;
  thresholds: ArrayType<number> | null;
}

export interface LevelRanks {
  color: string | null;
  community_id: string;
  icon: string | null;
  level: number;
  name: string;
}

export interface MemberActions {
  action: string;
  community_id: string;
  last_paid_at: Timestamp | null;
  newest_at: Timestamp;
  newest_id: string;
  user_id: string;
}

export interface OpeningBalances {
  closed_before: Timestamp;
  community_id: string;
  last_activity_at: Timestamp | null;
  /**
   * Action to the time of its last paid activity before the edge: a cooldown may reach across it.
   */
  last_paid: Generated<Json>;
  /**
   * Week or month (as in week/2026-11-16) to the time its XP last changed before the edge, for those that may reach across it.
   */
  period_reached: Generated<Json>;
  total_messages: number;
  total_posts: number;
  total_reactions: number;
  user_id: string;
  xp: number;
  xp_reached_at: Timestamp | null;
}

export interface OpeningDays {
  action: string;
  activities: number;
  community_id: string;
  day: string;
  paid: number;
  user_id: string;
  xp: number;
}

export interface PeriodRollups {
  activities: Generated<number>;
  community_id: string;
  period: string;
  starts_on: string;
  user_id: string;
  xp: Generated<number>;
  xp_bucket: Generated<number>;
  xp_reached_at: Timestamp | null;
}

export interface Profiles {
  community_id: string;
  fetched_at: Timestamp;
  name: string | null;
  picture_url: string | null;
  user_id: string;
  username: string | null;
}

export interface RewardRules {
  active: Generated<boolean>;
  community_id: string;
  created_at: Generated<Timestamp>;
  level: number;
  rule_id: Generated<string>;
  type: string;
  value: Json;
}

export interface Rewards {
  cancelled_because: string | null;
  caused_by: string | null;
  community_id: string;
  due_at: Generated<Timestamp>;
  level: number;
  reward_id: Generated<string>;
  rule_id: string;
  state: Generated<string>;
  type: string;
  updated_at: Generated<Timestamp>;
  user_id: string;
  value: Json;
}

export interface SettingsVersions {
  community_id: string;
  created_at: Generated<Timestamp>;
  created_by: string;
  settings: Json;
  valid_from: Timestamp;
  version: number;
}

export interface Users {
  community_id: string;
  created_at: Generated<Timestamp>;
  last_activity_at: Timestamp | null;
  level: Generated<number>;
  total_messages: Generated<number>;
  total_posts: Generated<number>;
  total_reactions: Generated<number>;
  updated_at: Generated<Timestamp>;
  user_id: string;
  visibility: Generated<string>;
  /**
   * When the member last came onto the boards or left them: with the log and its corrections all that moves a rank, so that the sets in Redis can catch up.
   */
  visibility_changed_at: Timestamp | null;
  /**
   * Exact sum; may be below zero after an adjustment. Shown as max(0, xp).
   */
  xp: Generated<number>;
  /**
   * xp_bucket_of(xp). The board's index is on this and not on xp, which every award changes: an index there would end heap-only updates.
   */
  xp_bucket: Generated<number>;
  /**
   * When the newest activity that changed the XP happened: who got there first stands first among equals.
   */
  xp_reached_at: Timestamp | null;
}

export interface DB {
  activities: Activities;
  activity_identities: ActivityIdentities;
  activity_log: ActivityLog;
  audit_log: AuditLog;
  communities: Communities;
  corrections: Corrections;
  daily_rollups: DailyRollups;
  experiences: Experiences;
  ignored_events: IgnoredEvents;
  level_curves: LevelCurves;
  level_ranks: LevelRanks;
  member_actions: MemberActions;
  opening_balances: OpeningBalances;
  opening_days: OpeningDays;
  period_rollups: PeriodRollups;
  profiles: Profiles;
  reward_rules: RewardRules;
  rewards: Rewards;
  settings_versions: SettingsVersions;
  users: Users;
}
