import { sql, type Transaction } from "kysely";
import type { RewardType, Rung, RungState } from "@/services/rewards/ladder";
import type { DB } from "@/types/database";

export type RungRow = {
  ruleId: string;
  level: number;
  type: RewardType;
  value: Rung["value"];
  /** Null where the member has no reward of the rule. */
  state: Exclude<RungState, "locked"> | null;
  changedAt: Date | null;
};

/**
 * Rewards of the member, as they were when earned, and what the rules that are on still offer. A rule that came when its level
 * had been reached offers nothing; one that is off does not revive what was cancelled.
 */
export async function listRungs(trx: Transaction<DB>, communityId: string, userId: string): Promise<RungRow[]> {
  const { rows } = await sql<RungRow>`
    select r.rule_id as "ruleId", coalesce(w.level, r.level) as level, coalesce(w.type, r.type) as type,
      coalesce(w.value, r.value) as value, w.state, w.updated_at as "changedAt"
    from reward_rules r
    left join rewards w on w.community_id = r.community_id and w.rule_id = r.rule_id and w.user_id = ${userId}
    left join users u on u.community_id = r.community_id and u.user_id = ${userId}
    where r.community_id = ${communityId} and case when w.rule_id is null then r.active and r.level > coalesce(u.level, 1)
      else r.active or w.state <> 'cancelled' end
    order by 2, 1`.execute(trx);
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
