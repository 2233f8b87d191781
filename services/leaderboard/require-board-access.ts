import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { noSuchCommunity } from "@/lib/http/authorise";
import type { Visitor } from "@/lib/http/declaration";
import { findCommunity } from "@/services/communities/communities.queries";

/**
 * A community's members see its boards; everybody does when it has made them public.
 * @throws AppError unauthorized for nobody known · not_found for somebody without access
 */
export async function requireBoardAccess(
  deps: Pick<Deps, "db">,
  communityId: string,
  caller: Visitor | null,
): Promise<void> {
  if (caller !== null && caller.role !== null) return;
  const community = await inCommunity(deps.db, communityId, (trx) => findCommunity(trx, communityId));
  if (community?.board_public) return;
  throw caller === null
    ? new AppError("unauthorized", "Open this page inside Whop to see its leaderboard.")
    : noSuchCommunity();
}
