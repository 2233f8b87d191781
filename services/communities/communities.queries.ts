import type { Transaction } from "kysely";
import type { DB } from "@/types/database";

/** All settings versions of the transaction's community, oldest first. */
export function listSettingsVersions(trx: Transaction<DB>, communityId: string) {
  return trx
    .selectFrom("settings_versions")
    .select(["version", "valid_from", "settings"])
    .where("community_id", "=", communityId)
    .orderBy("version")
    .execute();
}

export function findNewestSettings(trx: Transaction<DB>, communityId: string) {
  return trx
    .selectFrom("settings_versions")
    .select(["version", "valid_from", "settings"])
    .where("community_id", "=", communityId)
    .orderBy("version", "desc")
    .limit(1)
    .executeTakeFirst();
}

export function findCommunity(trx: Transaction<DB>, communityId: string) {
  return trx.selectFrom("communities").selectAll().where("community_id", "=", communityId).executeTakeFirst();
}

export function findLevelCurve(trx: Transaction<DB>, communityId: string) {
  return trx
    .selectFrom("level_curves")
    .select(["preset", "thresholds"])
    .where("community_id", "=", communityId)
    .executeTakeFirst();
}
