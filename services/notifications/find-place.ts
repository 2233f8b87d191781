import { LRUCache } from "lru-cache";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { awaitShare } from "@/lib/whop/await-share";
import type { Chat } from "@/services/notifications/notifications.schema";

type PlaceDeps = Pick<Deps, "db" | "whop" | "whopShare">;

/** Well below the 60 seconds for which a message is held. */
const LONGEST_WAIT_SECONDS = 5;
const KEPT_MS = 10 * 60_000;
const pagesOf = perDatabase(() => new LRUCache<string, string>({ max: 5_000, ttl: KEPT_MS }));

/** The chats of a community as Whop has them now. @throws AppError unavailable · forbidden · not_found */
export async function listChats(deps: Pick<Deps, "whop">, communityId: string): Promise<Chat[]> {
  const channels = await deps.whop.listChatChannels(communityId);
  return channels.map(({ experienceId, name }) => ({ experienceId, name }));
}

/**
 * The page of ours that a push opens: to a company a push would reach only its team. Null where the app has none there, or may not see
 * it. @throws AppError unavailable
 */
export async function findPage(deps: PlaceDeps, communityId: string): Promise<string | null> {
  const known = pagesOf(deps.db).get(communityId);
  if (known) return known;
  const [page] = await ownExperiences(deps, communityId);
  if (page) pagesOf(deps.db).set(communityId, page.id);
  return page?.id ?? null;
}

async function ownExperiences(deps: PlaceDeps, communityId: string): Promise<{ id: string }[]> {
  const retryAfterSeconds = await awaitShare(deps, "experiences.list", LONGEST_WAIT_SECONDS);
  if (retryAfterSeconds > 0) throw new AppError("unavailable", "Whop's share is used up.", { retryAfterSeconds });
  try {
    return await deps.whop.listOwnExperiences(communityId);
  } catch (error) {
    if (error instanceof AppError && (error.code === "forbidden" || error.code === "not_found")) return [];
    throw error;
  }
}
