import type { NotNull, Transaction } from "kysely";
import type { DB } from "@/types/database";

/** Outcomes that are outside the fold: decided by people or by the clock, not by the rules. */
const OUTSIDE_THE_FOLD = ["bad_time", "reversed"];

/** A member's activities that are in the fold, as they stand now, and the bonuses that follow from them. */
export function listActivities(trx: Transaction<DB>, communityId: string, userId: string) {
  return trx
    .selectFrom("activities")
    .selectAll()
    .where("community_id", "=", communityId)
    .where("user_id", "=", userId)
    .where("outcome", "not in", OUTSIDE_THE_FOLD)
    .orderBy("occurred_at")
    .orderBy("activity_id")
    .execute();
}

export function findUser(trx: Transaction<DB>, communityId: string, userId: string) {
  return trx
    .selectFrom("users")
    .selectAll()
    .where("community_id", "=", communityId)
    .where("user_id", "=", userId)
    .executeTakeFirst();
}

export function listMemberActions(trx: Transaction<DB>, communityId: string, userId: string) {
  return trx
    .selectFrom("member_actions")
    .select(["action", "last_paid_at"])
    .where("community_id", "=", communityId)
    .where("user_id", "=", userId)
    .execute();
}

export function listDailyRollups(trx: Transaction<DB>, communityId: string, userId: string) {
  return trx
    .selectFrom("daily_rollups")
    .select(["day", "action", "activities", "paid", "xp"])
    .where("community_id", "=", communityId)
    .where("user_id", "=", userId)
    .execute();
}

export function listPeriodRollups(trx: Transaction<DB>, communityId: string, userId: string) {
  return trx
    .selectFrom("period_rollups")
    .select(["period", "starts_on", "activities", "xp", "xp_reached_at", "xp_bucket"])
    .where("community_id", "=", communityId)
    .where("user_id", "=", userId)
    .execute();
}

export function findOpening(trx: Transaction<DB>, communityId: string, userId: string) {
  return trx
    .selectFrom("opening_balances")
    .selectAll()
    .where("community_id", "=", communityId)
    .where("user_id", "=", userId)
    .executeTakeFirst();
}

/** From when on the member has which role. */
export function listRoles(trx: Transaction<DB>, communityId: string, userId: string) {
  return trx
    .selectFrom("member_roles")
    .select(["valid_from", "role"])
    .where("community_id", "=", communityId)
    .where("user_id", "=", userId)
    .execute();
}

/** Days before one on which something of these actions paid. */
export async function listActiveDays(
  trx: Transaction<DB>,
  communityId: string,
  userId: string,
  { actions, before }: { actions: readonly string[]; before: string },
): Promise<string[]> {
  const rows = await trx
    .selectFrom("daily_rollups")
    .select("day")
    .distinct()
    .where("community_id", "=", communityId)
    .where("user_id", "=", userId)
    .where("action", "in", actions)
    .where("paid", ">", 0)
    .where("day", "<", before)
    .execute();
  return rows.map(({ day }) => day);
}

export function listOpeningDays(trx: Transaction<DB>, communityId: string, userId: string) {
  return trx
    .selectFrom("opening_days")
    .select(["day", "action", "activities", "paid", "xp"])
    .where("community_id", "=", communityId)
    .where("user_id", "=", userId)
    .execute();
}

/** Rewards of levels; those granted by hand belong to none. */
export function listRewards(trx: Transaction<DB>, communityId: string, userId: string) {
  return trx
    .selectFrom("rewards")
    .select(["rule_id", "level", "streak_days", "state", "cancelled_because"])
    .$narrowType<{ rule_id: NotNull }>()
    .where("community_id", "=", communityId)
    .where("user_id", "=", userId)
    .where("rule_id", "is not", null)
    .execute();
}

export function listRewardRules(trx: Transaction<DB>, communityId: string) {
  return trx
    .selectFrom("reward_rules")
    .select(["rule_id", "level", "streak_days", "active", "created_at"])
    .where("community_id", "=", communityId)
    .execute();
}

/** User ids of a community in order, after one of them. */
export async function listUserIds(trx: Transaction<DB>, communityId: string, after: string, limit: number) {
  const rows = await trx
    .selectFrom("users")
    .select("user_id")
    .where("community_id", "=", communityId)
    .where("user_id", ">", after)
    .orderBy("user_id")
    .limit(limit)
    .execute();
  return rows.map((row) => row.user_id);
}

/** User ids, in order after one of them, of members with an activity at or after a moment. */
export async function listUserIdsSince(
  trx: Transaction<DB>,
  communityId: string,
  since: Date,
  after: string,
  limit: number,
) {
  const rows = await trx
    .selectFrom("users")
    .select("user_id")
    .where("community_id", "=", communityId)
    .where("user_id", ">", after)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom("activity_log")
          .select("activity_log.user_id")
          .where("activity_log.community_id", "=", communityId)
          .whereRef("activity_log.user_id", "=", "users.user_id")
          .where("activity_log.occurred_at", ">=", since),
      ),
    )
    .orderBy("user_id")
    .limit(limit)
    .execute();
  return rows.map((row) => row.user_id);
}

/** Members with an activity before a moment. */
export async function listUserIdsBefore(trx: Transaction<DB>, communityId: string, before: Date) {
  const rows = await trx
    .selectFrom("activity_log")
    .select("user_id")
    .distinct()
    .where("community_id", "=", communityId)
    .where("occurred_at", "<", before)
    .execute();
  return rows.map((row) => row.user_id);
}
