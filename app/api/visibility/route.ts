import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { setVisibility } from "@/services/leaderboard/set-visibility";
import { VisibilityChange } from "@/services/members/member.schema";

const change = route({
  auth: "member",
  body: VisibilityChange,
  community: ({ body }) => body.experienceId,
  limit: { name: "visibility", per: "caller", max: 10, windowSeconds: 60 },
  handle: async (deps, { communityId, caller, body }) => {
    await setVisibility(deps, communityId, caller.userId, body.visibility);
    return { visibility: body.visibility };
  },
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({ PUT: change });
