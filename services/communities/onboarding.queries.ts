import { sql, type Transaction } from "kysely";
import type { DB } from "@/types/database";

/** The community with the settings that are its newest. */
export function findOnboarding(trx: Transaction<DB>, communityId: string) {
  return trx
    .selectFrom("communities as c")
    .innerJoin("settings_versions as s", (join) =>
      join.onRef("s.community_id", "=", "c.community_id").onRef("s.version", "=", "c.settings_version"),
    )
    .select([
      "c.title",
      "c.onboarded_at as onboardedAt",
      "c.rewards_confirmed_at as rewardsConfirmedAt",
      sql<string>`s.settings ->> 'timeZone'`.as("timeZone"),
    ])
    .where("c.community_id", "=", communityId)
    .executeTakeFirst();
}

/** All rules, those that are off too, lowest level first, then fewest days in a row. */
export function listRules(trx: Transaction<DB>, communityId: string) {
  return trx
    .selectFrom("reward_rules")
    .select(["rule_id as ruleId", "level", "streak_days as streakDays", "type", "value", "active"])
    .where("community_id", "=", communityId)
    .orderBy("level") // those of streaks, which have none, come last
    .orderBy("streak_days")
    .orderBy("rule_id")
    .execute();
}
