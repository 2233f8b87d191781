import { AppError } from "@/lib/errors";
import { findSettings } from "@/services/communities/find-settings";
import type { Profile } from "@/services/leaderboard/card";
import { findMemberStanding } from "@/services/leaderboard/find-member-standing";
import { findNames } from "@/services/leaderboard/find-names";
import type { RankDeps } from "@/services/leaderboard/find-ranks";
import { findStreaks } from "@/services/leaderboard/find-streaks";
import type { MemberRow } from "@/services/leaderboard/member.queries";
import type { ProfileDeps } from "@/services/leaderboard/refresh-profiles";
import { dayIn, startOfDay } from "@/services/xp/calendar";

/**
 * A member as another may see them. Whoever is anonymous, hidden or off the boards is not found, in the same words as somebody who does not
 * exist; oneself always is. @throws AppError not_found
 */
export async function readProfile(
  deps: RankDeps & ProfileDeps,
  communityId: string,
  viewerId: string,
  memberId: string,
): Promise<Profile> {
  const { member, progress, rank, members } = await findMemberStanding(deps, communityId, memberId);
  const isOwn = memberId === viewerId;
  if (!isOwn && !(member?.onBoard && member.visibility === "public"))
    throw new AppError("not_found", "There is no such member here.");
  const { timeZone } = (await findSettings(deps, communityId)).settings;
  const streak = (await findStreaks(deps, communityId))(member);
  return {
    userId: memberId,
    ...(await findNames(deps, communityId, memberId, member)),
    progress,
    rank,
    members,
    weekXp: Math.max(0, member?.weekXp ?? 0),
    streak: streak && { days: streak.days, longest: streak.longest },
    totalMessages: member?.totalMessages ?? 0,
    totalPosts: member?.totalPosts ?? 0,
    totalReactions: member?.totalReactions ?? 0,
    since: seenSince(member, timeZone, deps.now()).toISOString(),
  };
}

/** What has been read from Whop later may have happened before anybody knew of the member. */
function seenSince(member: MemberRow | undefined, timeZone: string, now: Date): Date {
  if (!member) return now;
  const { createdAt, firstDay } = member;
  return firstDay !== null && firstDay < dayIn(timeZone, createdAt) ? startOfDay(timeZone, firstDay) : createdAt;
}
