import { LRUCache } from "lru-cache";
import { inCommunity } from "@/lib/db/database";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { inBackground } from "@/lib/http/background";
import { type Board, rankKey } from "@/services/leaderboard/board";
import { catchUp, isUsable } from "@/services/leaderboard/catch-up";
import { countAbove } from "@/services/leaderboard/leaderboard.queries";
import { distrust, readRankSet } from "@/services/leaderboard/rank-set";
import { rebuildBoard } from "@/services/leaderboard/rebuild-ranks";

export type RankDeps = Pick<Deps, "env" | "db" | "redis" | "now" | "log">;

export type Ranks = {
  /** 1 for the best, in the order asked. */
  ranks: number[];
  /** Whether they come from the set in Redis. */
  cached: boolean;
};

/** A set is used as it is for this long; so a rank is never more than 2 s behind, with the time to catch up. */
const FRESH_MS = 1_500;
const PAUSE_BETWEEN_REBUILDS_MS = 1_000;

const lastRebuilds = perDatabase(() => new LRUCache<string, number>({ max: 10_000 }));

/**
 * The rank of each of some XP on a board: one more than there are members with more. From the set in Redis, which is first
 * brought up to date when it is older than 1.5 s and compared with Postgres then; from Postgres when there is no set to trust.
 * @param databaseTime of a transaction just now: the time that the sets are dated in.
 */
export async function findRanks(
  deps: RankDeps,
  communityId: string,
  board: Board,
  xps: readonly number[],
  databaseTime: Date,
): Promise<Ranks> {
  if (xps.length === 0) return { ranks: [], cached: false };
  const key = rankKey(communityId, board);
  const set = await readRankSet(deps, key, xps);
  if (set === "away") return counted(deps, communityId, board, xps);
  if (set === "missing" || !isUsable(set.syncedAtMs, databaseTime)) {
    rebuildLater(deps, communityId, board);
    return counted(deps, communityId, board, xps);
  }
  const isFresh = databaseTime.getTime() - set.syncedAtMs <= FRESH_MS;
  return isFresh ? { ranks: ranksOf(set.above), cached: true } : caughtUp(deps, communityId, board, xps);
}

/** Postgres and the set may differ by what happened between the two looks; twice in a row it is the set that is wrong. */
async function caughtUp(deps: RankDeps, communityId: string, board: Board, xps: readonly number[]): Promise<Ranks> {
  const key = rankKey(communityId, board);
  for (let looks = 0; looks < 2; looks += 1) {
    const above = await catchUp(deps, communityId, board, xps);
    const set = await readRankSet(deps, key, xps);
    if (set === "away" || set === "missing") break;
    if (above === null || above.join() === set.above.join()) return { ranks: ranksOf(set.above), cached: true };
  }
  deps.log.warn({ communityId, board: board.filter }, "ranks in Redis were wrong; made anew");
  await distrust(deps, key);
  rebuildLater(deps, communityId, board);
  return counted(deps, communityId, board, xps);
}

async function counted(deps: RankDeps, communityId: string, board: Board, xps: readonly number[]): Promise<Ranks> {
  const above = await inCommunity(deps.db, communityId, (trx) => countAbove(trx, communityId, board, xps));
  return { ranks: ranksOf(above), cached: false };
}

function rebuildLater(deps: RankDeps, communityId: string, board: Board): void {
  const tried = lastRebuilds(deps.db);
  const [key, now] = [rankKey(communityId, board), performance.now()];
  if (now - (tried.get(key) ?? Number.NEGATIVE_INFINITY) < PAUSE_BETWEEN_REBUILDS_MS) return;
  tried.set(key, now);
  inBackground(deps, rebuildBoard(deps, communityId, board));
}

const ranksOf = (above: readonly number[]) => above.map((count) => count + 1);
