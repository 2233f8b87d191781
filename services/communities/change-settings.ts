import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError, sqlErrorName } from "@/lib/errors";
import { findSettings, forgetSettings } from "@/services/communities/find-settings";
import { Settings } from "@/services/communities/settings.schema";

/**
 * Adds a settings version. "From now on" has no `validFrom`; an earlier one reaches back, and the members it touches are
 * replayed by a job. Audited.
 * @param change.seen the version that the change was made on; the newest unless said.
 * @returns the new version. @throws AppError conflict when another change came between.
 */
export async function changeSettings(
  deps: Pick<Deps, "db">,
  communityId: string,
  change: { settings: Settings; validFrom?: Date; by: string; seen?: number },
): Promise<number> {
  const settings = Settings.parse(change.settings);
  const version = change.seen ?? (await findSettings(deps, communityId)).version;
  try {
    const added = await inCommunity(deps.db, communityId, (trx) =>
      sql<{ version: number }>`select add_settings_version(${communityId}, ${JSON.stringify(settings)}::jsonb,
        ${change.validFrom ?? null}, ${version}, ${change.by}) as version`.execute(trx),
    );
    return added.rows[0]?.version ?? version + 1;
  } catch (error) {
    if (sqlErrorName(error) !== "stale_settings") throw error;
    throw new AppError("conflict", "Somebody else has just changed these settings. Load them again.", { cause: error });
  } finally {
    forgetSettings(deps, communityId);
  }
}
