import { LRUCache } from "lru-cache";
import { inCommunity } from "@/lib/db/database";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { findLevelCurve, listRankNames } from "@/services/communities/communities.queries";

export type Levels = {
  /** Total XP at which each level begins, level 1 first; null for the default curve. */
  curve: readonly number[] | null;
  /** Lowest level first. */
  ranks: readonly { level: number; name: string }[];
};

const cacheOf = perDatabase(() => new LRUCache<string, Levels>({ max: 5_000, ttl: 60_000 }));

/** A community's level curve and rank names, at most a minute old: for showing, never for paying. @throws AppError not_found */
export async function findLevels(deps: Pick<Deps, "db">, communityId: string): Promise<Levels> {
  const cache = cacheOf(deps.db);
  const known = cache.get(communityId);
  if (known) return known;
  const { curve, ranks } = await inCommunity(deps.db, communityId, async (trx) => ({
    curve: await findLevelCurve(trx, communityId),
    ranks: await listRankNames(trx, communityId),
  }));
  if (!curve) throw new AppError("not_found", "There is no such community.");
  const found = { curve: curve.thresholds, ranks };
  cache.set(communityId, found);
  return found;
}
