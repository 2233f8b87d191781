import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { currentBoards } from "@/services/leaderboard/board";
import { type CatchUpDeps, catchUp } from "@/services/leaderboard/catch-up";
import { upsertVisibility } from "@/services/leaderboard/leaderboard.queries";
import type { Visibility } from "@/services/leaderboard/leaderboard.schema";

/**
 * How a member stands on the boards: by name, under an opaque id, or not at all. XP and rewards go on. May be chosen before
 * anything has been earned. Ranks follow at once.
 */
export async function setVisibility(
  deps: CatchUpDeps & Pick<Deps, "now">,
  communityId: string,
  userId: string,
  visibility: Visibility,
): Promise<void> {
  await inCommunity(deps.db, communityId, (trx) => upsertVisibility(trx, communityId, userId, visibility));
  for (const board of await currentBoards(deps, communityId)) {
    const own = await catchUp(deps, communityId, board);
    // One that was under way may have looked before our commit.
    if (own === null) await catchUp(deps, communityId, board);
  }
}
