import type { Card } from "@/services/leaderboard/card";
import { findMemberStanding, PACE_DAYS } from "@/services/leaderboard/find-member-standing";
import { findNames } from "@/services/leaderboard/find-names";
import type { RankDeps } from "@/services/leaderboard/find-ranks";
import { findStreaks } from "@/services/leaderboard/find-streaks";
import { findRankChanges } from "@/services/leaderboard/rank-changes";
import type { ProfileDeps } from "@/services/leaderboard/refresh-profiles";

/** A member as they see themselves; one who has done nothing yet stands at level 1. @throws AppError not_found for an unknown community */
export async function readCard(deps: RankDeps & ProfileDeps, communityId: string, userId: string): Promise<Card> {
  const { member, progress, rank, members, version } = await findMemberStanding(deps, communityId, userId);
  const changeOf = await findRankChanges(deps, communityId);
  const streakOf = await findStreaks(deps, communityId);
  const recentXp = member?.recentXp ?? 0;
  return {
    userId,
    ...(await findNames(deps, communityId, userId, member)),
    visibility: member?.visibility ?? "public",
    progress,
    rank,
    members,
    rankChange: changeOf(userId, rank),
    weekXp: Math.max(0, member?.weekXp ?? 0),
    xpPerDay: recentXp > 0 ? recentXp / PACE_DAYS : null,
    streak: streakOf(member),
    version,
  };
}
