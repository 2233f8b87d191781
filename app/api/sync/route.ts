import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { readFreshness } from "@/services/activity/read-freshness";
import { FreshnessQuery, SyncRequest } from "@/services/activity/sync.schema";
import { changeCounting } from "@/services/change-counting";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: route({
    auth: "staff",
    query: FreshnessQuery,
    community: ({ query }) => query.experienceId,
    limit: { name: "sync", per: "caller", max: 120, windowSeconds: 60 },
    handle: (deps, { communityId }) => readFreshness(deps, communityId),
  }),
  POST: route({
    auth: "admin",
    body: SyncRequest,
    community: ({ body }) => body.experienceId,
    limit: { name: "sync-change", per: "caller", max: 12, windowSeconds: 60 },
    handle: async (deps, { communityId, caller, body }) => {
      await changeCounting(deps, communityId, { action: body.action, by: caller.userId });
      return readFreshness(deps, communityId);
    },
  }),
});
