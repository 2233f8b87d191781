import type { Deps } from "@/lib/deps";
import type { Visibility } from "@/services/leaderboard/leaderboard.schema";
import type { BoardChange } from "@/services/leaderboard/news";
import type { CurrentStanding } from "@/services/leaderboard/news.queries";

/** First days (YYYY-MM-DD) of the current week and month. */
export type Starts = { week: string; month: string };

/** How the others know a member; undefined for one whom they do not see. */
export function publicIdOf(
  { keyedHash }: Pick<Deps, "keyedHash">,
  communityId: string,
  userId: string,
  visibility: Visibility,
): string | undefined {
  if (visibility === "hidden") return undefined;
  return visibility === "public" ? userId : keyedHash.opaqueId(communityId, userId);
}

/** What the others may know of how a member stands: nothing of a hidden one, and of one who has left that they are gone. */
export function boardChangesOf(
  deps: Pick<Deps, "keyedHash">,
  communityId: string,
  standing: CurrentStanding,
  { starts, streakDays }: { starts: Starts; streakDays: number },
): BoardChange[] {
  const { userId, visibility, version, level } = standing;
  const memberId = publicIdOf(deps, communityId, userId, visibility);
  if (memberId === undefined) return [];
  if (!isOnBoards(standing)) return [{ memberId, version, left: true }];
  const isNamed = visibility === "public";
  return [
    {
      memberId,
      version,
      xp: Math.max(0, standing.xp),
      level,
      week: { startsOn: starts.week, xp: Math.max(0, standing.weekXp) },
      month: { startsOn: starts.month, xp: Math.max(0, standing.monthXp) },
      streakDays,
      name: isNamed ? standing.name : null,
      username: isNamed ? standing.username : null,
      pictureUrl: isNamed ? standing.pictureUrl : null,
    },
  ];
}

/** Whether a member stands on a board. */
const isOnBoards = (standing: CurrentStanding): boolean => standing.onBoard && hasXp(standing);

/** Whether a member would stand on a board who is not off them. */
export const hasXp = ({ xp, weekXp, monthXp }: CurrentStanding): boolean => Math.max(xp, weekXp, monthXp) > 0;
