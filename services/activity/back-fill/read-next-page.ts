import { createHash } from "node:crypto";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { AppError } from "@/lib/errors";
import type { WhopForumPost, WhopMessage, WhopPage } from "@/lib/whop/client";
import type { BackFillProblem, ReadableKind } from "@/services/activity/back-fill/back-fill";
import { type BackFillPlace, findNextPlace } from "@/services/activity/back-fill/back-fill.queries";
import { listChats, listForums, visible } from "@/services/activity/back-fill/list-places";
import { ask, type Turn, write } from "@/services/activity/back-fill/turn";
import { countedMessage, countedPost } from "@/services/activity/facts";
import type { Activity } from "@/services/xp/activity";

/** The most that Whop puts on a page. */
const PER_PAGE = 100;

/** What a page held that counts, and how it goes on. */
type Kept = {
  activities: Activity[];
  /** Posts whose comments are to be read. */
  posts: { id: string; pages: number }[];
  nextCursor: string | null;
  isLast: boolean;
  readBackTo: Date | null;
  /** By which the page is known, should it come again. */
  mark: string;
};

/**
 * Reads one page of the next place that is not read to its end, and sets down what counts of it. Memory holds one page.
 * @returns false when nothing is left to be read. @throws TurnOver · AppError unavailable, and what the database throws
 */
export async function readNextPage(turn: Turn, since: Date): Promise<boolean> {
  const { deps, communityId } = turn;
  const place = await inCommunity(deps.db, communityId, (trx) => findNextPlace(trx, communityId));
  if (!place) return false;
  try {
    await keepPage(turn, place, await readPlace(turn, place, since));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "forbidden") await skip(turn, { refused: kindOf(place) });
    else if (error.code === "not_found") await leave(turn, place);
    else if (error.code === "bad_request" && place.cursor !== null) await forgetCursor(turn, place.placeId);
    else throw error;
  }
  return true;
}

function readPlace(turn: Turn, place: BackFillPlace, since: Date): Promise<Kept> {
  return place.kind === "chat" ? readChat(turn, place, since) : readForum(turn, place, since);
}

/** Newest first: it ends where a page has come past the edge. */
async function readChat(turn: Turn, { placeId, experienceId, cursor }: BackFillPlace, since: Date): Promise<Kept> {
  const page = await ask(turn, "messages.list", (whop) =>
    whop.readMessages({ channelId: placeId, direction: "desc", after: cursor ?? undefined, first: PER_PAGE }),
  );
  const messages = page.items.filter((message) => message.createdAt >= since);
  const oldest = oldestOf(page);
  return {
    activities: messages.flatMap((message) => activityOf(turn, message, experienceId)),
    posts: [],
    mark: markOf(page),
    nextCursor: page.nextCursor,
    isLast: page.nextCursor === null || (oldest !== null && oldest < since),
    readBackTo: oldest,
  };
}

/** Whop documents no order of posts, so all pages are read; of comments too, also those of a post from before the edge. */
async function readForum(turn: Turn, place: BackFillPlace, since: Date): Promise<Kept> {
  const { placeId, kind, experienceId, cursor } = place;
  const parentId = kind === "comments" ? placeId : undefined;
  const page = await ask(turn, "forumPosts.list", (whop) =>
    whop.readForumPosts({ experienceId, parentId, after: cursor ?? undefined, first: PER_PAGE }),
  );
  return {
    activities: page.items.flatMap((post) => (post.createdAt < since ? [] : postActivity(turn, post, experienceId))),
    nextCursor: page.nextCursor,
    isLast: page.nextCursor === null,
    readBackTo: null,
    mark: markOf(page),
    posts: page.items
      .filter(({ commentCount }) => commentCount > 0)
      .map(({ id, commentCount }) => ({ id, pages: Math.ceil(commentCount / PER_PAGE) })),
  };
}

async function keepPage(turn: Turn, { placeId, cursor }: BackFillPlace, kept: Kept): Promise<void> {
  if (!kept.isLast && kept.nextCursor === cursor) return beginAnew(turn, placeId);
  const outcome = await write<string>(
    turn,
    (id) => sql`select keep_back_fill_page(${id}, ${turn.token}, ${placeId}, ${JSON.stringify(kept)}::jsonb) as answer`,
  );
  if (outcome === "again") await beginAnew(turn, placeId);
}

/** A place that Whop does not know any more: it is gone, or the whole community is out of our sight. */
async function leave(turn: Turn, place: BackFillPlace): Promise<void> {
  const refused = kindOf(place);
  const seen = await visible(() => (refused === "chat" ? listChats(turn) : listForums(turn)));
  if (seen === null) return skip(turn, { refused });
  if (seen.some(({ id }) => id === place.placeId))
    throw new AppError("unavailable", "Whop lists a place that it does not know.");
  return skip(turn, { placeId: place.placeId });
}

/** Whop shows the same again and again: its cursors are not to be trusted. */
async function beginAnew(turn: Turn, placeId: string): Promise<never> {
  await forgetCursor(turn, placeId);
  throw new AppError("unavailable", "Whop shows the same page again and again.");
}

async function forgetCursor(turn: Turn, placeId: string): Promise<void> {
  await write(turn, (id) => sql`select reread_back_fill_place(${id}, ${turn.token}, ${placeId}) as answer`);
}

/** Of what is left to be read: a place, everything of a kind that may not be seen, or all of it. */
export async function skip(
  turn: Turn,
  {
    placeId = null,
    refused = null,
    problem = null,
  }: { placeId?: string | null; refused?: ReadableKind | null; problem?: BackFillProblem | null },
): Promise<void> {
  await write(
    turn,
    (id) => sql`select skip_back_fill_places(${id}, ${turn.token}, ${placeId}, ${refused}, ${problem}) as answer`,
  );
}

const kindOf = ({ kind }: BackFillPlace): ReadableKind => (kind === "chat" ? "chat" : "forum");

function activityOf({ deps }: Turn, { userId, ...message }: WhopMessage, experienceId: string): Activity[] {
  const activity = userId === null ? null : countedMessage(deps, { ...message, userId, experienceId }, "history");
  return activity ? [activity] : [];
}

function postActivity({ deps }: Turn, { userId, ...post }: WhopForumPost, experienceId: string): Activity[] {
  const activity = userId === null ? null : countedPost(deps, { ...post, userId, experienceId }, "history");
  return activity ? [activity] : [];
}

function oldestOf({ items }: WhopPage<WhopMessage>): Date | null {
  const times = items.map(({ createdAt }) => createdAt.getTime());
  return times.length === 0 ? null : new Date(Math.min(...times));
}

const markOf = ({ items }: WhopPage<{ id: string }>) =>
  createHash("sha256")
    .update(items.map(({ id }) => id).join(" "))
    .digest("hex");
