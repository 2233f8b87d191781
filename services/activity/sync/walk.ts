import { AppError } from "@/lib/errors";
import type { WhopPage } from "@/lib/whop/client";
import type { Trouble } from "@/services/activity/sync/feature";

/** What a page is made of, as far as reading on is concerned. */
export type Listed = { id: string; createdAt: Date; isPinned: boolean };

/** A read of a place from the newest backwards, page by page, over as many turns as it takes. */
export type Walk = {
  startedAt: Date;
  /** By Whop's clock, the newest that it has shown. */
  newestAt: Date | null;
  /** Whatever is older is known already. */
  stopAt: Date;
  /** It shows all of the window, so what it does not show is missing. */
  isWindow: boolean;
  /** Of the next page; null for the first. */
  cursor: string | null;
  pages: number;
  /** The oldest so far, apart from what is pinned. */
  edgeAt: Date | null;
  /** Whop does not show the newest first: only the end of the list is an end. */
  isDisordered: boolean;
};

/** 100,000 messages; a place that has more since we last looked is read anew from its newest. */
const MOST_PAGES = 1_000;
/** What was written at the same moment may come either way round. */
const DISORDER_MS = 60_000;

export const startWalk = (startedAt: Date, stopAt: Date, isWindow: boolean): Walk => ({
  startedAt,
  newestAt: null,
  stopAt,
  isWindow,
  cursor: null,
  pages: 0,
  edgeAt: null,
  isDisordered: false,
});

export type Step = { walk: Walk; isOver: boolean };

/** Takes one page into account. Pinned ones may come first, whatever their age: they neither end a walk nor say anything of the order. */
export function step(walk: Walk, { items, nextCursor }: WhopPage<Listed>): Step {
  const times = items.filter(({ isPinned }) => !isPinned).map(({ createdAt }) => createdAt.getTime());
  let edge = walk.edgeAt?.getTime() ?? Number.POSITIVE_INFINITY;
  let isDisordered = walk.isDisordered;
  for (const time of times) {
    if (time > edge + DISORDER_MS) isDisordered = true;
    edge = Math.min(edge, time);
  }
  // A clock of Whop's that is ahead of ours must not make us pass over what comes next.
  const newest = Math.min(
    Math.max(walk.newestAt?.getTime() ?? Number.NEGATIVE_INFINITY, ...times),
    walk.startedAt.getTime(),
  );
  const isKnown = edge < walk.stopAt.getTime();
  return {
    walk: {
      ...walk,
      newestAt: Number.isFinite(newest) ? new Date(newest) : null,
      cursor: nextCursor,
      pages: walk.pages + 1,
      edgeAt: Number.isFinite(edge) ? new Date(edge) : null,
      isDisordered,
    },
    isOver: nextCursor === null || (isKnown && !isDisordered),
  };
}

/** @returns undefined where Whop does not know the place in the list any more at which we had stopped (`after`). */
export async function unlessLost<T>(after: string | null, page: Promise<T>): Promise<T | undefined> {
  try {
    return await page;
  } catch (error) {
    if (error instanceof AppError && error.code === "bad_request" && after !== null) return undefined;
    throw error;
  }
}

export type PageGuard = (
  page: WhopPage<{ id: string; isPinned?: boolean }>,
  after: string | null,
) => Trouble | undefined;

/**
 * Watches the pages of one list as they come. What it does not see, because the list is read over several turns, the number of pages
 * ends at last.
 */
export function guardPages(mostPages = MOST_PAGES): PageGuard {
  const ids = new Set<string>();
  const cursors = new Set<string>();
  let pages = 0;
  return ({ items, nextCursor }, after) => {
    pages += 1;
    if (after !== null) cursors.add(after);
    if (nextCursor !== null && cursors.has(nextCursor)) return "stuck_cursor";
    const own = items.filter(({ isPinned }) => !isPinned);
    const isRepeated = own.length > 0 && own.every(({ id }) => ids.has(id));
    for (const { id } of own) ids.add(id);
    if (isRepeated) return "repeating_page";
    return nextCursor !== null && pages >= mostPages ? "too_many_pages" : undefined;
  };
}

export const isTooLong = (walk: Walk): boolean => walk.pages >= MOST_PAGES;
