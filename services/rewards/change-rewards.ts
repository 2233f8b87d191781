import type { Deps } from "@/lib/deps";
import { decideReward } from "@/services/rewards/decide-reward";
import { grantReward } from "@/services/rewards/grant-reward";
import type { RewardRequest } from "@/services/rewards/rewards.schema";
import { setBudget } from "@/services/rewards/set-budget";

/** The reward it was about, and the member whose it is; neither for a change of the budget. */
export type RewardsChanged = { rewardId?: string; userId?: string };

/** What an admin has asked for. @throws AppError as the service of each action does. */
export async function changeRewards(
  deps: Pick<Deps, "db" | "access">,
  communityId: string,
  { by, idempotencyKey }: { by: string; idempotencyKey?: string },
  request: RewardRequest,
): Promise<RewardsChanged> {
  switch (request.action) {
    case "grant": {
      const { userId, type, value, note } = request;
      const rewardId = await grantReward(deps, { communityId, by, userId, type, value, note, idempotencyKey });
      return { rewardId, userId };
    }
    case "budget":
      await setBudget(deps, communityId, { by, freeDaysPerMonth: request.freeDaysPerMonth });
      return {};
    default: {
      const { rewardId, action, seen } = request;
      return { rewardId, userId: await decideReward(deps, { communityId, by, rewardId, action, seen }) };
    }
  }
}
