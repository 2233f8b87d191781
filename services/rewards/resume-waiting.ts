import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { resumeRewards } from "@/services/rewards/send-rewards.queries";

/** A membership of the member has begun: rewards that waited for one are looked at again now. */
export async function resumeWaiting(deps: Pick<Deps, "db">, communityId: string, userId: string): Promise<void> {
  await inCommunity(deps.db, communityId, (trx) => resumeRewards(trx, communityId, userId));
}
