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

export interface BackFillItems {
  action: string;
  activity_id: string;
  community_id: string;
  content_hash: Buffer | null;
  content_length: number | null;
  experience_id: string | null;
  occurred_at: Timestamp;
  user_id: string;
}

export interface BackFillPlaces {
  community_id: string;
  /**
   * Where the next page begins.
   */
  cursor: string | null;
  expected_pages: Generated<number>;
  experience_id: string;
  is_read: Generated<boolean>;
  kind: string;
  /**
   * By which the page that was read last is known, should it come again.
   */
  last_page: string | null;
  name: Generated<string>;
  pages: Generated<number>;
  /**
   * The channel, the experience of the forum, or the post.
   */
  place_id: string;
  /**
   * Time of the oldest message read, where Whop lists by time.
   */
  read_back_to: Timestamp | null;
}

export interface BackFills {
  community_id: string;
  /**
   * Of those read, how many have been gone through. What live activity had counted already is among them, and not counted twice.
   */
  counted: Generated<number>;
  /**
   * Turns in a row that came to nothing; the pauses between them grow with it.
   */
  failures: Generated<number>;
  finished_at: Timestamp | null;
  last_error: string | null;
  last_turn_at: Timestamp | null;
  /**
   * Of the worker whose turn it is until leased_until. Whoever took it over since has another: late writes are refused.
   */
  lease_token: string | null;
  leased_until: Timestamp | null;
  /**
   * When Whop had said which places there are; null before.
   */
  listed_at: Timestamp | null;
  /**
   * When it last came forward: pages that hold nothing new do not count.
   */
  moved_at: Generated<Timestamp>;
  next_turn_at: Generated<Timestamp>;
  /**
   * Why it has failed. While it is under way: why it will not end whole.
   */
  problem: string | null;
  /**
   * Activities that have been set down.
   */
  read: Generated<number>;
  /**
   * Of those counted, how many were new.
   */
  recorded: Generated<number>;
  /**
   * What Whop does not let us read there. The rest is counted all the same.
   */
  refused: Generated<string[]>;
  requests: Generated<number>;
  /**
   * Nothing older is read.
   */
  since: Timestamp;
  started_at: Generated<Timestamp>;
  started_by: string;
  state: Generated<string>;
  updated_at: Generated<Timestamp>;
  xp: Generated<number>;
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

export interface MemberRoles {
  community_id: string;
  role: string;
  user_id: string;
  valid_from: Timestamp;
}

export interface MembershipEvents {
  community_id: string;
  /**
   * The same for the same fact, however often and in whichever way it comes.
   */
  event_id: string;
  kind: string;
  /**
   * One may have several (mem_…). Null where only the member is known: then the fact is of all of them.
   */
  membership_id: string | null;
  occurred_at: Timestamp;
  recorded_at: Generated<Timestamp>;
  source: string;
  user_id: string;
}

export interface NotificationPreferences {
  community_id: string;
  notifications: Generated<boolean>;
  /**
   * Told in the evening when a streak would end at midnight. Off until the member asks for it.
   */
  streak_warning: Generated<boolean>;
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
   * One message for one reward or command, and for one member's streak on one day. Level-ups have none: told_levels and the index of those that are due guard them.
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
   * A reply: {channelId, content, replyingToId}. A streak warning: {day, until, days, freezes}, the day that is not active yet, its end, and the streak. Empty for all others, whose words are made when they are sent.
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

export interface Openings {
  closed_before: Timestamp | null;
  community_id: string | null;
  last_activity_at: Timestamp | null;
  last_paid: Json | null;
  period_reached: Json | null;
  total_messages: number | null;
  total_posts: number | null;
  total_reactions: number | null;
  user_id: string | null;
  xp: number | null;
  xp_reached_at: Timestamp | null;
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
  /**
   * Since when it pays.
   */
  created_at: Generated<Timestamp>;
  level: number | null;
  rule_id: Generated<string>;
  streak_days: number | null;
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
   * When its level, or the days in a row, were lost after it had been sent, or while it was. What is sent stays.
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
  /**
   * The days in a row that earned it; null where a level did, or a person.
   */
  streak_days: number | null;
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

export interface SyncCommunities {
  /**
   * Activities recorded lately, each forgotten with a half-life of some 40 minutes: the busier, the sooner its turn.
   */
  busy: Generated<number>;
  community_id: string;
  /**
   * What happened before is history: only a back-fill counts it.
   */
  counts_from: Timestamp;
  /**
   * When what we had read was forgotten, 30 days after the pause. XP and members are kept.
   */
  forgotten_at: Timestamp | null;
  last_run_at: Timestamp | null;
  lease_token: string | null;
  leased_until: Timestamp | null;
  next_run_at: Generated<Timestamp>;
  paused_at: Timestamp | null;
  /**
   * Whop shows us nothing of the company any more: it is only asked again each hour.
   */
  paused_because: string | null;
  /**
   * The log has been looked through for what it recorded up to then, so that deletions are also found of what only a webhook has told.
   */
  pulled_to: Generated<Timestamp>;
}

export interface SyncFeatures {
  /**
   * All that Whop showed until then has been read.
   */
  caught_up_to: Timestamp | null;
  community_id: string;
  due_at: Generated<Timestamp>;
  every_seconds: Generated<number>;
  failures: Generated<number>;
  feature: string;
  /**
   * A code, nothing of what members wrote. Kept after it is over.
   */
  last_error: string | null;
  last_run_at: Timestamp | null;
  last_success_at: Timestamp | null;
  problem: string | null;
  problem_since: Timestamp | null;
  read: Generated<number>;
  recorded: Generated<number>;
  removed: Generated<number>;
  requests: Generated<number>;
  /**
   * What the feature itself wants to know the next time.
   */
  state: Generated<Json>;
}

export interface SyncItems {
  /**
   * When Whop last showed it; null for what only a webhook has told so far.
   */
  checked_at: Timestamp | null;
  comments: Generated<number>;
  comments_read: Generated<number>;
  community_id: string;
  item_id: string;
  kind: string;
  /**
   * A complete read did not show it: to be asked for by itself.
   */
  missing_since: Timestamp | null;
  occurred_at: Timestamp;
  parent_id: string | null;
  place_id: string;
  /**
   * As Whop last counted them; reactions_read is the count as they were last read.
   */
  reactions: Generated<number>;
  reactions_read: Generated<number>;
  /**
   * Taken out because Whop said that it is gone; put back if it ever shows it again.
   */
  removed_at: Timestamp | null;
  /**
   * Asked for by itself, Whop did not know it; where that was after missing_since, it is taken out once its place has been seen after that.
   */
  unknown_since: Timestamp | null;
}

export interface SyncPlaces {
  /**
   * By our clock, when the last complete read began.
   */
  caught_up_to: Timestamp | null;
  community_id: string;
  experience_id: string;
  feature: string;
  /**
   * False for one that Whop no longer lists: it is not read, and nothing in it is judged.
   */
  is_listed: Generated<boolean>;
  listed_at: Generated<Timestamp>;
  name: Generated<string>;
  /**
   * By Whop's clock, the newest that the last complete read has shown: the next one reads back to a little before it.
   */
  newest_at: Timestamp | null;
  place_id: string;
  /**
   * A read that is under way, page by page; null between two.
   */
  walk: Json | null;
  window_pages: Generated<number>;
  /**
   * When the last read of the whole window began, by which deletions are found.
   */
  window_read_at: Timestamp | null;
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
  /**
   * When the member last came onto the boards or left them: with the log and its corrections all that moves a rank, so that the sets in Redis can catch up.
   */
  board_changed_at: Timestamp | null;
  community_id: string;
  created_at: Generated<Timestamp>;
  last_activity_at: Timestamp | null;
  /**
   * Since when the member is away; null for a member.
   */
  left_at: Timestamp | null;
  level: Generated<number>;
  /**
   * member, left or banned: what membership_of makes of the events. Who is known by none is a member.
   */
  membership: Generated<string>;
  /**
   * Whether the member stands on the boards: not hidden by their own wish, nor by what the community does with who has left. Of a member who has earned nothing it says nothing.
   */
  on_board: Generated<boolean>;
  /**
   * The fold begins here: what happened before has the outcome reset. Null: it begins with the member. Whoever changes it rebuilds the member in the same transaction.
   */
  reset_at: Timestamp | null;
  /**
   * The last active day that counted, in the community's time zone of that day; null before the first.
   */
  streak_day: string | null;
  /**
   * Active days in a row up to and including streak_day. Whether the streak still runs depends on today, so that only a reader can tell.
   */
  streak_days: Generated<number>;
  /**
   * Missed days that will not break the streak, as of streak_day.
   */
  streak_freezes: Generated<number>;
  streak_longest: Generated<number>;
  total_messages: Generated<number>;
  total_posts: Generated<number>;
  total_reactions: Generated<number>;
  updated_at: Generated<Timestamp>;
  user_id: string;
  visibility: Generated<string>;
  /**
   * When the member last chose how others see them, or had everything deleted: what they had agreed to before ends then.
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

export interface WhopPauses {
  operation: string;
  paused_until: Timestamp;
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
  back_fill_items: BackFillItems;
  back_fill_places: BackFillPlaces;
  back_fills: BackFills;
  communities: Communities;
  corrections: Corrections;
  daily_rollups: DailyRollups;
  experiences: Experiences;
  ignored_events: IgnoredEvents;
  level_curves: LevelCurves;
  level_ranks: LevelRanks;
  member_actions: MemberActions;
  member_roles: MemberRoles;
  membership_events: MembershipEvents;
  notification_preferences: NotificationPreferences;
  notification_settings: NotificationSettings;
  notifications: Notifications;
  opening_balances: OpeningBalances;
  opening_days: OpeningDays;
  openings: Openings;
  period_rollups: PeriodRollups;
  profiles: Profiles;
  reward_differences: RewardDifferences;
  reward_rules: RewardRules;
  rewards: Rewards;
  settings_versions: SettingsVersions;
  sync_communities: SyncCommunities;
  sync_features: SyncFeatures;
  sync_items: SyncItems;
  sync_places: SyncPlaces;
  told_levels: ToldLevels;
  users: Users;
  whop_pauses: WhopPauses;
  worker_heartbeats: WorkerHeartbeats;
}
