import { LRUCache } from "lru-cache";
import { inCommunity } from "@/lib/db/database";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { listSettingsVersions } from "@/services/communities/communities.queries";
import { findSettings } from "@/services/communities/find-settings";
import { Settings } from "@/services/communities/settings.schema";
import type { RulesAt, StreakRules } from "@/services/xp/streak";

type Version = StreakRules & { version: number; validFrom: Date };

/** Versions are never changed, so that what was read serves until there is another. */
const cacheOf = perDatabase(() => new LRUCache<string, { newest: number; versions: Version[] }>({ max: 1_000 }));

/** What streaks go by in a community at any moment; a change of the last minute may be missing. @throws AppError not_found */
export async function findStreakRules(deps: Pick<Deps, "db">, communityId: string): Promise<RulesAt> {
  const cache = cacheOf(deps.db);
  const { version: newest } = await findSettings(deps, communityId);
  let known = cache.get(communityId);
  if (known?.newest !== newest) {
    known = { newest, versions: await readVersions(deps, communityId) };
    cache.set(communityId, known);
  }
  const { versions } = known;
  return (at) => {
    const rules = versions.find(({ validFrom }) => validFrom <= at);
    if (!rules) throw new Error(`No settings are in force at ${at.toISOString()}.`);
    return rules;
  };
}

/** Highest version first. */
async function readVersions({ db }: Pick<Deps, "db">, communityId: string): Promise<Version[]> {
  const rows = await inCommunity(db, communityId, (trx) => listSettingsVersions(trx, communityId));
  return rows
    .map(({ version, valid_from, settings }) => {
      const { streaks, paused, timeZone } = Settings.parse(settings);
      return { version, validFrom: valid_from, streaks, paused, timeZone };
    })
    .sort((a, b) => b.version - a.version);
}
