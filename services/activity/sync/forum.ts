import { z } from "zod";
import { AppError } from "@/lib/errors";
import type { Feature, Finished, Trouble } from "@/services/activity/sync/feature";
import { readAnew } from "@/services/activity/sync/forum.queries";
import { readComments } from "@/services/activity/sync/forum-comments";
import { readForum } from "@/services/activity/sync/forum-posts";
import { listReacted, type ReactedItem } from "@/services/activity/sync/items.queries";
import { keepPlaces, listPlaces, type Place } from "@/services/activity/sync/places.queries";
import { readReactionsTo } from "@/services/activity/sync/reactions";
import { endRun, runBeganAt } from "@/services/activity/sync/run-over-turns";
import { settleMissing } from "@/services/activity/sync/settle-missing";
import type { Slice } from "@/services/activity/sync/slice";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Forums come and go more seldom. */
const LIST_EVERY_MS = 10 * 60_000;
/** As many in one go, the newest first. */
const LIKED_AT_ONCE = 50;
/**
 * Numbers of comments and likes may be the same though one went and another came: what is this young is read again though they are, so
 * often. A like of a comment is only seen with the comments.
 */
const ANEW = [
  { name: "dailyAt", everyMs: DAY_MS, youngerThanMs: 7 * DAY_MS, likes: true },
  { name: "hourlyAt", everyMs: HOUR_MS, youngerThanMs: 2 * DAY_MS, likes: false },
] as const;

const moment = z.coerce.date().nullable().default(null);
/** Beside what the run notes of itself, see run-over-turns.ts. */
const State = z.looseObject({
  listedAt: moment,
  /** How many forums there were then. */
  forums: z.number().default(0),
  hourlyAt: moment,
  dailyAt: moment,
});
type State = z.output<typeof State>;

/**
 * Reads posts, comments and likes, of which Whop tells nothing by itself: what is new is recorded, what has been deleted taken out. Likes
 * carry no time: theirs is when we first see them.
 */
export const forum: Feature = { name: "forum", permission: "forum:read", sync: readForums };

async function readForums(slice: Slice): Promise<Finished> {
  const state = State.parse(await slice.readState());
  if (isOver(slice, state.listedAt, LIST_EVERY_MS)) await listForums(slice);
  // What the last turn has left comes first, or a community of many forums would never come so far.
  await readBelow(slice);
  const { caughtUpTo, trouble } = await readPosts(slice, await runBeganAt(slice));
  await forgetCounts(slice, state);
  const below = await readBelow(slice);
  await endRun(slice);
  return { caughtUpTo, trouble: below ?? trouble };
}

/** @returns the ids of those that Whop shows. */
async function listForums(slice: Slice): Promise<Set<string>> {
  const { communityId } = slice;
  const forums = await slice.call("forums.list", (whop) => whop.listForums(communityId));
  // Whop is asked by the experience, and activities name it too.
  const places = forums.map(({ experienceId, name }) => ({ id: experienceId, experienceId, name }));
  const state = State.parse(await slice.readState());
  await slice.write(async (trx) => {
    await keepPlaces(trx, communityId, "forum", places);
    await slice.saveState(trx, { ...state, listedAt: slice.deps.now(), forums: places.length });
  });
  return new Set(places.map(({ id }) => id));
}

/** One forum that the app may not see, or that has just gone, does not hold up the others. */
async function readPosts(slice: Slice, beganAt: Date): Promise<Finished> {
  const { forums } = State.parse(await slice.readState());
  const places = forums === 0 ? [] : await slice.find((trx) => listPlaces(trx, slice.communityId, "forum"));
  let caughtUpTo: Date | null = slice.startedAt;
  let trouble: Trouble | undefined;
  let refused: { times: number; error: AppError } | undefined;
  for (const place of places) {
    try {
      const read = await readUnlessRead(slice, place, beganAt);
      trouble ??= read.trouble;
      caughtUpTo = caughtUpTo && read.caughtUpTo && (read.caughtUpTo < caughtUpTo ? read.caughtUpTo : caughtUpTo);
    } catch (error) {
      if (!(error instanceof AppError) || (error.code !== "forbidden" && error.code !== "not_found")) throw error;
      refused = { times: (refused?.times ?? 0) + 1, error };
    }
  }
  if (refused && refused.times === places.length) throw refused.error;
  return { caughtUpTo, trouble };
}

/** To its end, in an earlier turn of this run. */
async function readUnlessRead(slice: Slice, place: Place, beganAt: Date): Promise<Finished> {
  const { caughtUpTo } = place;
  return caughtUpTo !== null && caughtUpTo >= beganAt ? { caughtUpTo } : readForum(slice, place);
}

/** Comments, likes, and what is missing: all that is asked for post by post. */
async function readBelow(slice: Slice): Promise<Trouble | undefined> {
  const comments = await readComments(slice);
  const likes = await readLikes(slice);
  await settleMissing(slice, {
    kinds: ["post", "comment"],
    operation: "forumPosts.retrieve",
    retrieve: (whop, itemId) => whop.retrieveForumPost(itemId),
    visiblePlaces: () => listForums(slice),
  });
  return comments ?? likes;
}

/** Of what is recorded. Likes of what was written before we were there are read while it is young: older ones are history. */
async function readLikes(slice: Slice): Promise<Trouble | undefined> {
  const { communityId, startedAt, countsFrom } = slice;
  const since = new Date(Math.min(countsFrom.getTime(), startedAt.getTime() - 7 * DAY_MS));
  let trouble: Trouble | undefined;
  const done = new Set<string>();
  for (;;) {
    const asked = { kinds: ["post", "comment"], since, limit: LIKED_AT_ONCE + done.size } as const;
    const found = await slice.find((trx) => listReacted(trx, communityId, asked));
    const items = found.filter(({ itemId }) => !done.has(itemId));
    if (items.length === 0) return trouble;
    for (const item of items) {
      const met = await readLikesOf(slice, item);
      if (met === "refused") return trouble;
      if (met) done.add(item.itemId);
      trouble ??= met;
    }
  }
}

/** Whop asks for another permission than of the forum: where that is missing, chat and reactions say so. */
async function readLikesOf(slice: Slice, item: ReactedItem): Promise<Trouble | "refused" | undefined> {
  try {
    return await readReactionsTo(slice, item);
  } catch (error) {
    if (error instanceof AppError && error.code === "forbidden") return "refused";
    throw error;
  }
}

async function forgetCounts(slice: Slice, before: State): Promise<void> {
  const now = slice.deps.now();
  const due = ANEW.filter(({ name, everyMs }) => isOver(slice, before[name], everyMs));
  if (due.length === 0) return;
  const state = State.parse(await slice.readState());
  await slice.write(async (trx) => {
    for (const { youngerThanMs, likes, name } of due) {
      // What has just been read for the first time need not be read again.
      if (before[name] === null) continue;
      await readAnew(trx, slice.communityId, new Date(now.getTime() - youngerThanMs), { likes });
    }
    await slice.saveState(trx, { ...state, ...Object.fromEntries(due.map(({ name }) => [name, now])) });
  });
}

const isOver = ({ deps }: Slice, at: Date | null, pauseMs: number) =>
  at === null || deps.now().getTime() - at.getTime() >= pauseMs;
