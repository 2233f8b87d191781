import type { Deps } from "@/lib/deps";
import type { Standing } from "@/services/leaderboard/leaderboard.queries";
import type { StreakNow } from "@/services/xp/streak";

/** A row as the API gives it, in the owner's names. */
export type BoardRow = {
  rank: number;
  /** Places gained on the board of all time since the week began (below 0: lost); null elsewhere, and where it is not known. */
  rank_change: number | null;
  user_id: string;
  xp: number;
  level: number;
  /** Days in a row; 0 for none, and where streaks are off. */
  streak_days: number;
  total_messages: number;
  total_posts: number;
  total_reactions: number;
  name: string | null;
  username: string | null;
  picture_url: string | null;
};

/**
 * A member as `viewerId` may see them: an anonymous one has an opaque id instead of the real one, and neither name nor picture,
 * for all but themselves.
 */
export function showStanding(
  deps: Pick<Deps, "keyedHash">,
  communityId: string,
  standing: Standing & { streak: StreakNow | null },
  viewerId: string | undefined,
): Omit<BoardRow, "rank" | "rank_change"> {
  const { userId, xp, level, totalMessages, totalPosts, totalReactions, name, username, pictureUrl } = standing;
  const isShown = standing.visibility === "public" || userId === viewerId;
  return {
    user_id: isShown ? userId : deps.keyedHash.opaqueId(communityId, userId),
    xp: Math.max(0, xp),
    level,
    streak_days: standing.streak?.days ?? 0,
    total_messages: totalMessages,
    total_posts: totalPosts,
    total_reactions: totalReactions,
    name: isShown ? name : null,
    username: isShown ? username : null,
    picture_url: isShown ? pictureUrl : null,
  };
}
