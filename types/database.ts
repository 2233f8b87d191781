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
   * At most so many free days are sent in a month of the community's time zone; null for no limit.
   */
  free_days_per_month: number | null;
  /**
   * When an admin first finished the onboarding; null shows it again.
   */
  onboarded_at: Timestamp | null;
  onboarded_by: string | null;
  /**
   * When what was delivered was last compared with Whop, to the end.
   */
  rewards_compared_at: Timestamp | null;
  /**
   * When the choice of rewards that holds now was made. Null: no reward is sent. Grows with each choice, and so tells whether another came between.
   */
  rewards_confirmed_at: Timestamp | null;
  rewards_confirmed_by: string | null;
  /**
   * When Whop could not be asked since then; what was found earlier still stands.
   */
  rewards_unread_at: Timestamp | null;
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

export interface NotificationPreferences {
  community_id: string;
  notifications: Generated<boolean>;
  time_zone: string | null;
  updated_at: Generated<Timestamp>;
  user_id: string;
}

export interface Notifications {
  about: string;
  calls: Generated<number>;
  cancelled_because: string | null;
  channel: string;
  community_id: string;
  created_at: Generated<Timestamp>;
  /**
   * One message for one reward or command. Level-ups have none: told_levels and the index of those that are due guard them.
   */
  dedupe_key: string | null;
  /**
   * How often in a row our own code has failed on it.
   */
  errors: Generated<number>;
  /**
   * News that is older is not told any more.
   */
  expires_at: Generated<Timestamp>;
  /**
   * Attempts in a row that came to nothing; the pauses between attempts grow with it.
   */
  failures: Generated<number>;
  /**
   * A level-up tells of all levels above this one, up to to_level, in one message.
   */
  from_level: number | null;
  /**
   * Written before the first call to Whop and sent with each.
   */
  idempotency_key: string | null;
  /**
   * When the key was first used. Whop forgets it after 24 hours: then nothing is sent again.
   */
  keyed_at: Timestamp | null;
  last_error: string | null;
  /**
   * Of the worker that has it until leased_until. Whoever took it over since has another: late writes are refused.
   */
  lease_token: string | null;
  leased_until: Timestamp | null;
  next_attempt_at: Generated<Timestamp>;
  notification_id: Generated<string>;
  /**
   * A reply: {channelId, content, replyingToId}. Empty for all others, whose words are made when they are sent.
   */
  payload: Generated<Json>;
  problem: string | null;
  /**
   * What is sent, in the words of the first call: the same on each retry.
   */
  request: Json | null;
  reward_id: string | null;
  sent_at: Timestamp | null;
  state: Generated<string>;
  to_level: number | null;
  updated_at: Generated<Timestamp>;
  user_id: string;
  /**
   * The message at Whop, so that no other row takes it for its own.
   */
  whop_id: string | null;
}

export interface NotificationSettings {
  community_id: string;
  settings: Generated<Json>;
  updated_at: Generated<Timestamp>;
  /**
   * Grows with each change: one made of an older version is refused.
   */
  version: Generated<number>;
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

export interface RewardDifferences {
  code_end: string | null;
  community_id: string;
  expected_until: Timestamp | null;
  first_seen_at: Timestamp;
  found_until: Timestamp | null;
  kind: string;
  reward_id: string | null;
  severity: string;
  /**
   * The membership or promo code at Whop, or the reward where there is neither: by this a difference is the same as yesterday.
   */
  subject: string;
  whop_id: string | null;
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
  /**
   * First day of the month in whose budget its free days count; null while they count in none.
   */
  budget_month: string | null;
  /**
   * Calls made that might have had the effect.
   */
  calls: Generated<number>;
  cancelled_because: string | null;
  caused_by: string | null;
  /**
   * The promo code. Chosen before the first call; shown to the member once delivered.
   */
  code: string | null;
  community_id: string;
  delivered_at: Timestamp | null;
  delivered_how: string | null;
  due_at: Generated<Timestamp>;
  /**
   * Exceptions of our own in a row: what fails for itself, and not for Whop's sake, ends with a person.
   */
  errors: Generated<number>;
  /**
   * Attempts in a row that came to nothing; the pauses between attempts grow with it.
   */
  failures: Generated<number>;
  /**
   * Who granted it and under which key of theirs: the same key again is the same reward.
   */
  grant_key: string | null;
  /**
   * Who granted it by hand; null where a level earned it.
   */
  granted_by: string | null;
  /**
   * Written before the first call to Whop and sent with each. Null: nothing has been asked under a key that still counts.
   */
  idempotency_key: string | null;
  /**
   * When the key was first used. Whop forgets it after 24 hours: then only reading tells what became of the call.
   */
  keyed_at: Timestamp | null;
  last_error: string | null;
  /**
   * Of the worker that has it until leased_until. Whoever took it over since has another: late writes are refused.
   */
  lease_token: string | null;
  leased_until: Timestamp | null;
  level: number | null;
  /**
   * When its level was lost after it had been sent, or while it was. What is sent stays.
   */
  level_lost_at: Timestamp | null;
  next_attempt_at: Generated<Timestamp>;
  /**
   * What the creator says to the member with a reward granted by hand.
   */
  note: string | null;
  problem: string | null;
  /**
   * What is sent under the key, always the same, and what was read before (a membership's end) by which its effect is known.
   */
  request: Json | null;
  reward_id: Generated<string>;
  rule_id: string | null;
  state: Generated<string>;
  type: string;
  updated_at: Generated<Timestamp>;
  user_id: string;
  value: Json;
  waits_for: string | null;
  /**
   * What it is at Whop: the membership (mem_…) that got the days, or the promo code (promo_…).
   */
  whop_id: string | null;
}

export interface SettingsVersions {
  community_id: string;
  created_at: Generated<Timestamp>;
  created_by: string;
  settings: Json;
  valid_from: Timestamp;
  version: number;
}

export interface ToldLevels {
  community_id: string;
  /**
   * Where direct messages to the member are written, once there has been one: Whop would make another channel each time.
   */
  direct_channel_id: string | null;
  level: number;
  user_id: string;
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

export interface WorkerHeartbeats {
  seen_at: Generated<Timestamp>;
  started_at: Generated<Timestamp>;
  worker_id: string;
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
  notification_preferences: NotificationPreferences;
  notification_settings: NotificationSettings;
  notifications: Notifications;
  opening_balances: OpeningBalances;
  opening_days: OpeningDays;
  period_rollups: PeriodRollups;
  profiles: Profiles;
  reward_differences: RewardDifferences;
  reward_rules: RewardRules;
  rewards: Rewards;
  settings_versions: SettingsVersions;
  told_levels: ToldLevels;
  users: Users;
  worker_heartbeats: WorkerHeartbeats;
}
