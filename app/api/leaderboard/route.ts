import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { LeaderboardQuery } from "@/services/leaderboard/leaderboard.schema";
import { readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { requireBoardAccess } from "@/services/leaderboard/require-board-access";

const leaderboard = route({
  auth: "optional",
  query: LeaderboardQuery,
  community: ({ query }) => query.experienceId,
  limit: { name: "leaderboard", per: "caller", max: 20, windowSeconds: 60 },
  handle: async (deps, { communityId, caller, query }) => {
    await requireBoardAccess(deps, communityId, caller);
    return readLeaderboard(deps, communityId, query, caller?.userId);
  },
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({ GET: leaderboard });
