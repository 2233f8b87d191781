import { type Expression, sql, type Transaction } from "kysely";
import type { DB } from "@/types/database";

type Trx = Transaction<DB>;

/** What gives XP without being anything that the member did. */
const NO_ACTIVITIES = ["adjustment", "streak_bonus", "reaction_received"];
const isActivity = (action: Expression<string>) => sql<boolean>`${action} <> all (${NO_ACTIVITIES}::text[])`;

/** First days of the period and of the one before it, and the day after the last. YYYY-MM-DD. */
export type Span = { beforeFrom: string; from: string; to: string; timeZone: string };

/** Midnight of a day where the community is. */
const midnight = (day: string, timeZone: string) => sql`(${day}::date::timestamp at time zone ${timeZone})`;

/** Members of each level, with how many of them were first seen in the period and in the one before. */
export async function listLevels(trx: Trx, communityId: string, { beforeFrom, from, to, timeZone }: Span) {
  const { rows } = await sql<{
    level: number;
    members: number;
    joined: number;
    joinedBefore: number;
    newestAt: Date | null;
  }>`
    select u.level, count(*)::integer as members,
      count(*) filter (where u.created_at >= ${midnight(from, timeZone)}
        and u.created_at < ${midnight(to, timeZone)})::integer as joined,
      count(*) filter (where u.created_at >= ${midnight(beforeFrom, timeZone)}
        and u.created_at < ${midnight(from, timeZone)})::integer as "joinedBefore",
      max(u.last_activity_at) as "newestAt"
    from users u
    where u.community_id = ${communityId}
    group by u.level order by u.level`.execute(trx);
  return rows;
}

/** Both periods by day and action. */
export async function listDays(trx: Trx, communityId: string, { beforeFrom, to }: Span) {
  const { rows } = await sql<{ day: string; action: string; activities: number; paid: number; xp: number }>`
    select to_char(r.day, 'YYYY-MM-DD') as day, r.action, sum(r.activities)::double precision as activities,
      sum(r.paid)::double precision as paid, sum(r.xp)::double precision as xp
    from daily_rollups r
    where r.community_id = ${communityId} and r.day >= ${beforeFrom}::date and r.day < ${to}::date
    group by r.day, r.action`.execute(trx);
  return rows.map((row) => ({ ...row, isActivity: !NO_ACTIVITIES.includes(row.action) }));
}

/** Asks for each member who was not silent all along, so that it needs neither a sort nor a large hash of all their days. */
export async function countActive(trx: Trx, communityId: string, { beforeFrom, from, to, timeZone }: Span) {
  const didSomething = (start: string, end: string) => sql`exists (
    select from daily_rollups r
    where r.community_id = u.community_id and r.user_id = u.user_id and r.day >= ${start}::date and r.day < ${end}::date
      and ${isActivity(sql.ref("r.action"))} and r.activities > 0)`;
  const { rows } = await sql<{ now: number; before: number }>`
    select count(*) filter (where u.last_activity_at >= ${midnight(from, timeZone)} and ${didSomething(from, to)})::integer as now,
      count(*) filter (where ${didSomething(beforeFrom, from)})::integer as before
    from users u
    where u.community_id = ${communityId} and u.last_activity_at >= ${midnight(beforeFrom, timeZone)}`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error("The database counted nothing.");
  return row;
}

/**
 * Why activities of the period did not pay, as they stand now, for at most `members` of the members who did something: a hash of
 * their ids picks them, the same ones each time.
 */
export async function listUnpaid(trx: Trx, communityId: string, { from, to, timeZone }: Span, members: number) {
  // Grouped for each member, so that nothing but a look-up of that member can come of it, whatever the planner believes.
  const { rows } = await sql<{ outcome: string; activities: number }>`
    select own.outcome, sum(own.activities)::double precision as activities
    from (
      select u.user_id from users u
      where u.community_id = ${communityId} and u.last_activity_at >= ${midnight(from, timeZone)}
      order by hashtext(u.user_id), u.user_id limit ${members}
    ) picked
    cross join lateral (
      select a.outcome, count(*) as activities from activities a
      where a.community_id = ${communityId} and a.user_id = picked.user_id
        and a.occurred_at >= ${midnight(from, timeZone)} and a.occurred_at < ${midnight(to, timeZone)}
        and a.outcome not in ('awarded', 'reversed', 'bad_time') and ${isActivity(sql.ref("a.action"))}
      group by a.outcome
    ) own
    group by own.outcome order by activities desc, own.outcome`.execute(trx);
  return rows;
}
