import { type RawBuilder, sql, type Transaction } from "kysely";
import type {
  DifferenceKind,
  Problem,
  QueueEntry,
  QueueGroup,
  QueueMember,
  RewardAction,
} from "@/services/rewards/queue";
import type { DB } from "@/types/database";

/** Written out, and not as parameters, so that the index over open rewards can serve. */
const STATES: Record<QueueGroup, RawBuilder<unknown>> = {
  attention: sql`('needs_attention')`,
  on_its_way: sql`('due', 'confirmed', 'sending', 'waiting')`,
  delivered: sql`('delivered')`,
  cancelled: sql`('cancelled')`,
};

/** After whom a page begins: when it last changed, in microseconds of the epoch, and its id. */
export type QueuePlace = { changedAtUs: number; rewardId: string };

type Kept =
  | "rewardId"
  | "level"
  | "streakDays"
  | "type"
  | "value"
  | "note"
  | "state"
  | "waitsFor"
  | "lastError"
  | "calls"
  | "deliveredHow";

export type QueueRow = Pick<QueueEntry, Kept | "cancelledBecause"> &
  QueueMember & {
    problem: Problem | null;
    codeEnd: string | null;
    grantedBy: string | null;
    grantedByName: string | null;
    nextAttemptAt: Date | null;
    deliveredAt: Date | null;
    levelLostAt: Date | null;
    dueAt: Date;
    changedAt: Date;
    changedAtUs: number;
    actions: RewardAction[];
  };

/** Newest change first. */
export async function listQueue(
  trx: Transaction<DB>,
  communityId: string,
  { group, after, limit }: { group?: QueueGroup; after?: QueuePlace; limit: number },
): Promise<QueueRow[]> {
  const { rows } = await sql<QueueRow>`
    select r.reward_id as "rewardId", r.user_id as "userId", p.name, p.username, p.picture_url as "pictureUrl",
      r.level, r.streak_days as "streakDays", r.type, r.value, r.note, r.state, r.waits_for as "waitsFor", r.problem, r.last_error as "lastError", r.calls,
      case when r.state in ('confirmed', 'sending', 'waiting') then r.next_attempt_at end as "nextAttemptAt",
      r.delivered_at as "deliveredAt", r.delivered_how as "deliveredHow", right(r.code, 4) as "codeEnd",
      r.granted_by as "grantedBy", g.name as "grantedByName", r.cancelled_because as "cancelledBecause",
      r.level_lost_at as "levelLostAt", r.due_at as "dueAt", r.updated_at as "changedAt",
      (extract(epoch from r.updated_at) * 1000000)::bigint as "changedAtUs", reward_actions(r) as actions
    from rewards r
    left join profiles p on p.community_id = r.community_id and p.user_id = r.user_id
    left join profiles g on g.community_id = r.community_id and g.user_id = r.granted_by
    where r.community_id = ${communityId}
      ${group === undefined ? sql`` : sql`and r.state in ${STATES[group]}`}
      ${after === undefined ? sql`` : sql`and (r.updated_at, r.reward_id) < ${place(after)}`}
    order by r.updated_at desc, r.reward_id desc limit ${limit}`.execute(trx);
  return rows;
}

const place = ({ changedAtUs, rewardId }: QueuePlace) =>
  sql`(timestamptz 'epoch' + ${changedAtUs}::bigint * interval '1 microsecond', ${rewardId}::uuid)`;

/** How many rewards there are in each state; states without any are left out. */
export async function countStates(trx: Transaction<DB>, communityId: string) {
  const { rows } = await sql<{ state: QueueEntry["state"]; rewards: number }>`
    select state, count(*)::integer as rewards from rewards where community_id = ${communityId} group by state`.execute(
    trx,
  );
  return rows;
}

/** Undefined for an unknown community. */
export async function findBudget(trx: Transaction<DB>, communityId: string) {
  const { rows } = await sql<{
    freeDaysPerMonth: number | null;
    month: string;
    usedThisMonth: number;
    waiting: number;
  }>`
    select c.free_days_per_month as "freeDaysPerMonth", m.month::text as month,
      (select coalesce(sum((r.value ->> 'days')::integer), 0)::integer from rewards r
        where r.community_id = c.community_id and r.budget_month = m.month) as "usedThisMonth",
      (select count(*)::integer from rewards r where r.community_id = c.community_id and r.state = 'confirmed'
        and r.waits_for = 'budget') as waiting
    from communities c cross join lateral budget_month_now(c.community_id) as m (month)
    where c.community_id = ${communityId}`.execute(trx);
  return rows[0];
}

export type DifferenceRow = {
  kind: DifferenceKind;
  severity: "warning" | "info";
  rewardId: string | null;
  whopId: string | null;
  codeEnd: string | null;
  expectedUntil: Date | null;
  foundUntil: Date | null;
  firstSeenAt: Date;
  userId: string | null;
} & Omit<QueueMember, "userId">;

/** Warnings first, newest first within. */
export async function listDifferences(
  trx: Transaction<DB>,
  communityId: string,
  limit: number,
): Promise<DifferenceRow[]> {
  const { rows } = await sql<DifferenceRow>`
    select d.kind, d.severity, d.reward_id as "rewardId", d.whop_id as "whopId", d.code_end as "codeEnd",
      d.expected_until as "expectedUntil", d.found_until as "foundUntil", d.first_seen_at as "firstSeenAt",
      r.user_id as "userId", p.name, p.username, p.picture_url as "pictureUrl"
    from reward_differences d
    left join rewards r on r.community_id = d.community_id and r.reward_id = d.reward_id
    left join profiles p on p.community_id = r.community_id and p.user_id = r.user_id
    where d.community_id = ${communityId}
    order by d.severity desc, d.first_seen_at desc, d.kind, d.subject limit ${limit}`.execute(trx);
  return rows;
}

/** When what was delivered was last compared with Whop, and when it could not be since. */
export async function findComparison(trx: Transaction<DB>, communityId: string) {
  const { rows } = await sql<{ checkedAt: Date | null; failedAt: Date | null }>`
    select rewards_compared_at as "checkedAt", rewards_unread_at as "failedAt" from communities
    where community_id = ${communityId}`.execute(trx);
  return rows[0];
}
