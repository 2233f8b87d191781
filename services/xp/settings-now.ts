import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { listSettingsVersions } from "@/services/communities/communities.queries";
import { findStoredSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import { settingsAt } from "@/services/xp/fold";
import { toVersion } from "@/services/xp/stored-state";

/** For showing: the newest version that is stored, unless it begins to hold only later. @throws AppError not_found */
export async function settingsNow(deps: Pick<Deps, "db" | "now">, communityId: string): Promise<Settings> {
  const newest = await findStoredSettings(deps, communityId);
  const now = deps.now();
  if (newest.validFrom <= now) return newest.settings;
  const versions = await inCommunity(deps.db, communityId, (trx) => listSettingsVersions(trx, communityId));
  return settingsAt(versions.map(toVersion), now).settings;
}
