import { AppError } from "@/lib/errors";
import { reactionActivities } from "@/services/activity/facts";
import { WINDOW_MS } from "@/services/activity/sync/chat-channel";
import type { Feature, Finished, Trouble } from "@/services/activity/sync/feature";
import { listReacted, markReactionsRead, type ReactedItem } from "@/services/activity/sync/items.queries";
import type { Slice } from "@/services/activity/sync/slice";
import { guardPages } from "@/services/activity/sync/walk";

/** As many messages in one go, the newest first. */
const AT_ONCE = 50;
/** 2,000 reactions to one message; more pay nobody anything that matters. */
const MOST_PAGES = 20;

/**
 * Reads the reactions to messages whose number has changed since. They carry no time: theirs is when we first see them. Who has reacted
 * once has reacted, so one that is taken back and given again is the same.
 */
export const reactions: Feature = { name: "reactions", permission: "chat:read", follows: "chat", sync: readReactions };

async function readReactions(slice: Slice): Promise<Finished> {
  let trouble: Trouble | undefined;
  const done = new Set<string>();
  const since = new Date(slice.startedAt.getTime() - WINDOW_MS);
  for (;;) {
    const limit = AT_ONCE + done.size;
    const found = await slice.find((trx) => listReacted(trx, slice.communityId, { kinds: ["message"], since, limit }));
    const items = found.filter(({ itemId }) => !done.has(itemId));
    if (items.length === 0) return { caughtUpTo: trouble ? null : slice.startedAt, trouble };
    for (const item of items) {
      const met = await readReactionsTo(slice, item);
      // Whatever went wrong with it, the others come first.
      if (met) done.add(item.itemId);
      trouble ??= met;
    }
  }
}

/** The likes of a forum post are read in the same way. @returns what kept us from the end of the list. */
export async function readReactionsTo(slice: Slice, item: ReactedItem): Promise<Trouble | undefined> {
  const { deps, communityId } = slice;
  const guard = guardPages(MOST_PAGES);
  const userIds = new Set<string>();
  let trouble: Trouble | undefined;
  for (let after: string | null = null; ; ) {
    const page = await readPage(slice, item.itemId, after);
    // Deleted meanwhile: that is for whoever looks for deletions.
    if (page === null) break;
    slice.note({ read: page.items.length });
    for (const { userId } of page.items) if (userId !== null) userIds.add(userId);
    trouble = guard(page, after);
    if (trouble || page.nextCursor === null) break;
    after = page.nextCursor;
  }
  const { itemId: targetId, occurredAt: targetAt, authorId, experienceId } = item;
  const activities = [...userIds].flatMap((userId) =>
    reactionActivities(deps, { userId, targetId, authorId, targetAt, experienceId, at: deps.now() }, "sync"),
  );
  const isRead = trouble === undefined || trouble === "too_many_pages";
  await slice.record(activities, async (trx) => {
    if (isRead) await markReactionsRead(trx, communityId, item);
  });
  return isRead ? undefined : trouble;
}

async function readPage(slice: Slice, resourceId: string, after: string | null) {
  try {
    return await slice.call("reactions.list", (whop) => whop.readReactions({ resourceId, after: after ?? undefined }));
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  }
}
