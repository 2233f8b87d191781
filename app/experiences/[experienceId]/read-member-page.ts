import { AROUND_ROWS, PAGE_ROWS } from "@/components/leaderboard/board";
import type { MemberPageData } from "@/components/member-page/member-page-data";
import type { Deps } from "@/lib/deps";
import { placeOnWhop } from "@/lib/whop/addresses";
import { findHistoryTime } from "@/services/activity/back-fill/find-history-time";
import { readCommunity } from "@/services/communities/read-community";
import { readRankNames } from "@/services/communities/read-rank-names";
import { readCard } from "@/services/leaderboard/read-card";
import { readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { readLadder } from "@/services/rewards/read-ladder";
import { listHistory } from "@/services/xp/list-history";
import { readEarning } from "@/services/xp/read-earning";

type Reader = { communityId: string; userId: string };

/** All that a member's page shows, read at the same time. @throws AppError not_found · unavailable, and what a database throws */
export async function readMemberPage(
  deps: Deps,
  { communityId, userId }: Reader,
  experienceId: string,
): Promise<MemberPageData> {
  const firstBoard = { filter: "all-time", limit: PAGE_ROWS, me: true, around: AROUND_ROWS } as const;
  const [community, card, ladder, board, history, earning, rankNames, historyAt] = await Promise.all([
    readCommunity(deps, communityId),
    readCard(deps, communityId, userId),
    readLadder(deps, communityId, userId),
    readLeaderboard(deps, communityId, firstBoard, userId),
    listHistory(deps, communityId, userId),
    readEarning(deps, communityId),
    readRankNames(deps, communityId),
    findHistoryTime(deps, communityId),
  ]);
  const { title, timeZone, chatExperience } = community;
  const { supabase } = deps.env;
  return {
    experienceId,
    viewer: { userId, opaqueId: deps.keyedHash.opaqueId(communityId, userId) },
    title,
    timeZone,
    chat: chatExperience && { name: chatExperience.name, url: placeOnWhop(deps.env, communityId, chatExperience.id) },
    card,
    ladder,
    board,
    history,
    ...earning,
    historyAt,
    rankNames,
    realtime: supabase ? { url: supabase.url, anonKey: supabase.anonKey } : null,
    now: deps.now().getTime(),
  };
}
