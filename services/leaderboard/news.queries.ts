import { sql, type Transaction } from "kysely";
import type { StoredStreak } from "@/services/leaderboard/find-streaks";
import type { Visibility } from "@/services/leaderboard/leaderboard.schema";
import type { DB } from "@/types/database";

/** How a member stands now, on all boards. XP are exact sums, which may be below zero. */
export type CurrentStanding = StoredStreak & {
  userId: string;
  visibility: Visibility;
  /** Neither hidden nor, as the community wants it, away. */
  onBoard: boolean;
  xp: number;
  level: number;
  weekXp: number;
  monthXp: number;
  name: string | null;
  username: string | null;
  pictureUrl: string | null;
  /** Microseconds of the database's clock just before it looked. */
  version: number;
};

/** @param starts first days of the current week and month (YYYY-MM-DD). Whoever is not known is left out. */
export async function listCurrentStandings(
  trx: Transaction<DB>,
  communityId: string,
  userIds: readonly string[],
  starts: { week: string; month: string },
): Promise<CurrentStanding[]> {
  // The time of the statement, not of the transaction: an award that comes between the two would seem to be in it.
  const { rows } = await sql<CurrentStanding>`
    select u.user_id as "userId", u.visibility, u.on_board as "onBoard", u.xp, u.level, coalesce(w.xp, 0) as "weekXp", coalesce(m.xp, 0) as "monthXp",
      p.name, p.username, p.picture_url as "pictureUrl", u.streak_days as "streakDays", u.streak_day as "streakDay",
      u.streak_longest as "streakLongest", u.streak_freezes as "streakFreezes",
      (extract(epoch from statement_timestamp()) * 1000000)::bigint as version
    from users u
    left join period_rollups w on w.community_id = ${communityId} and w.period = 'week' and w.starts_on = ${starts.week}
      and w.user_id = u.user_id
    left join period_rollups m on m.community_id = ${communityId} and m.period = 'month' and m.starts_on = ${starts.month}
      and m.user_id = u.user_id
    left join profiles p on p.community_id = ${communityId} and p.user_id = u.user_id
    where u.community_id = ${communityId} and u.user_id = any (${[...userIds]}::text[])`.execute(trx);
  return rows;
}

/** Undefined for somebody of whom nothing is known yet. */
export async function findVisibility(
  trx: Transaction<DB>,
  communityId: string,
  userId: string,
): Promise<Visibility | undefined> {
  const { rows } = await sql<{ visibility: Visibility }>`
    select visibility from users where community_id = ${communityId} and user_id = ${userId}`.execute(trx);
  return rows[0]?.visibility;
}
