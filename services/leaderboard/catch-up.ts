import { inCommunity } from "@/lib/db/database";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { type Board, rankKey } from "@/services/leaderboard/board";
import { countAbove, findTransactionTime, listMoved } from "@/services/leaderboard/leaderboard.queries";
import { readRankSet, writeMoves } from "@/services/leaderboard/rank-set";

export type CatchUpDeps = Pick<Deps, "db" | "redis">;

/**
 * What moved before a set's time may have been committed after it: by as much as a transaction can last (the role's statement
 * timeout is 15 s), and a little.
 */
const OVERLAP_MS = 20_000;
/** A set that is further behind is made anew: that reads only the community, and not what happened everywhere meanwhile. */
const TOO_OLD_MS = 5 * 60_000;
/** A database's clock may be set back a little; a set from further ahead is of another time. */
const AHEAD_MS = 5_000;

/** Whether a set that is complete up to then can be caught up with at `databaseTime`. */
export function isUsable(syncedAtMs: number | undefined, databaseTime: Date): syncedAtMs is number {
  if (syncedAtMs === undefined) return false;
  const ageMs = databaseTime.getTime() - syncedAtMs;
  return ageMs <= TOO_OLD_MS && ageMs >= -AHEAD_MS;
}

const underWay = perDatabase(() => new Map<string, Promise<unknown>>());

/**
 * Brings a board's set in Redis up to now: whoever earned, was corrected, came onto the boards or left them since then is read from Postgres
 * and written again. What was lost on the way to Redis (a killed process, a broken connection) is mended by this.
 * @param asked XP of which it counts who has more, at the same time, to compare the set with.
 * @returns the counts; null when a catch-up that was under way has been waited for instead.
 */
export async function catchUp(
  deps: CatchUpDeps,
  communityId: string,
  board: Board,
  asked: readonly number[] = [],
): Promise<number[] | null> {
  const running = underWay(deps.db);
  const key = rankKey(communityId, board);
  const other = running.get(key);
  if (other) {
    await other;
    return null;
  }
  const own = bringUp(deps, communityId, board, asked).finally(() => running.delete(key));
  running.set(key, own);
  return own;
}

async function bringUp(
  deps: CatchUpDeps,
  communityId: string,
  board: Board,
  asked: readonly number[],
): Promise<number[]> {
  const key = rankKey(communityId, board);
  const set = await readRankSet(deps, key, []);
  const syncedAtMs = typeof set === "object" ? set.syncedAtMs : undefined;
  const { now, moved, above } = await inCommunity(deps.db, communityId, async (trx) => {
    const time = await findTransactionTime(trx);
    return {
      now: time,
      moved: isUsable(syncedAtMs, time)
        ? await listMoved(trx, communityId, board, new Date(syncedAtMs - OVERLAP_MS))
        : undefined,
      above: asked.length > 0 ? await countAbove(trx, communityId, board, asked) : [],
    };
  });
  if (moved) await writeMoves(deps, key, moved, now.getTime());
  return above;
}
