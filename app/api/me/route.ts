import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { findHistoryTime } from "@/services/activity/back-fill/find-history-time";
import { readCard } from "@/services/leaderboard/read-card";
import { OwnQuery } from "@/services/members/member.schema";
import { noteVisit } from "@/services/members/note-visit";
import { deliverAfterAward } from "@/services/notifications/deliver-soon";
import { readLadder } from "@/services/rewards/read-ladder";
import { readEarning } from "@/services/xp/read-earning";

const me = route({
  auth: "member",
  query: OwnQuery,
  community: ({ query }) => query.experienceId,
  limit: { name: "me", per: "caller", max: 60, windowSeconds: 60 },
  handle: async (deps, { communityId, caller }) => {
    const card = await readCard(deps, communityId, caller.userId);
    const ladder = await readLadder(deps, communityId, caller.userId);
    const earning = await readEarning(deps, communityId);
    const historyAt = await findHistoryTime(deps, communityId);
    noteVisit(deps, caller, deliverAfterAward);
    return { card, ladder, ...earning, historyAt };
  },
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({ GET: me });
