import type { Deps } from "@/lib/deps";
import { inBackground } from "@/lib/http/background";
import { idempotencyKeyOf } from "@/lib/http/idempotency-key";
import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { tellMembers } from "@/services/leaderboard/tell-members";
import { deliverSoon } from "@/services/notifications/deliver-soon";
import { changeRewards } from "@/services/rewards/change-rewards";
import { readQueue } from "@/services/rewards/read-queue";
import { QueueQuery, RewardRequest } from "@/services/rewards/rewards.schema";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: route({
    auth: "staff",
    query: QueueQuery,
    community: ({ query }) => query.experienceId,
    limit: { name: "rewards", per: "caller", max: 60, windowSeconds: 60 },
    handle: (deps, { communityId, caller, query }) =>
      readQueue(deps, communityId, caller, { group: query.state, cursor: query.cursor }),
  }),
  POST: route({
    auth: "admin",
    body: RewardRequest,
    community: ({ body }) => body.experienceId,
    limit: { name: "rewards-change", per: "caller", max: 60, windowSeconds: 60 },
    handle: async (deps, { communityId, caller, body, request }) => {
      const idempotencyKey = idempotencyKeyOf(request.headers);
      const { userId, ...answer } = await changeRewards(deps, communityId, { by: caller.userId, idempotencyKey }, body);
      goOn(deps, communityId, userId);
      return answer;
    },
  }),
});

/** What was woken is sent, and the member's page told, without anybody waiting for it. */
function goOn(deps: Deps, communityId: string, userId: string | undefined): void {
  if (userId !== undefined) inBackground(deps, tellMembers(deps, communityId, [userId]));
  deliverSoon(deps, communityId);
}
