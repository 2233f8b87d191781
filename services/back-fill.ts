import type { Deps } from "@/lib/deps";
import { type RunOptions, runBackFills } from "@/services/activity/back-fill/run-back-fills";
import { tellAll } from "@/services/leaderboard/tell-members";

/**
 * Goes on with back-fills, and lets boards be read again once when one has ended: nobody is told of what it has counted. Running it
 * twice, or at the same time in two places, does no harm. @returns how many turns there were.
 */
export function goOnWithBackFills(deps: Deps, options: Pick<RunOptions, "communityId" | "until">): Promise<number> {
  return runBackFills(deps, { ...options, onEnded: (communityId) => tellAll(deps, communityId) });
}
