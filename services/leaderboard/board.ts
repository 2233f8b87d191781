import type { Deps } from "@/lib/deps";
import { findSettings } from "@/services/communities/find-settings";
import { dayIn, periodStart } from "@/services/xp/calendar";

export type Filter = "all-time" | "week" | "month";

/** All XP, or those of one week (from Monday) or month, named by its first day (YYYY-MM-DD) in the community's time zone. */
export type Board = { filter: "all-time" } | PeriodBoard;
export type PeriodBoard = { filter: "week" | "month"; startsOn: string };

/** The board of today, where today is the day in the time zone of the community's newest settings. @throws AppError not_found */
export async function currentBoard(
  deps: Pick<Deps, "db" | "now">,
  communityId: string,
  filter: Filter,
): Promise<Board> {
  if (filter === "all-time") return { filter };
  const { settings } = await findSettings(deps, communityId);
  return { filter, startsOn: periodStart(filter, dayIn(settings.timeZone, deps.now())) };
}

/** @throws AppError not_found */
export function currentBoards(deps: Pick<Deps, "db" | "now">, communityId: string): Promise<Board[]> {
  const filters: Filter[] = ["all-time", "week", "month"];
  return Promise.all(filters.map((filter) => currentBoard(deps, communityId, filter)));
}

/** Where the board's sorted set is in Redis. Braces keep a community's keys on one node of a cluster. */
export function rankKey(communityId: string, board: Board): string {
  const base = `ranks:{${communityId}}`;
  return board.filter === "all-time" ? `${base}:all` : `${base}:${board.filter}:${board.startsOn}`;
}
