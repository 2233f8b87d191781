import { LRUCache } from "lru-cache";
import { inCommunity } from "@/lib/db/database";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { findNewestSettings, findSettingsVersion } from "@/services/communities/communities.queries";
import { Settings } from "@/services/communities/settings.schema";

export type NewestSettings = { version: number; validFrom: Date; settings: Settings };

/** Safe to keep: an award that was priced with an old version is refused by SQL, and the caller forgets it here. */
const cacheOf = perDatabase(() => new LRUCache<string, NewestSettings>({ max: 5_000, ttl: 60_000 }));

/** A community's newest settings, which may begin to hold only later (`validFrom`). @throws AppError not_found */
export async function findSettings(deps: Pick<Deps, "db">, communityId: string): Promise<NewestSettings> {
  const cache = cacheOf(deps.db);
  const known = cache.get(communityId);
  if (known) return known;
  const row = await inCommunity(deps.db, communityId, (trx) => findNewestSettings(trx, communityId));
  if (!row) throw new AppError("not_found", "There is no such community.");
  const found = { version: row.version, validFrom: row.valid_from, settings: Settings.parse(row.settings) };
  cache.set(communityId, found);
  return found;
}

/**
 * The same, and none that has been replaced: for who asks because it has just been changed, maybe by another instance.
 * @throws AppError not_found
 */
export async function findStoredSettings(deps: Pick<Deps, "db">, communityId: string): Promise<NewestSettings> {
  const version = await inCommunity(deps.db, communityId, (trx) => findSettingsVersion(trx, communityId));
  if (cacheOf(deps.db).get(communityId)?.version !== version) forgetSettings(deps, communityId);
  return findSettings(deps, communityId);
}

/** To be called when the database has refused a version as stale. */
export function forgetSettings(deps: Pick<Deps, "db">, communityId: string): void {
  cacheOf(deps.db).delete(communityId);
}
