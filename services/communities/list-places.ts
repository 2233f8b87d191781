import { LRUCache } from "lru-cache";
import { inCommunity } from "@/lib/db/database";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { listExperiences } from "@/services/communities/communities.queries";
import type { Place } from "@/services/communities/rules.schema";

type PlaceDeps = Pick<Deps, "db" | "whop" | "log">;
export type Places = {
  places: Place[];
  /** False where Whop could not be asked, so that there may be more. */
  isWhole: boolean;
};

const KEPT_MS = 60_000;
const cacheOf = perDatabase(() => new LRUCache<string, Places>({ max: 5_000, ttl: KEPT_MS }));

/**
 * Where the members of a community can earn XP: its chats and forums as Whop has them, at most a minute old, and all other places
 * from which something has come already. Never waits for Whop in vain: without it these alone.
 */
export async function listPlaces(deps: PlaceDeps, communityId: string): Promise<Places> {
  const cache = cacheOf(deps.db);
  const known = cache.get(communityId);
  if (known) return known;
  const [stored, chats, forums, own] = await Promise.all([
    inCommunity(deps.db, communityId, (trx) => listExperiences(trx, communityId)),
    orNull(deps, communityId, deps.whop.listChatChannels(communityId)),
    orNull(deps, communityId, deps.whop.listForums(communityId)),
    orNull(deps, communityId, deps.whop.listOwnExperiences(communityId)),
  ]);
  const found = new Map<string, Place>();
  for (const { experienceId, name } of chats ?? []) found.set(experienceId, { experienceId, name, kind: "chat" });
  for (const { experienceId, name } of forums ?? []) found.set(experienceId, { experienceId, name, kind: "forum" });
  const pages = new Set((own ?? []).map(({ id }) => id));
  for (const { experienceId, name } of stored) {
    const isPage = pages.has(experienceId) || !experienceId.startsWith("exp_");
    if (!isPage && !found.has(experienceId)) found.set(experienceId, { experienceId, name, kind: "other" });
  }
  const listed = { places: [...found.values()], isWhole: chats !== null && forums !== null };
  if (listed.isWhole && own !== null) cache.set(communityId, listed);
  return listed;
}

/** What the app may not see it cannot offer either; null where Whop does not answer. */
async function orNull<T>(deps: Pick<Deps, "log">, communityId: string, listing: Promise<T[]>): Promise<T[] | null> {
  try {
    return await listing;
  } catch (error) {
    if (error instanceof AppError && (error.code === "forbidden" || error.code === "not_found")) return [];
    deps.log.warn({ err: error, communityId }, "the places of a community could not be listed");
    return null;
  }
}
