import { type Kysely, sql, type Transaction } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { HeldNotification, type NotificationRequest } from "@/services/notifications/notification-row";
import type {
  NotificationProblem,
  Preferences,
  PreferencesSaid,
  StoredNotificationSettings,
} from "@/services/notifications/notifications.schema";
import type { RewardType, RewardValue } from "@/services/rewards/ladder";
import type { Streak } from "@/services/xp/streak";
import type { DB } from "@/types/database";

type Trx = Transaction<DB>;

export type Held = {
  communityId: string;
  notificationId: string;
  /** Of the worker that holds it. */
  token: string;
};

/** Takes up to so many for the holder of the token alone, for 60 s. */
export async function claimNotifications(
  db: Kysely<DB>,
  { token, limit, communityId }: { token: string; limit: number; communityId?: string },
): Promise<Held[]> {
  const { rows } = await sql<Held>`
    select community_id as "communityId", notification_id as "notificationId", ${token}::text as token
    from claim_notifications(${token}, ${limit}, ${communityId ?? null})`.execute(db);
  return rows;
}

/** What is held; undefined when another worker has taken it over. */
export async function findHeld(
  db: Kysely<DB>,
  { communityId, notificationId, token }: Held,
): Promise<HeldNotification | undefined> {
  const { rows } = await inCommunity(db, communityId, (trx) =>
    sql<object>`
      select community_id as "communityId", notification_id as "notificationId", user_id as "userId", about, channel, state,
        from_level as "fromLevel", to_level as "toLevel", reward_id as "rewardId", payload, request, failures, errors,
        last_error as "lastError", keyed_at as "keyedAt", expires_at as "expiresAt", now() as "readAt", ${token}::text as token
      from notifications
      where community_id = ${communityId} and notification_id = ${notificationId} and lease_token = ${token}
        and state in ('due', 'sending')`.execute(trx),
  );
  return rows[0] && HeldNotification.parse(rows[0]);
}

/** "go": call Whop. "changed": write it anew, for the level is another. "busy": the same words are under way there. Else leave it. */
export type Begun = "go" | "changed" | "busy" | "cancelled" | "lost";

/** Notes down that Whop is about to be called. */
export async function beginNotification(
  db: Kysely<DB>,
  { communityId, notificationId, token }: Held,
  { toLevel, request, key }: { toLevel: number | null; request: NotificationRequest; key: string },
): Promise<Begun> {
  return one<Begun>(
    db,
    communityId,
    sql`begin_notification(${communityId}, ${notificationId}, ${token}, ${toLevel},
    ${JSON.stringify(request)}::jsonb, ${key})`,
  );
}

export type Ending =
  | { state: "sent"; whopId: string | null }
  | { state: "cancelled"; because: "switched_off" | "expired" }
  | {
      state: "failed";
      because: "unknown_outcome" | "not_taken" | "refused" | "no_permission" | "error";
      error: string;
    };

/** @returns false when another worker holds it. */
export async function endNotification(
  db: Kysely<DB>,
  { communityId, notificationId, token }: Held,
  ending: Ending,
): Promise<boolean> {
  const because = ending.state === "sent" ? null : ending.because;
  const whopId = ending.state === "sent" ? ending.whopId : null;
  const error = ending.state === "failed" ? ending.error.slice(0, 500) : null;
  return one<boolean>(
    db,
    communityId,
    sql`end_notification(${communityId}, ${notificationId}, ${token}, ${ending.state},
    ${because}, ${whopId}, ${error})`,
  );
}

export type Pause = {
  /** Of the database's clock; with `quietUntil` left aside. */
  seconds?: number;
  quietUntil?: Date;
  /** What went wrong. */
  error?: string;
  /** One more attempt that came to nothing. */
  counts?: boolean;
  /** It was our own code that failed. */
  byUs?: boolean;
};

/** @returns false when another worker holds it. */
export async function postponeNotification(
  db: Kysely<DB>,
  { communityId, notificationId, token }: Held,
  { seconds, quietUntil, error, counts = false, byUs = false }: Pause,
): Promise<boolean> {
  return one<boolean>(
    db,
    communityId,
    sql`postpone_notification(${communityId}, ${notificationId}, ${token}, ${seconds ?? 0},
    ${quietUntil ?? null}, ${error?.slice(0, 500) ?? null}, ${counts}, ${byUs})`,
  );
}

/** Where direct messages to the member go from now on; null when that place is gone. @returns false when another worker holds it. */
export async function nameChannel(
  db: Kysely<DB>,
  { communityId, notificationId, token }: Held,
  channelId: string | null,
): Promise<boolean> {
  return one<boolean>(db, communityId, sql`name_channel(${communityId}, ${notificationId}, ${token}, ${channelId})`);
}

async function one<T>(db: Kysely<DB>, communityId: string, call: ReturnType<typeof sql>): Promise<T> {
  const { rows } = await inCommunity(db, communityId, (trx) =>
    sql<{ answer: T }>`select ${call} as answer`.execute(trx),
  );
  const [row] = rows;
  if (!row) throw new Error("The database gave no answer.");
  return row.answer;
}

/** The level that a message is about now: it may have grown since it was claimed. */
export async function findToLevel(trx: Trx, communityId: string, notificationId: string): Promise<number | null> {
  const row = await trx
    .selectFrom("notifications")
    .select("to_level")
    .where("community_id", "=", communityId)
    .where("notification_id", "=", notificationId)
    .executeTakeFirst();
  return row?.to_level ?? null;
}

export type Reward = {
  type: RewardType;
  value: RewardValue;
  note: string | null;
  /** Days in a row that earned it; null where something else did. */
  streakDays: number | null;
};

/** What levels above one, up to another, pay a member. What nobody has agreed to pay yet is not among it. */
export async function listRewardsOfLevels(
  trx: Trx,
  communityId: string,
  userId: string,
  { above, upTo }: { above: number; upTo: number },
): Promise<Reward[]> {
  const { rows } = await sql<Reward>`
    select type, value, note, streak_days as "streakDays" from rewards
    where community_id = ${communityId} and user_id = ${userId} and level > ${above} and level <= ${upTo}
      and state not in ('due', 'cancelled')
    order by level, reward_id`.execute(trx);
  return rows;
}

/** Undefined for none of the community. */
export async function findReward(trx: Trx, communityId: string, rewardId: string): Promise<Reward | undefined> {
  const { rows } = await sql<Reward>`
    select type, value, note, streak_days as "streakDays" from rewards
    where community_id = ${communityId} and reward_id = ${rewardId}`.execute(trx);
  return rows[0];
}

/** Which of some messages at Whop are known to be the effect of ours. */
export async function listKnownMessages(trx: Trx, communityId: string, whopIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select whop_id as id from notifications where community_id = ${communityId} and whop_id = any (${whopIds}::text[])`.execute(
    trx,
  );
  return rows.map(({ id }) => id);
}

/** Where direct messages to the member are written; null before the first. */
export async function findDirectChannel(trx: Trx, communityId: string, userId: string): Promise<string | null> {
  const row = await trx
    .selectFrom("told_levels")
    .select("direct_channel_id")
    .where("community_id", "=", communityId)
    .where("user_id", "=", userId)
    .executeTakeFirst();
  return row?.direct_channel_id ?? null;
}

/** As they were written, unchecked; undefined for an unknown community. */
export async function findStoredSettings(trx: Trx, communityId: string) {
  return trx
    .selectFrom("notification_settings")
    .select(["version", "settings"])
    .where("community_id", "=", communityId)
    .executeTakeFirst();
}

/** Undefined where the member has never chosen. */
export async function findPreferences(trx: Trx, communityId: string, userId: string): Promise<Preferences | undefined> {
  const { rows } = await sql<Preferences>`
    select notifications, streak_warning as "streakWarning", time_zone as "timeZone" from notification_preferences
    where community_id = ${communityId} and user_id = ${userId}`.execute(trx);
  return rows[0];
}

/** Makes the member's row when the choice is the first that is known of them. What is not said stays. */
export async function upsertPreferences(
  trx: Trx,
  communityId: string,
  userId: string,
  { notifications, streakWarning, timeZone }: PreferencesSaid,
): Promise<Preferences> {
  await sql`insert into users (community_id, user_id) values (${communityId}, ${userId}) on conflict do nothing`.execute(
    trx,
  );
  const { rows } = await sql<Preferences>`
    insert into notification_preferences as p (community_id, user_id, notifications, streak_warning, time_zone)
    values (${communityId}, ${userId}, ${notifications}, coalesce(${streakWarning ?? null}::boolean, false), ${timeZone})
    on conflict (community_id, user_id) do update
      set notifications = excluded.notifications, streak_warning = coalesce(${streakWarning ?? null}::boolean, p.streak_warning),
        time_zone = excluded.time_zone, updated_at = now()
    returning notifications, streak_warning as "streakWarning", time_zone as "timeZone"`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error("The choice was not written.");
  return row;
}

/** Members who want to hear of their streak and have none of that day, as their streak is stored. */
export async function listWantWarning(
  trx: Trx,
  communityId: string,
  day: string,
): Promise<(Streak & { userId: string })[]> {
  const { rows } = await sql<Streak & { userId: string }>`
    select u.user_id as "userId", u.streak_days as days, u.streak_day as day, u.streak_longest as longest,
      u.streak_freezes as freezes
    from notification_preferences p
    join users u on u.community_id = p.community_id and u.user_id = p.user_id and u.membership = 'member'
    where p.community_id = ${communityId} and p.streak_warning and p.notifications and u.streak_day < ${day}::date`.execute(
    trx,
  );
  return rows;
}

/** @returns how many had not been told of that day yet. */
export async function queueWarnings(
  trx: Trx,
  communityId: string,
  { day, until, members }: { day: string; until: Date; members: { userId: string; days: number; freezes: number }[] },
): Promise<number> {
  const { rows } = await sql<{ queued: number }>`
    select queue_streak_warnings(${communityId}, ${day}::date, ${until}, ${JSON.stringify(members)}::jsonb) as queued`.execute(
    trx,
  );
  return rows[0]?.queued ?? 0;
}

/** Why messages of the last seven days did not go out, the newest reason first. */
export async function listProblems(trx: Trx, communityId: string) {
  const { rows } = await sql<Omit<NotificationProblem, "lastAt" | "message"> & { error: string | null; lastAt: Date }>`
    select channel, last_error as error, count(*)::integer as count, max(updated_at) as "lastAt" from notifications
    where community_id = ${communityId} and state = 'failed' and about <> 'command' and updated_at > now() - interval '7 days'
    group by channel, last_error order by max(updated_at) desc limit 5`.execute(trx);
  return rows;
}

/** @param change.seen the version that it was made of. @returns the new version. */
export async function updateSettings(
  db: Kysely<DB>,
  communityId: string,
  { settings, by, seen }: { settings: StoredNotificationSettings; by: string; seen: number },
): Promise<number> {
  const call = sql`save_notification_settings(${communityId}, ${by}, ${JSON.stringify(settings)}::jsonb, ${seen})`;
  return one<number>(db, communityId, call);
}
