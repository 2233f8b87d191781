import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { readProfile } from "@/services/leaderboard/read-profile";
import { ProfileQuery } from "@/services/members/member.schema";

const profile = route({
  auth: "member",
  query: ProfileQuery,
  community: ({ query }) => query.experienceId,
  limit: { name: "profile", per: "caller", max: 60, windowSeconds: 60 },
  handle: async (deps, { communityId, caller, query }) => ({
    profile: await readProfile(deps, communityId, caller.userId, query.memberId),
  }),
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({ GET: profile });
