import { sql, type Transaction } from "kysely";
import type { StoredStreak } from "@/services/leaderboard/find-streaks";
import type { Visibility } from "@/services/leaderboard/leaderboard.schema";
import type { DB } from "@/types/database";

/** A member as their card shows them. XP are exact sums, which may be below zero. */
export type MemberRow = StoredStreak & {
  userId: string;
  xp: number;
  totalMessages: number;
  totalPosts: number;
  totalReactions: number;
  visibility: Visibility;
  /** Neither hidden nor, as the community wants it, away. */
  onBoard: boolean;
  createdAt: Date;
  /** The first day of which anything is counted, YYYY-MM-DD in the community's time zone; null for none. */
  firstDay: string | null;
  /** Null before the first activity. */
  lastActivityAt: Date | null;
  name: string | null;
  username: string | null;
  pictureUrl: string | null;
  /** When Whop was last asked for name and picture. */
  fetchedAt: Date | null;
  weekXp: number;
  /** Of the days since `since`, adjustments apart. */
  recentXp: number;
};

/** @param weekStartsOn and `since`: days (YYYY-MM-DD) in the community's time zone. */
export async function findMember(
  trx: Transaction<DB>,
  communityId: string,
  userId: string,
  { weekStartsOn, since }: { weekStartsOn: string; since: string },
): Promise<MemberRow | undefined> {
  const { rows } = await sql<MemberRow>`
    select u.user_id as "userId", u.xp, u.total_messages as "totalMessages", u.total_posts as "totalPosts",
      u.total_reactions as "totalReactions", u.visibility, u.on_board as "onBoard", u.created_at as "createdAt",
      (select min(d.day) from daily_rollups d where d.community_id = u.community_id and d.user_id = u.user_id) as "firstDay",
      u.last_activity_at as "lastActivityAt", p.name, p.username,
      p.picture_url as "pictureUrl", p.fetched_at as "fetchedAt", u.streak_days as "streakDays", u.streak_day as "streakDay", u.streak_longest as "streakLongest",
      u.streak_freezes as "streakFreezes",
      coalesce((select r.xp from period_rollups r where r.community_id = u.community_id and r.period = 'week'
        and r.starts_on = ${weekStartsOn} and r.user_id = u.user_id), 0) as "weekXp",
      coalesce((select sum(d.xp) from daily_rollups d where d.community_id = u.community_id and d.user_id = u.user_id
        and d.day >= ${since}::date and d.action <> 'adjustment'), 0)::bigint as "recentXp"
    from users u left join profiles p on p.community_id = u.community_id and p.user_id = u.user_id
    where u.community_id = ${communityId} and u.user_id = ${userId}`.execute(trx);
  return rows[0];
}

export type NamedMember = Pick<MemberRow, "userId" | "name" | "username">;

/** Of these members those of whom a name is stored. */
export async function listStoredNames(
  trx: Transaction<DB>,
  communityId: string,
  userIds: readonly string[],
): Promise<NamedMember[]> {
  const { rows } = await sql<NamedMember>`
    select user_id as "userId", name, username from profiles
    where community_id = ${communityId} and user_id = any (${userIds}::text[])`.execute(trx);
  return rows;
}

/** The database's clock at the transaction's beginning: a date, and whole microseconds of the epoch. */
export async function findMoment(trx: Transaction<DB>): Promise<{ at: Date; microseconds: number }> {
  const { rows } = await sql<{ at: Date; microseconds: number }>`
    select now() as at, (extract(epoch from now()) * 1000000)::bigint as microseconds`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error("The database gave no time.");
  return row;
}

export type RankThen = { userId: string; rank: number };

/**
 * Where each member would have stood when the week began, among those who are on the boards now: by XP less those of the week.
 * @returns null for a community with more than `most` members.
 */
export async function listRanksThen(
  trx: Transaction<DB>,
  communityId: string,
  weekStartsOn: string,
  most: number,
): Promise<RankThen[] | null> {
  const { rows } = await sql<RankThen & { members: number }>`
    with members as (
      select user_id, xp from users where community_id = ${communityId} and on_board limit ${most + 1}
    ), before as (
      -- One look-up each by the whole key: joined, a planner that takes the table to be small reads all of it for each member.
      select m.user_id, m.xp - coalesce((select w.xp from period_rollups w where w.community_id = ${communityId}
        and w.period = 'week' and w.starts_on = ${weekStartsOn} and w.user_id = m.user_id), 0) as xp
      from members m
    )
    select t.user_id as "userId", rank() over (order by t.xp desc) as rank, (select count(*) from members) as members
    from before t where t.xp > 0`.execute(trx);
  return (rows[0]?.members ?? 0) > most ? null : rows.map(({ userId, rank }) => ({ userId, rank }));
}
