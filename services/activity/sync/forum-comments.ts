import { AppError } from "@/lib/errors";
import type { Trouble } from "@/services/activity/sync/feature";
import {
  type CommentedItem,
  listCommented,
  markAbsent,
  markCommentsRead,
  markMissingBelow,
} from "@/services/activity/sync/forum.queries";
import { keepPosts, missTheRest } from "@/services/activity/sync/forum-posts";
import type { Slice } from "@/services/activity/sync/slice";
import { guardPages } from "@/services/activity/sync/walk";

/** As many posts in one go, the newest first. */
const AT_ONCE = 50;
/** 2,000 comments on one post; more pay nobody anything that matters, and would keep us from the other posts. */
const MOST_PAGES = 20;

/**
 * Reads the comments on every post whose number of comments has changed, and those on comments. @returns what kept us from the end of one.
 */
export async function readComments(slice: Slice): Promise<Trouble | undefined> {
  let trouble: Trouble | undefined;
  const done = new Set<string>();
  for (;;) {
    const limit = AT_ONCE + done.size;
    const found = await slice.find((trx) => listCommented(trx, slice.communityId, limit));
    const items = found.filter(({ itemId }) => !done.has(itemId));
    if (items.length === 0) return trouble;
    for (const item of items) {
      // Whatever went wrong with it, the others come first.
      const met = await readCommentsOn(slice, item);
      if (met !== "read") done.add(item.itemId);
      if (met !== "read" && met !== "refused") trouble ??= met;
    }
  }
}

/** In an order that tells nothing of what is new, so all of them. */
async function readCommentsOn(slice: Slice, item: CommentedItem): Promise<Trouble | "read" | "refused"> {
  const { communityId, deps } = slice;
  const startedAt = deps.now();
  const guard = guardPages(MOST_PAGES);
  for (let after: string | null = null; ; ) {
    const page = await readPage(slice, item, after);
    if (page === undefined) return "refused";
    const trouble = guard(page, after);
    const isOver = trouble === undefined && page.nextCursor === null;
    await keepPosts(slice, item, page.items, async (trx) => {
      if (isOver || trouble === "too_many_pages") await markCommentsRead(trx, communityId, item);
      if (!isOver) return;
      const { placeId, itemId: parentId } = item;
      await missTheRest(trx, slice, { placeId, kind: "comment", parentId }, startedAt);
    });
    if (isOver || trouble === "too_many_pages") return "read";
    if (trouble) return trouble;
    after = page.nextCursor;
  }
}

/** Undefined where we may not see them, or the post itself is gone. */
async function readPage(slice: Slice, item: CommentedItem, after: string | null) {
  const { experienceId, itemId: parentId } = item;
  try {
    const page = await slice.call("forumPosts.list", (whop) =>
      whop.readForumPosts({ experienceId, parentId, after: after ?? undefined }),
    );
    slice.note({ read: page.items.length });
    return page;
  } catch (error) {
    if (!(error instanceof AppError) || (error.code !== "not_found" && error.code !== "forbidden")) throw error;
    if (error.code === "not_found") {
      await slice.write(async (trx) => {
        await markAbsent(trx, slice.communityId, item);
        await markMissingBelow(trx, slice.communityId);
      });
    }
    return undefined;
  }
}
