import { perDatabase } from "@/lib/db/per-database";
import { type GreedyBatch, greedyBatch } from "@/lib/greedy-batch";
import { type AnnounceDeps, type Announcement, announce } from "@/services/leaderboard/announce";
import type { Receipt } from "@/services/xp/receipt";

type Told = { sent: Promise<void> };

const queueOf = perDatabase<{ batch?: GreedyBatch<Receipt, Told> }>(() => ({}));

/**
 * Tells pages of an award once it is committed. Receipts of a community that come together are read and told together. Ends
 * when the board's viewers have been told.
 */
export async function tellAward(deps: AnnounceDeps, communityId: string, receipt: Receipt): Promise<void> {
  if (!deps.realtime) return;
  const queue = queueOf(deps.db);
  queue.batch ??= greedyBatch({ run: (community, receipts) => tell(deps, community, receipts), isShared: () => true });
  const { sent } = await queue.batch.add(communityId, receipt);
  await sent;
}

async function tell(deps: AnnounceDeps, communityId: string, receipts: Receipt[]): Promise<Told[]> {
  const { realtime } = deps;
  const told =
    realtime && (await realtime.viewers.isWatched(communityId))
      ? await announce(deps, realtime, communityId, newsIn(receipts))
      : { sent: Promise.resolve() };
  return receipts.map(() => told);
}

function newsIn(receipts: readonly Receipt[]): Announcement {
  return {
    // An activity that does not pay moves nobody. One that was recorded before may have been told to nobody: whoever
    // recorded it may have been ended just after.
    moved: receipts.filter(({ xp, duplicate }) => xp !== 0 || duplicate).map(({ userId }) => userId),
    own: receipts.map((receipt) => ({
      userId: receipt.userId,
      activity: receipt.duplicate ? null : activityOf(receipt),
    })),
  };
}

function activityOf({ activityId, action, outcome, xp, occurredAt }: Receipt) {
  return { activityId, action, outcome, xp, occurredAt: occurredAt.toISOString() };
}
