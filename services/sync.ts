import type { Deps } from "@/lib/deps";
import { inBackground } from "@/lib/http/background";
import { runSync, type SyncOptions } from "@/services/activity/sync/engine";
import type { SyncNews } from "@/services/activity/sync/slice";
import { tellMembers } from "@/services/leaderboard/tell-members";
import { tellAwards } from "@/services/notifications/tell-awards";

/**
 * Reads from Whop what it does not tell by itself, and tells every room what has come of it, as a webhook's award would. Running it
 * twice, or at the same time in two places, does no harm.
 * @returns how many communities have had a turn.
 */
export function syncFromWhop(deps: Deps, options: Pick<SyncOptions, "communityId" | "until"> = {}): Promise<number> {
  return runSync(deps, { ...options, news: newsFor(deps) });
}

function newsFor(deps: Deps): SyncNews {
  return {
    awarded: (communityId, receipts) => tellAwards(deps, communityId, receipts),
    changed: (communityId, userIds) => inBackground(deps, tellMembers(deps, communityId, userIds)),
  };
}
