import { LRUCache } from "lru-cache";
import { inCommunity } from "@/lib/db/database";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { type Board, rankKey } from "@/services/leaderboard/board";
import { countOn } from "@/services/leaderboard/leaderboard.queries";

type CountDeps = Pick<Deps, "db">;
type Question = { deps: CountDeps; communityId: string; board: Board };
type Count = { members: number; countedAtMs: number };

const KEPT_MS = 10_000;
/** A count that is older than it should be answers once more while it is made anew, up to this age. */
const STALE_MS = 60_000;

const cacheOf = perDatabase(
  () =>
    new LRUCache<string, Count, Question>({
      max: 20_000,
      ttl: KEPT_MS,
      fetchMethod: async (_key, _old, { context: { deps, communityId, board } }) => {
        const members = await inCommunity(deps.db, communityId, (trx) => countOn(trx, communityId, board));
        return { members, countedAtMs: performance.now() };
      },
    }),
);

/**
 * How many stand on a board. Counted by Postgres, from the board's index alone; kept for 10 s in this process and then counted
 * again beside the request that finds it old, so that no page waits for it.
 */
export async function countMembers(deps: CountDeps, communityId: string, board: Board): Promise<number> {
  const cache = cacheOf(deps.db);
  const key = rankKey(communityId, board);
  const countedAtMs = cache.peek(key, { allowStale: true })?.countedAtMs;
  const isTooOld = countedAtMs !== undefined && performance.now() - countedAtMs > STALE_MS;
  const context = { deps, communityId, board };
  const count = await cache.forceFetch(key, { context, allowStale: !isTooOld, forceRefresh: isTooOld });
  return count.members;
}

/** To be called when somebody has come onto a community's boards, or left them, by a choice of their own. */
export function forgetCounts(deps: CountDeps, communityId: string, boards: readonly Board[]): void {
  for (const board of boards) cacheOf(deps.db).delete(rankKey(communityId, board));
}
