import type { Transaction } from "kysely";
import { AppError } from "@/lib/errors";
import type { WhopMessage } from "@/lib/whop/client";
import { countedMessage } from "@/services/activity/facts";
import type { Finished, Trouble } from "@/services/activity/sync/feature";
import { keepSeen, markMissing, type SeenItem } from "@/services/activity/sync/items.queries";
import { finishWalk, type Place, saveWalk } from "@/services/activity/sync/places.queries";
import { settleBack, YOUNGEST_JUDGED_MS } from "@/services/activity/sync/settle-missing";
import { type Slice, SliceOver } from "@/services/activity/sync/slice";
import { guardPages, isTooLong, startWalk, step, unlessLost, type Walk } from "@/services/activity/sync/walk";
import type { DB } from "@/types/database";

/** In which deletions are found and reactions counted. */
export const WINDOW_MS = 48 * 3_600_000;
/** Whop may show a message a little after others that are younger. */
const OVERLAP_MS = 10 * 60_000;
/**
 * The whole window is read again after so long for each page that it had, an hour at most: every run where it is one page, which is
 * read anyway. So a channel of any size costs half a call a minute on average, and 400 channels (two of each of 200 communities) 200 of the
 * 540 that are ours; reading on from the newest costs each one page a run more.
 */
const WINDOW_PAGE_MS = 2 * 60_000;
const LONGEST_BETWEEN_WINDOWS_MS = 3_600_000;

/** Messages that are held until they are recorded, so that most come in the order in which they were written. */
const MOST_HELD = 1_000;

/** Reads one channel from its newest message back to what is known; from time to time through the whole window. */
export async function readChannel(slice: Slice, place: Place): Promise<Finished> {
  const { communityId } = slice;
  const guard = guardPages();
  const held: WhopMessage[] = [];
  let walk = place.walk ?? begin(slice, place);
  for (;;) {
    const after = walk.cursor;
    const page = await readPage(slice, place, after).catch(keptFirst);
    if (page === undefined) return giveUp("lost_cursor");
    slice.note({ read: page.items.length });
    held.push(...page.items);
    const trouble = guard(page, after);
    const { walk: next, isOver } = step(walk, page);
    if (trouble) return giveUp(trouble);
    if (isOver) {
      await keep((trx) => finish(trx, slice, place, next));
      return { caughtUpTo: next.startedAt, remark: next.isDisordered ? "unexpected_order" : undefined };
    }
    if (isTooLong(next)) return giveUp("too_many_pages");
    walk = next;
    if (held.length >= MOST_HELD) await keep((trx) => saveWalk(trx, communityId, place.placeId, walk));
  }

  async function keep(alongside: (trx: Transaction<DB>) => Promise<void>): Promise<void> {
    await keepMessages(slice, place, { messages: held, since: windowFrom(walk) }, alongside);
    held.length = 0;
  }

  /** What has been read is recorded. The next run begins with the newest again, back to where the last complete one began. */
  async function giveUp(trouble: Trouble): Promise<Finished> {
    await keep((trx) => saveWalk(trx, communityId, place.placeId, null));
    return { caughtUpTo: place.caughtUpTo, trouble };
  }

  /** Where the turn ends, or Whop does not answer: what has been read so far is not to be read again. */
  async function keptFirst(error: unknown): Promise<never> {
    const isExpected = error instanceof SliceOver || error instanceof AppError;
    if (isExpected && held.length > 0) await keep((trx) => saveWalk(trx, communityId, place.placeId, walk));
    throw error;
  }
}

async function finish(trx: Transaction<DB>, { communityId }: Slice, { placeId }: Place, walk: Walk): Promise<void> {
  await finishWalk(trx, communityId, placeId, walk);
  if (!walk.isWindow) return;
  const to = new Date(walk.startedAt.getTime() - YOUNGEST_JUDGED_MS);
  const from = new Date(Math.max(walk.stopAt.getTime(), windowFrom(walk).getTime()));
  const shown = { from, to, checkedSince: walk.startedAt };
  await markMissing(trx, communityId, { kind: "message", placeId }, shown);
}

function begin({ countsFrom, deps }: Slice, place: Place): Walk {
  const now = deps.now();
  const known = place.newestAt === null ? countsFrom : new Date(place.newestAt.getTime() - OVERLAP_MS);
  const isWindow = place.windowReadAt === null || now.getTime() - place.windowReadAt.getTime() >= betweenWindows(place);
  const stopAt = isWindow ? Math.min(windowFrom({ startedAt: now }).getTime(), known.getTime()) : known.getTime();
  return startWalk(now, new Date(stopAt), isWindow);
}

const windowFrom = ({ startedAt }: Pick<Walk, "startedAt">) => new Date(startedAt.getTime() - WINDOW_MS);

const betweenWindows = ({ windowPages }: Place) =>
  windowPages <= 1 ? 0 : Math.min(windowPages * WINDOW_PAGE_MS, LONGEST_BETWEEN_WINDOWS_MS);

const readPage = (slice: Slice, { placeId }: Place, after: string | null) =>
  unlessLost(
    after,
    slice.call("messages.list", (whop) =>
      whop.readMessages({ channelId: placeId, direction: "desc", after: after ?? undefined }),
    ),
  );

/** What pages have shown, and how far we have come with them, in one transaction. */
async function keepMessages(
  slice: Slice,
  { placeId, experienceId }: Place,
  { messages, since }: { messages: readonly WhopMessage[]; since: Date },
  alongside: (trx: Transaction<DB>) => Promise<void>,
): Promise<void> {
  const { deps, communityId, countsFrom } = slice;
  const now = deps.now();
  const counted = messages.flatMap((message) => {
    if (message.userId === null) return [];
    const activity = countedMessage(deps, { ...message, userId: message.userId, experienceId }, "sync");
    return activity ? [{ message, activity }] : [];
  });
  const items = counted
    .filter(({ message }) => message.createdAt >= since)
    .map(({ message }): SeenItem => {
      const { id: itemId, createdAt: occurredAt, reactionCount: reactions } = message;
      return { kind: "message", itemId, placeId, occurredAt, reactions };
    });
  const live = counted.filter(({ message }) => message.createdAt >= countsFrom).map(({ activity }) => activity);
  let back: Awaited<ReturnType<typeof keepSeen>> = [];
  await slice.record(live, async (trx) => {
    back = await keepSeen(trx, communityId, items, now);
    await alongside(trx);
  });
  await settleBack(slice, back);
}
