import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { type GreedyBatch, greedyBatch } from "@/lib/greedy-batch";
import { findSettings } from "@/services/communities/find-settings";
import type { AnnounceDeps } from "@/services/leaderboard/announce";
import { pushRanks } from "@/services/leaderboard/push-ranks";
import { tellAward } from "@/services/leaderboard/tell-award";
import { noteCooldowns } from "@/services/xp/cooldown-key";
import type { Receipt } from "@/services/xp/receipt";

type AfterDeps = AnnounceDeps & Pick<Deps, "redis">;

const queueOf = perDatabase<{ batch?: GreedyBatch<Receipt, null> }>(() => ({}));

/**
 * What Redis and the pages are told of an award once it is committed: ranks and the cooldown, then how its member stands.
 * Receipts of a community that come together go together. Nothing depends on it: what is lost here heals (ranks catch up, pages
 * ask the database after a gap), and never fails the award.
 */
export async function afterAward(deps: AfterDeps, communityId: string, receipt: Receipt): Promise<void> {
  if (!receipt.duplicate) {
    const queue = queueOf(deps.db);
    queue.batch ??= greedyBatch({
      run: (community, receipts) => tellRedis(deps, community, receipts),
      isShared: () => true,
    });
    await queue.batch.add(communityId, receipt);
  }
  await tellAward(deps, communityId, receipt);
}

async function tellRedis(deps: AfterDeps, communityId: string, receipts: Receipt[]): Promise<null[]> {
  const { settings } = await findSettings(deps, communityId);
  await Promise.all([pushRanks(deps, communityId, receipts), noteCooldowns(deps, communityId, settings, receipts)]);
  return receipts.map(() => null);
}
