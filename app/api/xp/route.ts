import { z } from "zod";
import { userId } from "@/lib/http/fields";
import { idempotencyKeyOf } from "@/lib/http/idempotency-key";
import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { awardByHand } from "@/services/members/award-by-hand";
import { deliverAfterAward } from "@/services/notifications/deliver-soon";
import type { Receipt } from "@/services/xp/receipt";

const AwardRequest = z.strictObject({
  userId,
  experienceId: z.string().regex(/^(exp|biz)_\w{1,59}$/),
  activityType: z.enum(["message", "post", "reaction", "comment"]),
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  POST: route({
    auth: "staff",
    body: AwardRequest,
    community: ({ body }) => body.experienceId,
    limit: { name: "xp", per: "caller", and: ({ body }) => body.userId, max: 5, windowSeconds: 60 },
    handle: async (deps, { communityId, caller, body, request }) => {
      const receipt = await awardByHand(deps, {
        communityId,
        by: caller.userId,
        userId: body.userId,
        experienceId: body.experienceId,
        action: body.activityType,
        idempotencyKey: idempotencyKeyOf(request.headers),
      });
      deliverAfterAward(deps, communityId, receipt);
      return answer(receipt);
    },
  }),
});

/** The owner's names for what a reward pays. */
const REWARD_TYPES = {
  free_days: "free_membership_days",
  promo_code: "promo_code",
  badge: "badge",
  custom: "custom",
} as const;

function answer(receipt: Receipt) {
  const [reward] = receipt.rewards;
  return {
    success: true,
    xpAwarded: receipt.xp,
    newTotalXp: Math.max(0, receipt.totalXp),
    leveledUp: receipt.newLevel > receipt.oldLevel,
    oldLevel: receipt.oldLevel,
    newLevel: receipt.newLevel,
    ...(reward
      ? { reward: { type: REWARD_TYPES[reward.type], value: reward.value.days ?? reward.value.percentOff ?? null } }
      : {}),
    outcome: receipt.outcome,
    activityId: receipt.activityId,
  };
}
