import { LRUCache } from "lru-cache";
import { inCommunity } from "@/lib/db/database";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { findChatExperience, findCommunity } from "@/services/communities/communities.queries";
import { findSettings } from "@/services/communities/find-settings";

export type Community = {
  communityId: string;
  title: string;
  /** IANA name, of the newest settings. */
  timeZone: string;
  /** Where members write, as their latest messages say; null before there are any. */
  chatExperience: { id: string; name: string } | null;
};

const cacheOf = perDatabase(() => new LRUCache<string, Omit<Community, "timeZone">>({ max: 5_000, ttl: 60_000 }));

/** A community as its pages name it; title and chat at most a minute old. @throws AppError not_found */
export async function readCommunity(deps: Pick<Deps, "db">, communityId: string): Promise<Community> {
  const { settings } = await findSettings(deps, communityId);
  const cache = cacheOf(deps.db);
  let named = cache.get(communityId);
  if (!named) {
    named = await readNames(deps, communityId);
    cache.set(communityId, named);
  }
  return { ...named, timeZone: settings.timeZone };
}

async function readNames(deps: Pick<Deps, "db">, communityId: string): Promise<Omit<Community, "timeZone">> {
  const { community, chat } = await inCommunity(deps.db, communityId, async (trx) => ({
    community: await findCommunity(trx, communityId),
    chat: await findChatExperience(trx, communityId),
  }));
  if (!community) throw new AppError("not_found", "There is no such community.");
  return { communityId, title: community.title, chatExperience: chat ?? null };
}
