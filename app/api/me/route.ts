import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { readCard } from "@/services/leaderboard/read-card";
import { OwnQuery } from "@/services/members/member.schema";
import { readLadder } from "@/services/rewards/read-ladder";

const me = route({
  auth: "member",
  query: OwnQuery,
  community: ({ query }) => query.experienceId,
  limit: { name: "me", per: "caller", max: 60, windowSeconds: 60 },
  handle: async (deps, { communityId, caller }) => {
    const card = await readCard(deps, communityId, caller.userId);
    return { card, ladder: await readLadder(deps, communityId, caller.userId) };
  },
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({ GET: me });
