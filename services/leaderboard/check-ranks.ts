import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { type Board, currentBoards, rankKey } from "@/services/leaderboard/board";
import { type CatchUpDeps, catchUp } from "@/services/leaderboard/catch-up";
import { listScores, type Score } from "@/services/leaderboard/leaderboard.queries";
import { readAll } from "@/services/leaderboard/rank-set";
import type { Difference } from "@/services/xp/compare-states";

const MEMBERS_AT_ONCE = 10_000;
const LOOKS = 3;

/** Where the sets in Redis say otherwise than Postgres. A set that is not there says nothing wrong. @throws AppError not_found */
export async function checkRanks(deps: CatchUpDeps & Pick<Deps, "now">, communityId: string): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const board of await currentBoards(deps, communityId)) {
    let found = await look(deps, communityId, board);
    // An award between the two reads makes one as well; that one has gone when looked at again.
    for (let looks = 1; found.length > 0 && looks < LOOKS; looks += 1) {
      const before = new Set(found.map(({ what }) => what));
      found = (await look(deps, communityId, board)).filter(({ what }) => before.has(what));
    }
    differences.push(...found);
  }
  return differences;
}

async function look(deps: CatchUpDeps & Pick<Deps, "now">, communityId: string, board: Board): Promise<Difference[]> {
  await catchUp(deps, communityId, board);
  const inRedis = await readAll(deps, rankKey(communityId, board));
  return inRedis ? compare(board, inRedis, await readPostgres(deps, communityId, board)) : [];
}

async function readPostgres(deps: CatchUpDeps, communityId: string, board: Board): Promise<Score[]> {
  const scores: Score[] = [];
  for (let after = ""; ; ) {
    const page = await inCommunity(deps.db, communityId, (trx) =>
      listScores(trx, communityId, board, after, MEMBERS_AT_ONCE),
    );
    scores.push(...page);
    const last = page.at(-1);
    if (!last) return scores;
    after = last.userId;
  }
}

function compare(board: Board, inRedis: readonly Score[], inPostgres: readonly Score[]): Difference[] {
  const [stored, wanted] = [toMap(inRedis), toMap(inPostgres)];
  return [...new Set([...stored.keys(), ...wanted.keys()])].sort().flatMap((userId) => {
    const [there, here] = [stored.get(userId) ?? 0, wanted.get(userId) ?? 0];
    const what = `${board.filter} XP of ${userId} in Redis`;
    return there === here ? [] : [{ what, stored: String(there), folded: String(here) }];
  });
}

const toMap = (scores: readonly Score[]) => new Map(scores.map(({ userId, xp }) => [userId, xp]));
