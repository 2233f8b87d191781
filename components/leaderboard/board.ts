import type { Filter } from "@/services/leaderboard/board";
import type { Leaderboard, OwnRow } from "@/services/leaderboard/read-leaderboard";
import type { BoardRow } from "@/services/leaderboard/show-standing";

/** Rows of the first page. */
export const PAGE_ROWS = 10;
/** Rows on either side of the reader's own, at first. */
export const AROUND_ROWS = 7;

/** A board as far as this page has loaded it. */
export type Board = {
  filter: Filter;
  /** The first day of its week or month, YYYY-MM-DD; null for all time. */
  startsOn: string | null;
  /** From the first place on, without a gap. */
  rows: BoardRow[];
  /** Whoever has more XP is among the rows; 0 once all are. */
  rowsDownTo: number;
  nextCursor: string | null;
  /** How many stand on the board. */
  total: number;
  me: OwnRow | null;
  around: Stretch | null;
  /** XP on this board of those whom the page has heard of and does not show. */
  heardOf: ReadonlyMap<string, number>;
  /** Somebody unknown may have passed the reader, or the board's time is over: only the database knows. */
  isDoubtful: boolean;
};

/** Rows that follow each other somewhere on the board: the reader's and those around it. */
export type Stretch = {
  rows: BoardRow[];
  /** XP of the place above which the rows are not known. */
  upTo: number;
  /** XP of the place below which they are not; 0 at the board's end. */
  downTo: number;
  /** Members before the first row. */
  before: number;
  /** How many of those have as much XP as `upTo`. */
  equalsBefore: number;
};

/** Who looks. */
export type Viewer = {
  userId: string;
  /** How the others hear of them while they are anonymous. */
  opaqueId: string;
};

/** What the API has answered, as the first of what is known. */
export function boardOf(answer: Leaderboard, filter: Filter, startsOn: string | null): Board {
  const { leaderboard: rows, next_cursor: nextCursor, total, me = null, around = [] } = answer;
  return {
    filter,
    startsOn,
    rows,
    rowsDownTo: nextCursor === null ? 0 : (rows.at(-1)?.xp ?? 0),
    nextCursor,
    total,
    me,
    around: stretchOf(around, total),
    heardOf: new Map(),
    isDoubtful: false,
  };
}

/** Adds the page that follows on the last row. */
export function withPage(board: Board, page: Leaderboard): Board {
  const known = new Set(board.rows.map(({ user_id }) => user_id));
  const rows = [...board.rows, ...page.leaderboard.filter(({ user_id }) => !known.has(user_id))];
  const rowsDownTo = page.next_cursor === null ? 0 : (page.leaderboard.at(-1)?.xp ?? board.rowsDownTo);
  return { ...board, rows, rowsDownTo, nextCursor: page.next_cursor, total: page.total };
}

function stretchOf(rows: BoardRow[], total: number): Stretch | null {
  const [first] = rows;
  const last = rows.at(-1);
  if (!first || !last) return null;
  const equals = rows.findIndex(({ xp }) => xp !== first.xp);
  const firstWithLess = rows[equals];
  // The rank of the first with less XP counts everybody before it, so also those equals whom the rows do not show.
  const before = firstWithLess ? firstWithLess.rank - 1 - equals : first.rank - 1;
  return {
    rows,
    upTo: before > 0 ? first.xp : Number.POSITIVE_INFINITY,
    downTo: before + rows.length >= total ? 0 : last.xp,
    before,
    equalsBefore: before - (first.rank - 1),
  };
}

/** The place above the reader's, as far as it is known: whom they would pass next, and with how many XP. */
export function nextToPass(board: Board): { name: string | null; xpMissing: number } | null {
  const { me, around, rows } = board;
  if (me === null || me.rank === null) return null;
  const above = [...rows, ...(around?.rows ?? [])].filter(({ user_id, xp }) => user_id !== me.user_id && xp > me.xp);
  const nearest = above.reduce<BoardRow | undefined>(
    (best, row) => (best && best.xp <= row.xp ? best : row),
    undefined,
  );
  return nearest ? { name: nameOf(nearest), xpMissing: nearest.xp - me.xp + 1 } : null;
}

/** A name to be shown; null where there is none, or nothing of it could be seen. */
export function nameOf({ name, username }: { name: string | null; username: string | null }): string | null {
  return [name, username].find((one) => one !== null && /[^\p{C}\p{Z}\p{M}]/u.test(one))?.trim() ?? null;
}

/** Anonymous members have an id that is not Whop's. */
export function isAnonymous({ user_id }: { user_id: string }): boolean {
  return user_id.startsWith("anon_");
}
