import { sql, type Transaction } from "kysely";
import type { GrantedReward, Rung, StreakRung } from "@/services/rewards/ladder";
import type { DB } from "@/types/database";

/** Where the member has no reward of the rule, or lost what earned it before anything was sent, `state` is null. */
export type StandingRow = Pick<Rung, "waitsFor" | "code"> & {
  state: GrantedReward["state"] | null;
  changedAt: Date | null;
  isTriedAgain: boolean | null;
};

export type RungRow = StandingRow & Pick<Rung, "ruleId" | "level" | "type" | "value">;
export type StreakRungRow = StandingRow & Pick<StreakRung, "ruleId" | "days" | "type" | "value">;

/** Of `rewards w`. A code that is not delivered may not exist yet. */
const STANDING = sql`w.waits_for as "waitsFor", coalesce(w.delivered_at, w.updated_at) as "changedAt",
  w.failures > 0 and w.state in ('confirmed', 'sending') as "isTriedAgain", case when w.state = 'delivered' then w.code end as code`;

/** Of `reward_rules r` and the reward of it, if any. */
const REWARD = sql`r.rule_id as "ruleId", coalesce(w.type, r.type) as type, coalesce(w.value, r.value) as value`;

/**
 * Rewards of the member for levels, as they were when earned, and what the rules that are on still offer. A rule that came when
 * its level had been reached offers nothing; one that is off does not revive what was lost with the level.
 */
export async function listRungs(trx: Transaction<DB>, communityId: string, userId: string): Promise<RungRow[]> {
  const { rows } = await sql<RungRow>`
    select ${REWARD}, coalesce(w.level, r.level) as level, case when w.cancelled_because is distinct from 'level_lost' then w.state end as state,
      ${STANDING}
    from reward_rules r
    left join rewards w on w.community_id = r.community_id and w.rule_id = r.rule_id and w.user_id = ${userId}
    left join users u on u.community_id = r.community_id and u.user_id = ${userId}
    where r.community_id = ${communityId} and r.level is not null
      and case when w.rule_id is null then r.active and r.level > coalesce(u.level, 1)
        else r.active or w.cancelled_because is distinct from 'level_lost' end
    order by level, r.rule_id`.execute(trx);
  return rows;
}

/** As `listRungs`, of days in a row. A rule that came when the member had had so many offers nothing. */
export async function listStreakRungs(
  trx: Transaction<DB>,
  communityId: string,
  userId: string,
): Promise<StreakRungRow[]> {
  const { rows } = await sql<StreakRungRow>`
    select ${REWARD}, coalesce(w.streak_days, r.streak_days) as days,
      case when w.cancelled_because is distinct from 'streak_lost' then w.state end as state, ${STANDING}
    from reward_rules r
    left join rewards w on w.community_id = r.community_id and w.rule_id = r.rule_id and w.user_id = ${userId}
    left join users u on u.community_id = r.community_id and u.user_id = ${userId}
    where r.community_id = ${communityId} and r.streak_days is not null
      and case when w.rule_id is null then r.active and r.streak_days > coalesce(u.streak_longest, 0)
        else r.active or w.cancelled_because is distinct from 'streak_lost' end
    order by days, r.rule_id`.execute(trx);
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
