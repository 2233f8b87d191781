import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { countPastOnce } from "@/services/change-counting";
import { confirmOnboarding } from "@/services/communities/confirm-onboarding";
import { OnboardingRequest } from "@/services/communities/onboarding.schema";
import { deliverSoon } from "@/services/notifications/deliver-soon";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  POST: route({
    auth: "admin",
    body: OnboardingRequest,
    community: ({ body }) => body.experienceId,
    limit: { name: "onboarding", per: "caller", max: 20, windowSeconds: 60 },
    handle: async (deps, { communityId, caller, body }) => {
      const { timeZone, rules, seen } = body;
      const choice = { timeZone, rules, seen, by: caller.userId };
      const rewardsConfirmedAt = await confirmOnboarding(deps, communityId, choice);
      deliverSoon(deps, communityId);
      if (body.countPast) await countPastOnce(deps, communityId, caller.userId);
      return { rewardsConfirmedAt };
    },
  }),
});
