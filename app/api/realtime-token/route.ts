import { z } from "zod";
import { experienceId } from "@/lib/http/fields";
import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { grantToken } from "@/services/leaderboard/grant-token";

const TokenRequest = z.strictObject({ experienceId });

const grant = route({
  auth: "member",
  body: TokenRequest,
  community: ({ body }) => body.experienceId,
  limit: { name: "realtime-token", per: "caller", max: 20, windowSeconds: 60 },
  handle: (deps, { communityId, caller }) => grantToken(deps, communityId, caller.userId),
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({ POST: grant });
