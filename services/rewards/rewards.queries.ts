import { sql, type Transaction } from "kysely";
import type { GrantedReward, Rung } from "@/services/rewards/ladder";
import type { DB } from "@/types/database";

/** Where the member has no reward of the rule, or lost it with its level before anything was sent, `state` is null. */
export type RungRow = Pick<Rung, "ruleId" | "level" | "type" | "value" | "waitsFor" | "code"> & {
  state: GrantedReward["state"] | null;
  changedAt: Date | null;
  isTriedAgain: boolean | null;
};

/** Of `rewards w`. A code that is not delivered may not exist yet. */
const STANDING = sql`w.waits_for as "waitsFor", coalesce(w.delivered_at, w.updated_at) as "changedAt",
  w.failures > 0 and w.state in ('confirmed', 'sending') as "isTriedAgain", case when w.state = 'delivered' then w.code end as code`;

/**
 * Rewards of the member, as they were when earned, and what the rules that are on still offer. A rule that came when its level
 * had been reached offers nothing; one that is off does not revive what was lost with the level.
 */
export async function listRungs(trx: Transaction<DB>, communityId: string, userId: string): Promise<RungRow[]> {
  const { rows } = await sql<RungRow>`
    select r.rule_id as "ruleId", coalesce(w.level, r.level) as level, coalesce(w.type, r.type) as type,
      coalesce(w.value, r.value) as value, case when w.cancelled_because is distinct from 'level_lost' then w.state end as state,
      ${STANDING}
    from reward_rules r
    left join rewards w on w.community_id = r.community_id and w.rule_id = r.rule_id and w.user_id = ${userId}
    left join users u on u.community_id = r.community_id and u.user_id = ${userId}
    where r.community_id = ${communityId} and case when w.rule_id is null then r.active and r.level > coalesce(u.level, 1)
      else r.active or w.cancelled_because is distinct from 'level_lost' end
    order by 2, 1`.execute(trx);
  return rows;
}

export type GrantedRow = Omit<GrantedReward, "changedAt"> & { changedAt: Date };

/** What the member was given by hand and has not been taken back, newest first. */
export async function listGranted(
  trx: Transaction<DB>,
  communityId: string,
  userId: string,
  limit: number,
): Promise<GrantedRow[]> {
  const { rows } = await sql<GrantedRow>`
    select w.reward_id as "rewardId", w.type, w.value, w.note, w.state, ${STANDING}
    from rewards w
    where w.community_id = ${communityId} and w.user_id = ${userId} and w.rule_id is null and w.state <> 'cancelled'
    order by w.due_at desc, w.reward_id limit ${limit}`.execute(trx);
  return rows;
}

/** When the creator confirmed what levels pay; null before, and for an unknown community. */
export async function findConfirmation(trx: Transaction<DB>, communityId: string): Promise<Date | null> {
  const row = await trx
    .selectFrom("communities")
    .select("rewards_confirmed_at")
    .where("community_id", "=", communityId)
    .executeTakeFirst();
  return row?.rewards_confirmed_at ?? null;
}

/** Rewards that wait to be sent, by rule. */
export async function countDue(trx: Transaction<DB>, communityId: string) {
  const { rows } = await sql<{ ruleId: string; members: number }>`
    select rule_id as "ruleId", count(*)::integer as members from rewards
    where community_id = ${communityId} and state = 'due' group by rule_id`.execute(trx);
  return rows;
}
