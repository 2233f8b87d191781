import { randomUUID } from "node:crypto";
import { inCommunity } from "@/lib/db/database";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { type Board, currentBoards, rankKey } from "@/services/leaderboard/board";
import { findTransactionTime, listScores } from "@/services/leaderboard/leaderboard.queries";
import { beginDraft, type Draft } from "@/services/leaderboard/rank-draft";

type RebuildDeps = Pick<Deps, "db" | "redis" | "now">;

/** Short transactions: the server ends long ones, and writers should not notice. */
const MEMBERS_AT_ONCE = 10_000;

const underWay = perDatabase(() => new Map<string, Promise<boolean>>());

/**
 * Makes the sets of a community's boards (all-time, this week, this month) anew from Postgres. Readers go on with the old ones,
 * or with Postgres.
 * @returns false when one could not be made: no Redis, or another process is at it. @throws AppError not_found
 */
export async function rebuildRanks(deps: RebuildDeps, communityId: string): Promise<boolean> {
  let all = true;
  for (const board of await currentBoards(deps, communityId)) {
    const made = await rebuildBoard(deps, communityId, board);
    all = all && made;
  }
  return all;
}

/** One board; whoever asks while it is being made waits for the same. */
export function rebuildBoard(deps: RebuildDeps, communityId: string, board: Board): Promise<boolean> {
  const key = rankKey(communityId, board);
  const running = underWay(deps.db);
  const own = running.get(key) ?? makeAnew(deps, communityId, board, key).finally(() => running.delete(key));
  running.set(key, own);
  return own;
}

async function makeAnew(deps: RebuildDeps, communityId: string, board: Board, key: string): Promise<boolean> {
  const draft = await beginDraft(deps, key, randomUUID());
  if (!draft) return false;
  try {
    const beganAt = await copyInto(draft, deps, communityId, board);
    // What moves while it is being copied is caught up with from here.
    return beganAt !== null && (await draft.publish(beganAt.getTime()));
  } finally {
    await draft.end();
  }
}

/** @returns the database's time before the first row was read; null when Redis did not take it all. */
async function copyInto(draft: Draft, deps: RebuildDeps, communityId: string, board: Board): Promise<Date | null> {
  let beganAt: Date | undefined;
  for (let after = ""; ; ) {
    const { now, scores } = await inCommunity(deps.db, communityId, async (trx) => ({
      now: await findTransactionTime(trx),
      scores: await listScores(trx, communityId, board, after, MEMBERS_AT_ONCE),
    }));
    beganAt ??= now;
    if (!(await draft.add(scores))) return null;
    const last = scores.at(-1);
    if (!last || scores.length < MEMBERS_AT_ONCE) return beganAt;
    after = last.userId;
  }
}
