import type { Board, Stretch, Viewer } from "@/components/leaderboard/board";
import { competitionRanks } from "@/services/leaderboard/competition-ranks";
import type { BoardChange, OwnNews } from "@/services/leaderboard/news";
import type { BoardRow } from "@/services/leaderboard/show-standing";

type Face = Pick<BoardRow, "level" | "streak_days" | "name" | "username" | "picture_url">;
type Move = { userId: string; xp: number; face: Face | null };

/** The board after what has changed, as far as it is loaded. Every change is newer than what the board shows of that member. */
export function patchBoard(board: Board, changes: readonly BoardChange[], viewer: Viewer): Board {
  return changes.reduce((patched, change) => applyChange(patched, change, viewer), board);
}

function applyChange(board: Board, change: BoardChange, viewer: Viewer): Board {
  const isMe = change.memberId === viewer.userId || change.memberId === viewer.opaqueId;
  if (change.left) {
    // The reader is known by two names: the one that leaves may not be the one that stays.
    return isMe ? { ...board, isDoubtful: true } : applyMove(board, { userId: change.memberId, xp: 0, face: null });
  }
  const xp = xpOn(board, change);
  if (xp === "earlier") return board;
  if (xp === "later") return { ...board, isDoubtful: true };
  const { level, streakDays, name, username, pictureUrl } = change;
  const userId = isMe ? viewer.userId : change.memberId;
  return applyMove(board, {
    userId,
    xp,
    face: { level, streak_days: streakDays, name, username, picture_url: pictureUrl },
  });
}

/** The board after the reader's own news, which come before everybody else's. */
export function patchWithNews(board: Board, news: OwnNews): Board {
  const { me, filter } = board;
  if (me === null || filter === "month") return board;
  const { progress, weekXp, rank, streak } = news;
  const xp = filter === "week" ? weekXp : progress.xp;
  const { name, username, picture_url } = me;
  const face = { level: progress.level, streak_days: streak?.days ?? 0, name, username, picture_url };
  if (me.visibility === "hidden") return { ...board, me: { ...me, ...face, xp, rank: null } };
  const patched = applyMove(board, { userId: me.user_id, xp, face });
  if (filter !== "all-time" || rank === null || patched.me === null || isAmong(patched.rows, me.user_id))
    return patched;
  return { ...patched, me: withRank(patched.me, rank) };
}

/** "earlier" and "later" for another week or month than the board's. */
function xpOn({ filter, startsOn }: Board, change: Extract<BoardChange, { left?: undefined }>) {
  if (filter === "all-time" || startsOn === null) return Math.max(0, change.xp);
  const part = change[filter];
  if (part.startsOn !== startsOn) return part.startsOn < startsOn ? "earlier" : "later";
  return Math.max(0, part.xp);
}

function applyMove(board: Board, move: Move): Board {
  const shown = [...board.rows, ...(board.around?.rows ?? [])].find(({ user_id }) => user_id === move.userId);
  const isMe = board.me?.user_id === move.userId;
  const xpBefore =
    shown?.xp ?? (isMe ? board.me?.xp : undefined) ?? board.heardOf.get(move.userId) ?? unknownBefore(board);
  const row = movedRow(shown ?? (isMe ? board.me : null), move);
  const rows = movedRows(board, row);
  // Among the first rows there is no need of others.
  const isRisen = isMe && row.xp > (board.around?.upTo ?? 0) && isAmong(rows, row.user_id);
  const around = board.around && !isRisen ? movedStretch(board.around, row, xpBefore, isMe) : null;
  const isKnown = xpBefore !== undefined;
  const total =
    board.rowsDownTo === 0 ? rows.length : board.total + (isKnown ? Number(row.xp > 0) - Number(xpBefore > 0) : 0);
  const heardOf = new Map(board.heardOf).set(move.userId, row.xp);
  return movedMe({ ...board, rows, around, total, heardOf }, { row, xpBefore, isMe, board });
}

/** Where everybody is loaded, who is not among them had nothing. */
function unknownBefore({ rowsDownTo }: Board): number | undefined {
  return rowsDownTo === 0 ? 0 : undefined;
}

function movedRow(known: Pick<BoardRow, keyof BoardRow & string> | Board["me"], { userId, xp, face }: Move): BoardRow {
  return {
    user_id: userId,
    rank: known?.rank ?? 0,
    rank_change: known?.rank_change ?? null,
    xp,
    level: face?.level ?? known?.level ?? 1,
    streak_days: face?.streak_days ?? known?.streak_days ?? 0,
    total_messages: known?.total_messages ?? 0,
    total_posts: known?.total_posts ?? 0,
    total_reactions: known?.total_reactions ?? 0,
    // Who is anonymous has no name for others, and keeps it for themselves.
    name: face?.name ?? known?.name ?? null,
    username: face?.username ?? known?.username ?? null,
    picture_url: face?.picture_url ?? known?.picture_url ?? null,
  };
}

function movedRows(board: Board, row: BoardRow): BoardRow[] {
  const stays = board.rows.some(({ user_id, xp }) => user_id === row.user_id && xp === row.xp);
  const rows = stays || row.xp > board.rowsDownTo ? placed(board.rows, row) : without(board.rows, row.user_id);
  return ranked(rows, (xps) => competitionRanks(xps));
}

function movedStretch(stretch: Stretch, row: BoardRow, xpBefore: number | undefined, isMe: boolean): Stretch {
  const shown = stretch.rows.find(({ user_id }) => user_id === row.user_id);
  if (!shown && xpBefore === row.xp) return stretch;
  const { upTo, downTo } = stretch;
  const isAbove = row.xp > upTo;
  const isInside = !isAbove && (row.xp > downTo || shown?.xp === row.xp);
  let { before, equalsBefore } = stretch;
  if (shown) {
    // The reader's own row is never left out: whom they have overtaken on the way is found out later.
    if (isAbove && isMe)
      return restretched({ ...stretch, rows: placed(stretch.rows, row), upTo: row.xp, equalsBefore: 0 });
    if (isAbove) before += 1;
  } else if (xpBefore !== undefined) {
    const wasAbove = xpBefore >= upTo;
    before += Number(isAbove) - Number(wasAbove);
    if (xpBefore === upTo) equalsBefore -= 1;
  }
  const rows = isInside ? placed(stretch.rows, row) : without(stretch.rows, row.user_id);
  return restretched({ ...stretch, rows, before: Math.max(0, before), equalsBefore: Math.max(0, equalsBefore) });
}

function restretched(stretch: Stretch): Stretch {
  const { before, equalsBefore, upTo } = stretch;
  const rows = ranked(stretch.rows, (xps) => {
    const equals = xps.filter((xp) => xp === upTo).length;
    const below = competitionRanks(xps.slice(equals)).map((rank) => before + equals + rank);
    return [...xps.slice(0, equals).map(() => before - equalsBefore + 1), ...below];
  });
  return { ...stretch, rows };
}

type Moved = { row: BoardRow; xpBefore: number | undefined; isMe: boolean; board: Board };

/** The reader's own place, from the rows where it is among them. */
function movedMe(patched: Board, { row, xpBefore, isMe, board }: Moved): Board {
  const { me } = board;
  if (me === null) return patched;
  const { rank: _, ...face } = row;
  const own = isMe ? { ...me, ...face } : me;
  if (own.visibility === "hidden") return { ...patched, me: { ...own, rank: null } };
  if (own.xp === 0) return { ...patched, me: { ...own, rank: null } };

  const found = [...patched.rows, ...(patched.around?.rows ?? [])].find(({ user_id }) => user_id === own.user_id);
  const passedUnknown = isMe ? !found || row.xp > (board.around?.upTo ?? 0) : xpBefore === undefined && row.xp > own.xp;
  const isDoubtful = patched.isDoubtful || (passedUnknown && !isAmong(patched.rows, own.user_id));
  if (found) return { ...patched, me: withRank(own, found.rank), isDoubtful };
  if (isMe || own.rank === null || xpBefore === undefined) return { ...patched, me: own, isDoubtful };
  const rank = own.rank + Number(row.xp > own.xp) - Number(xpBefore > own.xp);
  return { ...patched, me: withRank(own, Math.max(1, rank)), isDoubtful };
}

function withRank(own: NonNullable<Board["me"]>, rank: number): NonNullable<Board["me"]> {
  const { rank: before, rank_change } = own;
  const gained = before === null || rank_change === null ? rank_change : rank_change + before - rank;
  return { ...own, rank, rank_change: gained };
}

/** Puts the row where its XP belong: behind its equals, who were there earlier, unless its XP are the same as before. */
function placed(rows: readonly BoardRow[], row: BoardRow): BoardRow[] {
  const at = rows.findIndex(({ user_id, xp }) => user_id === row.user_id && xp === row.xp);
  if (at >= 0) return rows.with(at, row);
  const others = without(rows, row.user_id);
  const behind = others.findIndex(({ xp }) => xp < row.xp);
  return others.toSpliced(behind < 0 ? others.length : behind, 0, row);
}

function without(rows: readonly BoardRow[], userId: string): BoardRow[] {
  return rows.filter(({ user_id }) => user_id !== userId);
}

function isAmong(rows: readonly BoardRow[], userId: string): boolean {
  return rows.some(({ user_id }) => user_id === userId);
}

function ranked(rows: readonly BoardRow[], ranksOf: (xps: number[]) => number[]): BoardRow[] {
  const ranks = ranksOf(rows.map(({ xp }) => xp));
  return rows.map((row, at) => {
    const rank = ranks[at] ?? row.rank;
    if (rank === row.rank) return row;
    const wasRanked = row.rank > 0 && row.rank_change !== null;
    return { ...row, rank, rank_change: wasRanked ? (row.rank_change ?? 0) + row.rank - rank : row.rank_change };
  });
}
