import { z } from "zod";
import { experienceId } from "@/lib/http/fields";
import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { createRankCardLink } from "@/services/leaderboard/rank-card/link";

const LinkRequest = z.strictObject({ experienceId });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  POST: route({
    auth: "member",
    body: LinkRequest,
    community: ({ body }) => body.experienceId,
    limit: { name: "rank-card-link", per: "caller", max: 10, windowSeconds: 60 },
    handle: (deps, { communityId, caller }) => createRankCardLink(deps, communityId, caller.userId),
  }),
});
