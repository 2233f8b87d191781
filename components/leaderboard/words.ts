import { type Board, isAnonymous, nameOf, nextToPass } from "@/components/leaderboard/board";
import type { Formats } from "@/components/ui/formats";
import type { Filter } from "@/services/leaderboard/board";
import type { BoardRow } from "@/services/leaderboard/show-standing";

export const PERIODS: readonly { filter: Filter; label: string }[] = [
  { filter: "all-time", label: "All time" },
  { filter: "month", label: "Month" },
  { filter: "week", label: "Week" },
];

/** How a member is called on the board. */
export function nameOnBoard(row: Pick<BoardRow, "user_id" | "name" | "username">): string {
  if (isAnonymous(row)) return "Hidden member";
  return nameOf(row) ?? "Member";
}

/** "up 4", "down 1". */
function rankChangeInWords(change: number, { number }: Formats): string {
  return `${change > 0 ? "up" : "down"} ${number(Math.abs(change))}`;
}

/** One day alone is no streak. */
const LEAST_STREAK = 2;

/** Of who has been here for some days in a row; null for the others. */
export function streakInWords(days: number, { number }: Pick<Formats, "number">): string | null {
  return days >= LEAST_STREAK ? `${number(days)} days in a row` : null;
}

type Spoken = Pick<BoardRow, "user_id" | "name" | "username" | "xp"> & {
  rank: number | null;
  rank_change: number | null;
};

/** The same where there is no room: "streak 12". */
export function shortStreak(days: number, { number }: Pick<Formats, "number">): string | null {
  return days >= LEAST_STREAK ? `streak ${number(days)}` : null;
}

/** A place of the board as it is read out, such as "4, up 2, Diego Ferreira, level 23, Insider, 33,905 XP". */
export function rowInWords(
  row: Spoken,
  isMe: boolean,
  details: readonly (string | null | undefined)[],
  formats: Formats,
): string {
  const { rank, rank_change } = row;
  const parts = [
    rank === null ? "No rank" : formats.number(rank),
    rank_change !== null && rank_change !== 0 && rankChangeInWords(rank_change, formats),
    isMe ? "You" : nameOnBoard(row),
    ...details,
    `${formats.number(row.xp)} XP`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** What it takes to pass the next, or what stands in the way of a place. */
export function ownLine(board: Board, { number }: Formats): string {
  const { me, filter, total } = board;
  if (me?.visibility === "hidden") return "Hidden: you hold no rank";
  if (!me || me.xp === 0) return filter === "all-time" ? "No XP yet" : `No XP this ${filter} yet`;
  const next = nextToPass(board);
  if (next) return `${number(next.xpMissing)} XP to pass ${next.name ?? "the next"}`;
  const second = board.rows.find(({ user_id, xp }) => user_id !== me.user_id && xp <= me.xp);
  if (me.rank === 1 && second) return leadInWords(me.xp - second.xp, { number });
  return total === 1 ? "The first on the board" : "On the board";
}

/** Of the first, to the second. */
export function leadInWords(xp: number, { number }: Pick<Formats, "number">): string {
  return xp === 0 ? "Level with the next" : `${number(xp)} ahead`;
}

/** Of anybody, to who stands before them. */
export function lagInWords(xp: number, { number }: Pick<Formats, "number">): string {
  return xp === 0 ? "Level with the one before" : `${number(xp)} behind`;
}
