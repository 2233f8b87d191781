import type { Transaction } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { inBackground } from "@/lib/http/background";
import { type Board, currentBoard, type Filter } from "@/services/leaderboard/board";
import { competitionRanks, firstWithLess } from "@/services/leaderboard/competition-ranks";
import { countMembers } from "@/services/leaderboard/count-members";
import { openCursor, type Place, sealCursor } from "@/services/leaderboard/cursor";
import { findRanks, type RankDeps } from "@/services/leaderboard/find-ranks";
import { findStreaks } from "@/services/leaderboard/find-streaks";
import {
  findStanding,
  findTransactionTime,
  listStandings,
  type Standing,
} from "@/services/leaderboard/leaderboard.queries";
import type { Visibility } from "@/services/leaderboard/leaderboard.schema";
import { findRankChanges, type RankChanges } from "@/services/leaderboard/rank-changes";
import { isStale, type ProfileDeps, refreshProfiles } from "@/services/leaderboard/refresh-profiles";
import { type BoardRow, showStanding } from "@/services/leaderboard/show-standing";
import type { DB } from "@/types/database";

export type LeaderboardDeps = RankDeps & ProfileDeps & Pick<Deps, "keyedHash">;

export type LeaderboardRequest = {
  filter: Filter;
  limit: number;
  cursor?: string;
  me?: boolean;
  around?: number;
};

export type OwnRow = Omit<BoardRow, "rank"> & {
  /** Null without XP on this board, and for who is hidden. */
  rank: number | null;
  visibility: Visibility;
};

export type Leaderboard = {
  leaderboard: BoardRow[];
  /** How many stand on this board; at most some 10 s old where they do not fit on one page. */
  total: number;
  /** For the rows after these; null at the end. */
  next_cursor: string | null;
  me?: OwnRow | null;
  around?: BoardRow[];
  cached: boolean;
};

/** What was read of the board at one time, before ranks. */
type Rows = {
  page: Standing[];
  next?: Place;
  me?: Standing;
  around: Standing[];
  /** Read only where ranks have to be looked up. */
  databaseTime?: Date;
};

/**
 * A page of a board, best first, with the viewer's own row and the rows around it where asked. Going on by `next_cursor` meets
 * everybody whose XP stay the same exactly once, however much the others move.
 * @param viewerId whose row `me` and `around` are about; undefined for nobody known, who has none.
 * @throws AppError bad_request for a cursor that is not of this board · not_found for an unknown community
 */
export async function readLeaderboard(
  deps: LeaderboardDeps,
  communityId: string,
  request: LeaderboardRequest,
  viewerId?: string,
): Promise<Leaderboard> {
  const { filter, cursor } = request;
  const { board, place } =
    cursor !== undefined
      ? openCursor(deps, communityId, filter, cursor)
      : { board: await currentBoard(deps, communityId, filter), place: undefined };
  const rows = await inCommunity(deps.db, communityId, (trx) =>
    readRows(trx, communityId, board, { ...request, place, viewerId }),
  );
  const { rankOf, cached } = await rankRows(deps, communityId, board, rows, place === undefined);
  const changeOf = board.filter === "all-time" ? await findRankChanges(deps, communityId) : () => null;
  const streakOf = await findStreaks(deps, communityId);
  const shown = (standing: Standing) =>
    showStanding(deps, communityId, { ...standing, streak: streakOf(standing) }, viewerId);
  refreshLater(deps, communityId, rows, viewerId);

  const show = (standing: Standing): BoardRow => {
    const rank = rankOf(standing.xp);
    return { rank, rank_change: changeOf(standing.userId, rank), ...shown(standing) };
  };
  return {
    leaderboard: rows.page.map(show),
    total: await totalOf(deps, communityId, board, rows, place === undefined),
    next_cursor: rows.next ? sealCursor(deps, communityId, board, rows.next) : null,
    ...(request.me && viewerId ? { me: ownRow(viewerId, rows.me, { rankOf, changeOf, shown }) } : {}),
    ...(request.around && viewerId ? { around: rows.around.map(show) } : {}),
    cached,
  };
}

async function readRows(
  trx: Transaction<DB>,
  communityId: string,
  board: Board,
  request: LeaderboardRequest & { place?: Place; viewerId?: string },
): Promise<Rows> {
  const { place, viewerId, limit, around } = request;
  const isOwnAsked = viewerId !== undefined && (request.me === true || around !== undefined);
  const databaseTime = place || isOwnAsked ? await findTransactionTime(trx) : undefined;
  const found = await listStandings(trx, communityId, board, { from: place, limit: limit + 1 });
  const page = found.slice(0, limit);
  const rows: Rows = { page, next: found.length > limit ? page.at(-1) : undefined, around: [], databaseTime };
  if (isOwnAsked) rows.me = await findStanding(trx, communityId, board, viewerId);
  if (around && rows.me && isOnBoard(rows.me)) {
    const above = await listStandings(trx, communityId, board, { from: rows.me, backwards: true, limit: around });
    const below = await listStandings(trx, communityId, board, { from: rows.me, limit: around });
    rows.around = [...above.reverse(), rows.me, ...below];
  }
  return rows;
}

const isOnBoard = ({ xp, onBoard }: Standing) => xp > 0 && onBoard;

/**
 * The rank of every XP among the rows: equal XP, equal rank in all of the answer. The board's first page needs nobody's help;
 * else two ranks are asked for, from which those of the following rows follow.
 */
async function rankRows(deps: RankDeps, communityId: string, board: Board, rows: Rows, isFirstPage: boolean) {
  const known = new Map<number, number>();
  const remember = (xps: number[], ranks: number[]) => {
    xps.forEach((xp, at) => {
      if (!known.has(xp)) known.set(xp, ranks[at] ?? 0);
    });
  };
  const pageXps = rows.page.map(({ xp }) => xp);
  const aroundXps = rows.around.map(({ xp }) => xp);
  if (isFirstPage) remember(pageXps, competitionRanks(pageXps));

  const lists = [...(isFirstPage ? [] : [pageXps]), aroundXps, rows.me && isOnBoard(rows.me) ? [rows.me.xp] : []];
  const wanted = lists.flatMap((xps) => [xps[0], xps[firstWithLess(xps) ?? xps.length]]);
  const asked = [...new Set(wanted)].filter((xp) => xp !== undefined && !known.has(xp)) as number[]; // undefined is filtered out
  const { ranks, cached } = rows.databaseTime
    ? await findRanks(deps, communityId, board, asked, rows.databaseTime)
    : { ranks: [], cached: false };
  const looked = new Map([...known, ...asked.map((xp, at): [number, number] => [xp, ranks[at] ?? 0])]);
  for (const xps of lists) {
    const [first, next] = [xps[0], xps[firstWithLess(xps) ?? xps.length]];
    if (first === undefined) continue;
    const ahead = { first: looked.get(first) ?? 0, next: next === undefined ? undefined : looked.get(next) };
    remember(xps, competitionRanks(xps, ahead));
  }
  return { rankOf: (xp: number) => known.get(xp) ?? 0, cached };
}

/** Counted, unless all of them are on this page. */
async function totalOf(deps: RankDeps, communityId: string, board: Board, rows: Rows, isFirstPage: boolean) {
  if (isFirstPage && !rows.next) return rows.page.length;
  return Math.max(await countMembers(deps, communityId, board), rows.page.length);
}

type Shows = {
  rankOf: (xp: number) => number;
  changeOf: RankChanges;
  shown: (standing: Standing) => Omit<BoardRow, "rank" | "rank_change">;
};

function ownRow(viewerId: string, me: Standing | undefined, { rankOf, changeOf, shown }: Shows): OwnRow {
  const standing = me ?? newcomer(viewerId);
  const rank = isOnBoard(standing) ? rankOf(standing.xp) : null;
  return { rank, rank_change: changeOf(viewerId, rank), ...shown(standing), visibility: standing.visibility };
}

/** Somebody who has done nothing yet. */
function newcomer(userId: string): Standing {
  const nothing = { xp: 0, reachedAtUs: 0, level: 1, totalMessages: 0, totalPosts: 0, totalReactions: 0 };
  return {
    userId,
    ...nothing,
    visibility: "public",
    onBoard: true,
    username: null,
    name: null,
    pictureUrl: null,
    fetchedAt: null,
    streakDays: 0,
    streakDay: null,
    streakLongest: 0,
    streakFreezes: 0,
  };
}

function refreshLater(deps: LeaderboardDeps, communityId: string, rows: Rows, viewerId: string | undefined): void {
  const seen = [...(rows.me && rows.me.xp > 0 ? [rows.me] : []), ...rows.page, ...rows.around];
  const named = seen.filter(({ visibility, userId }) => visibility === "public" || userId === viewerId);
  const userIds = [...new Set(named.filter((one) => isStale(deps, one)).map(({ userId }) => userId))];
  if (userIds.length > 0) inBackground(deps, refreshProfiles(deps, communityId, userIds));
}
