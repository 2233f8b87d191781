import type { Leaderboard } from "@/services/leaderboard/read-leaderboard";
import type { BoardRow } from "@/services/leaderboard/show-standing";
import { levelAt } from "@/services/xp/curve";

export const VIEWER = { userId: "user_robin", opaqueId: "anon_robin" };

const NAMES = ["Amara Okafor", "Jonas Lindqvist", "Mei Tanaka", "Diego Ferreira", "Priya Nair", "Tom Whitaker"];

export function aRow(rank: number, xp: number, more: Partial<BoardRow> = {}): BoardRow {
  return {
    rank,
    rank_change: null,
    user_id: `user_${rank}`,
    xp,
    level: levelAt(null, xp),
    streak_days: 0,
    total_messages: 0,
    total_posts: 0,
    total_reactions: 0,
    name: NAMES[rank - 1] ?? `Member ${rank}`,
    username: null,
    picture_url: null,
    ...more,
  };
}

/**
 * A board on which every place is 100 XP from the next, as the API answers it.
 * @param me the reader's rank; the rows around them come with the first page, as far as `around` goes.
 */
export function aBoard({ members = 40, me = 30, limit = 10, around = 7, from = 0 } = {}): Leaderboard {
  const rows = Array.from({ length: members }, (_, at) => aRow(at + 1, (members - at) * 100));
  const own = rows[me - 1];
  if (own) Object.assign(own, { user_id: VIEWER.userId, name: "Robin Hale" });
  return {
    leaderboard: rows.slice(from, from + limit),
    total: members,
    next_cursor: from + limit < members ? `after_${from + limit}` : null,
    me: own
      ? { ...own, visibility: "public" }
      : { ...aRow(0, 0, { user_id: VIEWER.userId }), rank: null, visibility: "public" },
    around: own ? rows.slice(Math.max(0, me - 1 - around), me + around) : [],
    cached: false,
  };
}
