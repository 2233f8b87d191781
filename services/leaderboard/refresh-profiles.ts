import { LRUCache } from "lru-cache";
import { inCommunity } from "@/lib/db/database";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { upsertProfile } from "@/services/leaderboard/leaderboard.queries";

export type ProfileDeps = Pick<Deps, "db" | "whop" | "now">;

const KEPT_MS = 24 * 60 * 60 * 1000;
/** Questions to Whop that one request may cause, and of this process at a time. */
const MOST_AT_ONCE = 100;
const CONCURRENCY = 5;
/** Boards are read every few seconds: who could not be fetched just now is not asked for again at once. */
const ASKED_AGAIN_MS = 60_000;

type Queue = {
  asked: LRUCache<string, true>;
  waiting: { communityId: string; userId: string }[];
  /** Those who take from it, at most CONCURRENCY. */
  workers: Set<Promise<void>>;
};
const queueOf = perDatabase<Queue>(() => ({
  asked: new LRUCache({ max: 50_000, ttl: ASKED_AGAIN_MS }),
  waiting: [],
  workers: new Set(),
}));

/**
 * Name and picture of a member as Whop has them now, stored. Somebody Whop does not know keeps what was known.
 * @throws AppError unavailable when Whop cannot be asked
 */
export async function fetchProfile(deps: ProfileDeps, communityId: string, userId: string): Promise<void> {
  const profile = await deps.whop.retrieveUser(userId);
  await inCommunity(deps.db, communityId, (trx) => upsertProfile(trx, communityId, userId, profile, deps.now()));
}

/** Whether a profile should be fetched: never was, or more than 24 hours ago. */
export function isStale(deps: Pick<Deps, "now">, { fetchedAt }: { fetchedAt: Date | null }): boolean {
  return fetchedAt === null || deps.now().getTime() - fetchedAt.getTime() > KEPT_MS;
}

/**
 * Fetches profiles, each once in a while however often it is asked for. Resolves when all is done that could be: while Whop is
 * away the boards show what is known.
 */
export async function refreshProfiles(
  deps: ProfileDeps & Pick<Deps, "log">,
  communityId: string,
  userIds: readonly string[],
): Promise<void> {
  const queue = queueOf(deps.db);
  const fresh = userIds.filter((userId) => !queue.asked.has(`${communityId} ${userId}`)).slice(0, MOST_AT_ONCE);
  for (const userId of fresh) {
    queue.asked.set(`${communityId} ${userId}`, true);
    queue.waiting.push({ communityId, userId });
  }
  const wanted = Math.min(CONCURRENCY - queue.workers.size, queue.waiting.length);
  for (let started = 0; started < wanted; started += 1) {
    const worker: Promise<void> = work(deps, queue, () => queue.workers.delete(worker));
    queue.workers.add(worker);
  }
  await Promise.all(queue.workers);
}

/** @param leave is called in the same turn in which nothing is found waiting, so that nobody counts on this worker any more. */
async function work(deps: ProfileDeps & Pick<Deps, "log">, { waiting }: Queue, leave: () => void): Promise<void> {
  await Promise.resolve(); // begins when it has been entered as a worker
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    try {
      await fetchProfile(deps, next.communityId, next.userId);
    } catch (error) {
      // Whop is away or busy; the rest of them can wait as well.
      deps.log.info({ err: error, postponed: waiting.length }, "profiles could not be fetched now");
      waiting.length = 0;
    }
  }
  leave();
}
