import type { Deps } from "@/lib/deps";
import { currentBoards } from "@/services/leaderboard/board";
import { type CatchUpDeps, catchUp } from "@/services/leaderboard/catch-up";
import { forgetCounts } from "@/services/leaderboard/count-members";

/** Brings all boards of a community up to what has just been committed, in Redis and in this process. @throws AppError not_found */
export async function catchUpAll(deps: CatchUpDeps & Pick<Deps, "now">, communityId: string): Promise<void> {
  const boards = await currentBoards(deps, communityId);
  forgetCounts(deps, communityId, boards);
  for (const board of boards) {
    const own = await catchUp(deps, communityId, board);
    // One that was under way may have looked before our commit.
    if (own === null) await catchUp(deps, communityId, board);
  }
}
