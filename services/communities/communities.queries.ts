import { sql, type Transaction } from "kysely";
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

/** Of the newest settings; undefined for an unknown community. */
export async function findSettingsVersion(trx: Transaction<DB>, communityId: string): Promise<number | undefined> {
  const row = await trx
    .selectFrom("communities")
    .select("settings_version")
    .where("community_id", "=", communityId)
    .executeTakeFirst();
  return row?.settings_version;
}

/** Every place that something has come from, by name. */
export async function listExperiences(trx: Transaction<DB>, communityId: string) {
  const rows = await trx
    .selectFrom("experiences")
    .select(["experience_id", "name"])
    .where("community_id", "=", communityId)
    .orderBy("name")
    .orderBy("experience_id")
    .execute();
  return rows.map(({ experience_id, name }) => ({ experienceId: experience_id, name }));
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

export function listRankNames(trx: Transaction<DB>, communityId: string) {
  return trx
    .selectFrom("level_ranks")
    .select(["level", "name"])
    .where("community_id", "=", communityId)
    .orderBy("level")
    .execute();
}

/** Of every version, which day it puts a moment into. */
export async function listTimeZones(trx: Transaction<DB>, communityId: string) {
  const { rows } = await sql<{ version: number; validFrom: Date; timeZone: string }>`
    select version, valid_from as "validFrom", settings ->> 'timeZone' as "timeZone" from settings_versions
    where community_id = ${communityId} order by version`.execute(trx);
  return rows;
}

/** Rates, caps and multipliers of some versions, without the lists of whom and what they exclude. */
export async function listPrices(trx: Transaction<DB>, communityId: string, versions: readonly number[]) {
  const { rows } = await sql<{ version: number; actions: unknown; dailyXpCap: number | null; multipliers: unknown }>`
    select version, settings -> 'actions' as actions, (settings ->> 'dailyXpCap')::integer as "dailyXpCap",
      settings -> 'multipliers' as multipliers
    from settings_versions
    where community_id = ${communityId} and version = any (${versions}::integer[])`.execute(trx);
  return rows;
}

/** Where the first members of the board last wrote: the place that most of them name. */
export async function findChatExperience(trx: Transaction<DB>, communityId: string) {
  const { rows } = await sql<{ id: string; name: string }>`
    select e.experience_id as id, e.name
    from (select user_id from users where community_id = ${communityId} and xp_bucket >= 0 and on_board
      order by xp_bucket desc limit 20) u
    cross join lateral (select l.experience_id from activity_log l
      where l.community_id = ${communityId} and l.user_id = u.user_id and l.action = 'message'
      order by l.occurred_at desc limit 1) l
    join experiences e on e.community_id = ${communityId} and e.experience_id = l.experience_id
    group by 1, 2 order by count(*) desc, 1 limit 1`.execute(trx);
  return rows[0];
}
