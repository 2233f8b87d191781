import type { Transaction } from "kysely";
import type { WhopForumPost } from "@/lib/whop/client";
import { countedPost } from "@/services/activity/facts";
import type { Finished, Trouble } from "@/services/activity/sync/feature";
import {
  findShown,
  forgetUnrecorded,
  keepShown,
  markMissingBelow,
  type Part,
  type ShownPost,
} from "@/services/activity/sync/forum.queries";
import { markMissing } from "@/services/activity/sync/items.queries";
import { finishWalk, type Place, saveWalk } from "@/services/activity/sync/places.queries";
import { settleBack, YOUNGEST_JUDGED_MS } from "@/services/activity/sync/settle-missing";
import type { Slice } from "@/services/activity/sync/slice";
import { guardPages, isTooLong, startWalk, step, unlessLost, type Walk } from "@/services/activity/sync/walk";
import { RETENTION_DAYS } from "@/services/xp/close-months";
import type { DB } from "@/types/database";

const DAY_MS = 24 * 3_600_000;
/** Comments on what is older, when we first see it, are history. */
const TALKED_ABOUT_MS = 7 * DAY_MS;
/** As far back as activities are kept as they were. */
const JUDGED_MS = RETENTION_DAYS * DAY_MS;
/**
 * Whop documents no order, so only a read to the end has surely seen everything. It comes again after so long for each page that it had,
 * an hour at most; a forum of one page is read whole each time. In between its head is looked at, where the new ones are in most orders
 * that one can think of. So a forum of any size costs a call and a half a run, 200 communities some 300 of the 540 a minute that are ours.
 */
const WHOLE_PAGE_MS = 2 * 60_000;
const LONGEST_BETWEEN_WHOLE_MS = 3_600_000;
/** More that is new at once waits for the next read to the end. */
const MOST_HEAD_PAGES = 10;

/** Reads the posts of one forum: to its end where that is due or under way, else its head. */
export async function readForum(slice: Slice, place: Place): Promise<Finished> {
  const isDue =
    place.windowReadAt === null || slice.deps.now().getTime() - place.windowReadAt.getTime() >= pause(place);
  return place.walk || isDue ? readWhole(slice, place) : readHead(slice, place);
}

const pause = ({ windowPages }: Place) =>
  windowPages <= 1 ? 0 : Math.min(windowPages * WHOLE_PAGE_MS, LONGEST_BETWEEN_WHOLE_MS);

async function readWhole(slice: Slice, place: Place): Promise<Finished> {
  const { communityId, deps } = slice;
  const guard = guardPages();
  let walk: Walk = place.walk ?? startWalk(deps.now(), new Date(0), true);
  for (;;) {
    const after = walk.cursor;
    const page = await readPage(slice, place, after);
    if (page === undefined) return giveUp("lost_cursor");
    const trouble = guard(page, after);
    const { walk: next } = step(walk, page);
    const isOver = trouble === undefined && next.cursor === null;
    await keepPosts(slice, place, page.items, (trx) =>
      isOver ? finish(trx, next) : saveWalk(trx, communityId, place.placeId, trouble ? null : next),
    );
    if (trouble) return { caughtUpTo: place.caughtUpTo, trouble };
    if (isOver) return { caughtUpTo: next.startedAt };
    if (isTooLong(next)) return giveUp("too_many_pages");
    walk = next;
  }

  async function finish(trx: Transaction<DB>, next: Walk): Promise<void> {
    await finishWalk(trx, communityId, place.placeId, next);
    await missTheRest(trx, slice, { placeId: place.placeId, kind: "post" }, next.startedAt);
  }

  async function giveUp(trouble: Trouble): Promise<Finished> {
    await slice.write((trx) => saveWalk(trx, communityId, place.placeId, null));
    return { caughtUpTo: place.caughtUpTo, trouble };
  }
}

/** Page by page until one shows something known; what is pinned stands first however old it is, and says nothing. */
async function readHead(slice: Slice, place: Place): Promise<Finished> {
  const guard = guardPages(MOST_HEAD_PAGES);
  const finished: Finished = { caughtUpTo: place.caughtUpTo };
  for (let after: string | null = null; ; ) {
    const page = await readPage(slice, place, after);
    if (page === undefined) return finished;
    const ids = page.items.filter(({ isPinned }) => !isPinned).map(({ id }) => id);
    const shown = await slice.find((trx) => findShown(trx, slice.communityId, ids));
    await keepPosts(slice, place, page.items);
    const trouble = guard(page, after);
    if (trouble === "stuck_cursor" || trouble === "repeating_page") return { ...finished, trouble };
    if (trouble || page.nextCursor === null || ids.some((id) => shown.has(id))) return finished;
    after = page.nextCursor;
  }
}

async function readPage(slice: Slice, { placeId: experienceId }: Place, after: string | null) {
  const page = await unlessLost(
    after,
    slice.call("forumPosts.list", (whop) => whop.readForumPosts({ experienceId, after: after ?? undefined })),
  );
  slice.note({ read: page?.items.length });
  return page;
}

/** Records what a page shows, and keeps it to be looked for, in one transaction. For comments as well: they are posts with a parent. */
export async function keepPosts(
  slice: Slice,
  { placeId, experienceId }: Pick<Place, "placeId" | "experienceId">,
  posts: readonly WhopForumPost[],
  alongside: (trx: Transaction<DB>) => Promise<void> = async () => undefined,
): Promise<void> {
  const { deps, communityId, countsFrom } = slice;
  const now = deps.now();
  const live = posts.flatMap((post) => {
    if (post.userId === null || post.createdAt < countsFrom) return [];
    const activity = countedPost(deps, { ...post, userId: post.userId, experienceId }, "sync");
    return activity ? [activity] : [];
  });
  const keptSince = new Date(now.getTime() - JUDGED_MS);
  const commentsSince = new Date(Math.max(countsFrom.getTime() - TALKED_ABOUT_MS, keptSince.getTime()));
  let back: Awaited<ReturnType<typeof keepShown>> = [];
  await slice.record(live, async (trx) => {
    back = await keepShown(trx, communityId, placeId, posts.map(shownPost), {
      checkedAt: now,
      commentsSince,
      keptSince,
    });
    await alongside(trx);
  });
  await settleBack(slice, back);
}

function shownPost({ id, parentId, createdAt, likeCount, commentCount }: WhopForumPost): ShownPost {
  const kind = parentId === null ? "post" : "comment";
  return { kind, itemId: id, parentId, occurredAt: createdAt, reactions: likeCount, comments: commentCount };
}

/** All of this part of the forum has been shown: what has not is missing. */
export async function missTheRest(
  trx: Transaction<DB>,
  { communityId }: Slice,
  part: Part,
  startedAt: Date,
): Promise<void> {
  await forgetUnrecorded(trx, communityId, part, startedAt);
  await markMissing(trx, communityId, part, {
    from: new Date(startedAt.getTime() - JUDGED_MS),
    to: new Date(startedAt.getTime() - YOUNGEST_JUDGED_MS),
    checkedSince: startedAt,
  });
  await markMissingBelow(trx, communityId);
}
