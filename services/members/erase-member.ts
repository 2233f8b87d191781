import { sql } from "kysely";
import { z } from "zod";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { inBackground } from "@/lib/http/background";
import type { AnnounceDeps } from "@/services/leaderboard/announce";
import { catchUpAll } from "@/services/leaderboard/catch-up-all";
import { forgetNames } from "@/services/leaderboard/find-names";
import { tellMembers } from "@/services/leaderboard/tell-members";
import { forgetCooldown } from "@/services/xp/cooldown-key";

export type Erased = {
  /** Activities that have been deleted. */
  activities: number;
  /** Rewards that had not been sent, and will not be. */
  rewardsCancelled: number;
};

const Answer = z.object({ activities: z.int(), rewardsCancelled: z.int(), actions: z.array(z.string()) });

/**
 * Deletes everything about a member in a community, at their own wish; they begin again with 0 XP. What stays, and why, is
 * in `kept-data.ts`. Awards under way come wholly before it or wholly after it, and whatever was erased never counts again.
 * Audited. Repeating it does no harm.
 */
export async function eraseMember(
  deps: AnnounceDeps & Pick<Deps, "redis">,
  communityId: string,
  userId: string,
): Promise<Erased> {
  const { rows } = await inCommunity(deps.db, communityId, (trx) =>
    sql<{ erased: unknown }>`select erase_member(${communityId}, ${userId}) as erased`.execute(trx),
  );
  const { activities, rewardsCancelled, actions } = Answer.parse(rows[0]?.erased);
  forgetNames(deps, userId);
  await Promise.all(actions.map((action) => forgetCooldown(deps, { communityId, userId, action })));
  await catchUpAll(deps, communityId);
  inBackground(deps, tellMembers(deps, communityId, [userId]));
  return { activities, rewardsCancelled };
}
