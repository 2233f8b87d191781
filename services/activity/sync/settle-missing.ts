import type { WhopClient } from "@/lib/whop/client";
import {
  type ItemKey,
  type ItemKind,
  listMissing,
  listUnknown,
  markBack,
  markFound,
  markRemoved,
  markUnknown,
} from "@/services/activity/sync/items.queries";
import type { Slice } from "@/services/activity/sync/slice";

export type HowToAsk = {
  kinds: readonly ItemKind[];
  /** As Whop's SDK names it. */
  operation: string;
  /** Null only where Whop says that there is no such thing. */
  retrieve(whop: WhopClient, itemId: string): Promise<object | null>;
  /** Which places Whop shows us at this moment, asked anew. */
  visiblePlaces(): Promise<ReadonlySet<string>>;
};

const AT_ONCE = 100;
/** Younger items may not be everywhere at Whop yet: that they are not shown says nothing. */
export const YOUNGEST_JUDGED_MS = 2 * 60_000;

/**
 * Asks for each item that a complete read did not show. One that Whop does not know any more, in a place that it still shows us after
 * that, is taken out: a page that was missed or a permission that has just been taken back thus removes nothing. Whatever ends it in
 * between, what has been asked is not asked again.
 */
export async function settleMissing(slice: Slice, how: HowToAsk): Promise<void> {
  const { communityId } = slice;
  for (;;) {
    const missing = await slice.find((trx) => listMissing(trx, communityId, how.kinds, AT_ONCE));
    for (const item of missing) {
      const answer = await slice.call(how.operation, (whop) => how.retrieve(whop, item.itemId));
      await slice.write((trx) =>
        answer === null ? markUnknown(trx, communityId, item) : markFound(trx, communityId, [item], slice.deps.now()),
      );
    }
    if (missing.length < AT_ONCE) break;
  }
  while (await takeOut(slice, how));
}

/** @returns whether there may be more. */
async function takeOut(slice: Slice, { kinds, visiblePlaces }: HowToAsk): Promise<boolean> {
  const { communityId } = slice;
  const unknown = await slice.find((trx) => listUnknown(trx, communityId, kinds, AT_ONCE));
  if (unknown.length === 0) return false;
  const visible = await visiblePlaces();
  const gone = unknown.filter(({ placeId }) => visible.has(placeId));
  const byOthers = await slice.remove(gone.map(activityIdOf));
  await slice.write(async (trx) => {
    // What is in a place that we do not see is looked for again when a complete read has not shown it.
    const unseen = unknown.filter(({ placeId }) => !visible.has(placeId));
    await markFound(trx, communityId, unseen, slice.deps.now());
    const settled = gone.map((item) => ({ ...item, byOthers: byOthers.has(activityIdOf(item)) }));
    await markRemoved(trx, communityId, settled);
  });
  return unknown.length === AT_ONCE;
}

/** Puts back what Whop shows again after it had said that it is gone. */
export async function settleBack(slice: Slice, back: readonly ItemKey[]): Promise<void> {
  if (back.length === 0) return;
  await slice.restore(back.map(activityIdOf));
  await slice.write((trx) => markBack(trx, slice.communityId, back));
}

const activityIdOf = ({ kind, itemId }: ItemKey) => `${kind}:${itemId}`;
