import { inCommunity } from "@/lib/db/database";
import { inBackground } from "@/lib/http/background";
import type { AnnounceDeps } from "@/services/leaderboard/announce";
import { catchUpAll } from "@/services/leaderboard/catch-up-all";
import { upsertVisibility } from "@/services/leaderboard/leaderboard.queries";
import type { Visibility } from "@/services/leaderboard/leaderboard.schema";
import { findVisibility } from "@/services/leaderboard/news.queries";
import { tellVisibility } from "@/services/leaderboard/tell-members";

/**
 * How a member stands on the boards: by name, under an opaque id, or not at all. XP and rewards go on. May be chosen before
 * anything has been earned. Ranks follow at once, and pages are told.
 */
export async function setVisibility(
  deps: AnnounceDeps,
  communityId: string,
  userId: string,
  visibility: Visibility,
): Promise<void> {
  const before = await inCommunity(deps.db, communityId, async (trx) => {
    const known = await findVisibility(trx, communityId, userId);
    await upsertVisibility(trx, communityId, userId, visibility);
    return known ?? "public";
  });
  await catchUpAll(deps, communityId);
  inBackground(deps, tellVisibility(deps, communityId, userId, { before, after: visibility }));
}
