import { sql, type Transaction } from "kysely";
import type { Receipt } from "@/services/xp/receipt";
import type { DB } from "@/types/database";

type Trx = Transaction<DB>;

/** An activity's place in a member's history. */
export type HistoryPlace = {
  /** Of the database, in whole microseconds: ISO 8601 with six decimals. */
  occurredAt: string;
  activityId: string;
};

export type HistoryRow = HistoryPlace & {
  action: string;
  experienceId: string | null;
  experienceName: string | null;
  /** Adjustments only. */
  amount: number | null;
  outcome: Receipt["outcome"];
  baseXp: number;
  xp: number;
  xpBefore: number | null;
  /** Of the settings that priced it last. */
  version: number;
};

const MICROSECOND_FORMAT = sql.lit('YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

/** A log row `l` under its newest correction `c`. */
const STANDING = sql`activity_log l left join lateral (
    select * from corrections c where c.community_id = l.community_id and c.user_id = l.user_id and c.occurred_at = l.occurred_at
      and c.activity_id = l.activity_id order by c.sequence desc limit 1) c on true`;

/** A member's activities as they stand now, newest first, from the first one before a place on. */
export async function listHistoryRows(
  trx: Trx,
  communityId: string,
  userId: string,
  { before, limit }: { before?: HistoryPlace; limit: number },
): Promise<HistoryRow[]> {
  const beyond = before ? sql`(l.occurred_at, l.activity_id) < ${placeOf(before)}` : sql`true`;
  const { rows } = await sql<HistoryRow>`
    select to_char(l.occurred_at at time zone 'UTC', ${MICROSECOND_FORMAT}) as "occurredAt", l.activity_id as "activityId",
      l.action, l.experience_id as "experienceId", nullif(e.name, '') as "experienceName", l.amount, coalesce(c.outcome, l.outcome) as outcome,
      coalesce(c.base_xp, l.base_xp) as "baseXp", coalesce(c.xp, l.xp) as xp, c.xp - c.xp_difference as "xpBefore",
      coalesce(c.settings_version, l.settings_version) as version
    from ${STANDING}
    left join experiences e on e.community_id = l.community_id and e.experience_id = l.experience_id
    where l.community_id = ${communityId} and l.user_id = ${userId} and ${beyond}
    order by l.occurred_at desc, l.activity_id desc limit ${limit}`.execute(trx);
  return rows;
}

/**
 * For each action the last time before a place, and not before `since`, that it paid.
 * @param since bounds how far is looked: the longest cooldown in question.
 */
export async function listLastPaid(
  trx: Trx,
  communityId: string,
  userId: string,
  actions: readonly string[],
  { before, since }: { before: HistoryPlace; since: Date },
): Promise<{ action: string; paidAt: Date }[]> {
  const { rows } = await sql<{ action: string; paidAt: Date }>`
    select a.action, coalesce(
      (select l.occurred_at from ${STANDING}
        where l.community_id = ${communityId} and l.user_id = ${userId} and l.occurred_at >= ${since}
          and (l.occurred_at, l.activity_id) < ${placeOf(before)} and l.action = a.action and l.amount is null
          and coalesce(c.outcome, l.outcome) = 'awarded'
        order by l.occurred_at desc, l.activity_id desc limit 1),
      (select (o.last_paid ->> a.action)::timestamptz from openings o
        where o.community_id = ${communityId} and o.user_id = ${userId})) as "paidAt"
    from unnest(${actions}::text[]) a (action)`.execute(trx);
  return rows.filter(({ paidAt }) => paidAt !== null);
}

/** XP of days, by action. */
export async function listDayXp(trx: Trx, communityId: string, userId: string, days: readonly string[]) {
  const { rows } = await sql<{ day: string; action: string; xp: number }>`
    select day, action, xp from daily_rollups
    where community_id = ${communityId} and user_id = ${userId} and day = any (${days}::date[])`.execute(trx);
  return rows;
}

/** All XP of the days after one. */
export async function sumDaysAfter(trx: Trx, communityId: string, userId: string, day: string): Promise<number> {
  const { rows } = await sql<{ xp: number }>`
    select coalesce(sum(xp), 0)::bigint as xp from daily_rollups
    where community_id = ${communityId} and user_id = ${userId} and day > ${day}::date`.execute(trx);
  return rows[0]?.xp ?? 0;
}

/** Time and XP of the activities that stand at a place or after it and before a moment, those without XP apart. */
export async function listPaidSince(
  trx: Trx,
  communityId: string,
  userId: string,
  { from, until }: { from: HistoryPlace; until: Date },
): Promise<{ occurredAt: Date; xp: number }[]> {
  const { rows } = await sql<{ occurredAt: Date; xp: number }>`
    select l.occurred_at as "occurredAt", coalesce(c.xp, l.xp) as xp from ${STANDING}
    where l.community_id = ${communityId} and l.user_id = ${userId} and (l.occurred_at, l.activity_id) >= ${placeOf(from)}
      and l.occurred_at < ${until} and coalesce(c.xp, l.xp) <> 0`.execute(trx);
  return rows;
}

/** A member's exact sum and when anything of it was last written, in microseconds of the database's clock. */
export async function findSum(trx: Trx, communityId: string, userId: string) {
  const { rows } = await sql<{ xp: number; writtenAtUs: number }>`
    select xp, (extract(epoch from updated_at) * 1000000)::bigint as "writtenAtUs" from users
    where community_id = ${communityId} and user_id = ${userId}`.execute(trx);
  return rows[0];
}

const placeOf = ({ occurredAt, activityId }: HistoryPlace) =>
  sql`(${occurredAt}::timestamptz, ${activityId}::text collate "C")`;
