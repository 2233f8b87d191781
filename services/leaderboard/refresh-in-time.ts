import { setTimeout as sleep } from "node:timers/promises";
import type { Deps } from "@/lib/deps";
import { type ProfileDeps, refreshProfiles } from "@/services/leaderboard/refresh-profiles";

/** What is about to be said is not held back by a name for longer. */
const WAIT_MS = 700;

/**
 * For names that will be read once and cannot appear later, as on a page: those of members whom Whop has not been asked about yet
 * are there when it resolves, unless Whop takes longer than 700 ms. Never rejects.
 */
export async function refreshInTime(
  deps: ProfileDeps & Pick<Deps, "log">,
  communityId: string,
  userIds: readonly string[],
): Promise<void> {
  if (userIds.length === 0) return;
  const refreshed = refreshProfiles(deps, communityId, userIds);
  await Promise.race([refreshed, sleep(WAIT_MS, undefined, { ref: false })]).catch((error: unknown) =>
    deps.log.warn({ err: error, communityId }, "names could not be fetched now"),
  );
  refreshed.catch(() => undefined); // told above, unless it was late
}
