import { type RawBuilder, sql, type Transaction } from "kysely";
import type { Board, PeriodBoard } from "@/services/leaderboard/board";
import type { Place } from "@/services/leaderboard/cursor";
import type { StoredStreak } from "@/services/leaderboard/find-streaks";
import type { Visibility } from "@/services/leaderboard/leaderboard.schema";
import { xpBucket } from "@/services/xp/xp-bucket";
import type { DB } from "@/types/database";

type Trx = Transaction<DB>;

/** A member as a board shows them: `xp` are the board's, level and counters those of all time. */
export type Standing = StoredStreak & {
  userId: string;
  xp: number;
  reachedAtUs: number;
  level: number;
  totalMessages: number;
  totalPosts: number;
  totalReactions: number;
  visibility: Visibility;
  /** Neither hidden nor, as the community wants it, away. */
  onBoard: boolean;
  username: string | null;
  name: string | null;
  pictureUrl: string | null;
  /** When Whop was last asked for name and picture. */
  fetchedAt: Date | null;
};

/** Members with XP who stand on the boards: with `xp_bucket`, by which the index goes, in a form the planner sees through. */
function membersOn(communityId: string, board: Board): RawBuilder<unknown> {
  if (board.filter === "all-time")
    return sql`select *, coalesce(xp_reached_at, 'epoch') as reached_at from users
      where community_id = ${communityId} and xp_bucket >= 0 and on_board`;
  // One look-up each, for as many rows as are wanted: of those who have left there may be more than of those who have not.
  return sql`select *, coalesce(xp_reached_at, 'epoch') as reached_at from period_rollups r
    where community_id = ${communityId} and period = ${board.filter} and starts_on = ${board.startsOn} and xp_bucket >= 0
      and (select on_board from users where community_id = ${communityId} and user_id = r.user_id)`;
}

/** @param users under which name the columns of the table are there; `p` is `profiles`. */
function standing(users: "b" | "u"): RawBuilder<unknown> {
  const u = sql.raw(users);
  return sql`${u}.level, ${u}.total_messages as "totalMessages", ${u}.total_posts as "totalPosts",
    ${u}.total_reactions as "totalReactions", ${u}.visibility, ${u}.on_board as "onBoard", p.username, p.name, p.picture_url as "pictureUrl",
    p.fetched_at as "fetchedAt", ${u}.streak_days as "streakDays", ${u}.streak_day as "streakDay",
    ${u}.streak_longest as "streakLongest", ${u}.streak_freezes as "streakFreezes"`;
}

const MICROSECONDS = sql`(extract(epoch from b.reached_at) * 1000000)::bigint`;

/**
 * The rows of a board in its order: more XP, reached earlier, lower user id (in bytes).
 * @param from the rows after a place, or (`backwards`) the ones before it, nearest first; without it the first rows.
 */
export async function listStandings(
  trx: Trx,
  communityId: string,
  board: Board,
  { from, backwards = false, limit }: { from?: Place; backwards?: boolean; limit: number },
): Promise<Standing[]> {
  const beyond = from ? (backwards ? before(from) : after(from)) : sql`true`;
  const order = backwards
    ? sql`b.xp_bucket, b.xp, b.reached_at desc, b.user_id collate "C" desc`
    : sql`b.xp_bucket desc, b.xp desc, b.reached_at, b.user_id collate "C"`;
  const rowsOf = sql`(select * from (${membersOn(communityId, board)}) b where ${beyond} order by ${order} limit ${limit}) b`;
  // The rows of all time are those of `users` already.
  const [columns, members] =
    board.filter === "all-time"
      ? [standing("b"), rowsOf]
      : [standing("u"), sql`${rowsOf} join users u on u.community_id = ${communityId} and u.user_id = b.user_id`];
  const { rows } = await sql<Standing>`
    select b.user_id as "userId", b.xp, ${MICROSECONDS} as "reachedAtUs", ${columns}
    from ${members} left join profiles p on p.community_id = ${communityId} and p.user_id = b.user_id
    order by ${order}`.execute(trx);
  return rows;
}

const momentOf = ({ reachedAtUs }: Place) =>
  sql`'epoch'::timestamptz + ${reachedAtUs}::double precision * interval '1 microsecond'`;

const after = (place: Place) => sql`b.xp_bucket <= ${xpBucket(place.xp)} and (b.xp < ${place.xp} or b.xp = ${place.xp}
  and (b.reached_at, b.user_id collate "C") > (${momentOf(place)}, ${place.userId}::text collate "C"))`;

const before = (place: Place) => sql`b.xp_bucket >= ${xpBucket(place.xp)} and (b.xp > ${place.xp} or b.xp = ${place.xp}
  and (b.reached_at, b.user_id collate "C") < (${momentOf(place)}, ${place.userId}::text collate "C"))`;

/** One member, on the board or not. */
export async function findStanding(
  trx: Trx,
  communityId: string,
  board: Board,
  userId: string,
): Promise<Standing | undefined> {
  const scores =
    board.filter === "all-time"
      ? sql`select u.xp, coalesce(u.xp_reached_at, 'epoch') as reached_at`
      : sql`select coalesce(max(r.xp), 0) as xp, coalesce(max(r.xp_reached_at), 'epoch') as reached_at from period_rollups r
          where r.community_id = ${communityId} and r.period = ${board.filter} and r.starts_on = ${board.startsOn} and r.user_id = ${userId}`;
  const { rows } = await sql<Standing>`
    select u.user_id as "userId", b.xp, ${MICROSECONDS} as "reachedAtUs", ${standing("u")}
    from users u cross join lateral (${scores}) b
    left join profiles p on p.community_id = u.community_id and p.user_id = u.user_id
    where u.community_id = ${communityId} and u.user_id = ${userId}`.execute(trx);
  return rows[0];
}

/** How many members of a board have more XP than each of these. */
export async function countAbove(
  trx: Trx,
  communityId: string,
  board: Board,
  xps: readonly number[],
): Promise<number[]> {
  const counts = sql.join(xps.map((xp) => countAboveOne(communityId, board, xp)));
  const query =
    board.filter === "all-time"
      ? sql<{ above: number[] }>`select array[${counts}]::bigint[] as above`
      : sql<{ above: number[] }>`with off as materialized (
            select r.xp from users u join period_rollups r on ${rowsOf(communityId, board)} and r.user_id = u.user_id
            where u.community_id = ${communityId} and not u.on_board
          ) select array[${counts}]::bigint[] as above`;
  const { rows } = await query.execute(trx);
  return rows[0]?.above ?? [];
}

const rowsOf = (communityId: string, { filter, startsOn }: PeriodBoard) =>
  sql`r.community_id = ${communityId} and r.period = ${filter} and r.starts_on = ${startsOn} and r.xp_bucket >= 0`;

function countAboveOne(communityId: string, board: Board, xp: number): RawBuilder<unknown> {
  const bucket = xpBucket(xp);
  if (board.filter === "all-time") {
    const members = membersOn(communityId, board);
    return sql`(select count(*) from (${members}) b where b.xp_bucket > ${bucket})
      + (select count(*) from (${members}) b where b.xp_bucket = ${bucket} and b.xp > ${xp})`;
  }
  // All of them by the index alone, less those who stand on none: the index of a period does not know who does.
  const ofPeriod = rowsOf(communityId, board);
  return sql`(select count(*) from period_rollups r where ${ofPeriod} and r.xp_bucket > ${bucket})
    + (select count(*) from period_rollups r where ${ofPeriod} and r.xp_bucket = ${bucket} and r.xp > ${xp})
    - (select count(*) from off where off.xp > ${xp})`;
}

/** How many stand on a board. */
export async function countOn(trx: Trx, communityId: string, board: Board): Promise<number> {
  const [members] = await countAbove(trx, communityId, board, [0]);
  return members ?? 0;
}

export type Score = { userId: string; xp: number };

/** The members of a board with their XP, in the order of their user ids, after one of them. */
export async function listScores(
  trx: Trx,
  communityId: string,
  board: Board,
  afterUserId: string,
  limit: number,
): Promise<Score[]> {
  const { rows } = await sql<Score>`
    select b.user_id as "userId", b.xp from (${membersOn(communityId, board)}) b
    where b.user_id > ${afterUserId} order by b.user_id limit ${limit}`.execute(trx);
  return rows;
}

/** Whoever may have moved on a board since a moment of the database's clock, with their XP there now; 0 stands for "not on it". */
export async function listMoved(trx: Trx, communityId: string, board: Board, since: Date): Promise<Score[]> {
  const xp =
    board.filter === "all-time"
      ? sql`u.xp`
      : sql`coalesce((select r.xp from period_rollups r where r.community_id = ${communityId} and r.period = ${board.filter}
          and r.starts_on = ${board.startsOn} and r.user_id = u.user_id), 0)`;
  const { rows } = await sql<Score>`
    with moved as (
      select user_id from activity_log where community_id = ${communityId} and recorded_at > ${since}
      union select user_id from corrections where community_id = ${communityId} and recorded_at > ${since}
      union select user_id from users where community_id = ${communityId} and board_changed_at > ${since}
    )
    select u.user_id as "userId", case when u.on_board then ${xp} else 0 end as xp
    from moved m join users u on u.community_id = ${communityId} and u.user_id = m.user_id`.execute(trx);
  return rows;
}

/** The time of the database's clock at which the transaction began. */
export async function findTransactionTime(trx: Trx): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select now()`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error("The database gave no time.");
  return row.now;
}

/** Makes the member's row when the choice is the first that is known of them. */
export async function upsertVisibility(trx: Trx, communityId: string, userId: string, visibility: Visibility) {
  await sql`
    insert into users as u (community_id, user_id, visibility, visibility_changed_at)
    values (${communityId}, ${userId}, ${visibility}, now())
    on conflict (community_id, user_id) do update
      set visibility = excluded.visibility, visibility_changed_at = now(), updated_at = now()
      where u.visibility <> excluded.visibility`.execute(trx);
}

export type Profile = { username: string; name: string; pictureUrl: string | null };

/** @param profile null when Whop knows of no such user: what was known before is kept. */
export async function upsertProfile(
  trx: Trx,
  communityId: string,
  userId: string,
  profile: Profile | null,
  fetchedAt: Date,
) {
  const known = sql`username = excluded.username, name = excluded.name, picture_url = excluded.picture_url,`;
  await sql`
    insert into profiles (community_id, user_id, username, name, picture_url, fetched_at)
    select u.community_id, u.user_id, ${profile?.username ?? null}::text, ${profile?.name ?? null}::text,
      ${profile?.pictureUrl ?? null}::text, ${fetchedAt}::timestamptz
    from users u where u.community_id = ${communityId} and u.user_id = ${userId}
      -- Of who has done nothing here, or has just been erased, no name is kept.
      and (u.last_activity_at is not null or u.xp_bucket >= 0)
    on conflict (community_id, user_id) do update
      set ${profile ? known : sql``} fetched_at = excluded.fetched_at`.execute(trx);
}
