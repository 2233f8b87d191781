import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { confirmOnboarding } from "@/services/communities/confirm-onboarding";
import { OnboardingRequest } from "@/services/communities/onboarding.schema";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  POST: route({
    auth: "admin",
    body: OnboardingRequest,
    community: ({ body }) => body.experienceId,
    limit: { name: "onboarding", per: "caller", max: 20, windowSeconds: 60 },
    handle: async (deps, { communityId, caller, body }) => {
      const { timeZone, rules, seen } = body;
      return {
        rewardsConfirmedAt: await confirmOnboarding(deps, communityId, { timeZone, rules, seen, by: caller.userId }),
      };
    },
  }),
});
