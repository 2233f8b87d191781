import { inSnapshot } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import type { Onboarding, RewardRule } from "@/services/communities/onboarding";
import { findOnboarding, listRules } from "@/services/communities/onboarding.queries";

/** Where a community's onboarding stands, and what can be chosen in it. @throws AppError not_found */
export async function readOnboarding(deps: Pick<Deps, "db">, communityId: string): Promise<Onboarding> {
  const { found, rules } = await inSnapshot(deps.db, communityId, async (trx) => ({
    found: await findOnboarding(trx, communityId),
    rules: await listRules(trx, communityId),
  }));
  if (!found) throw new AppError("not_found", "There is no such community.");
  return {
    communityId,
    title: found.title,
    timeZone: found.timeZone,
    // The table's checks allow no other type; the value was written with it.
    rules: rules.map((rule) => rule as RewardRule),
    onboardedAt: found.onboardedAt?.toISOString() ?? null,
    rewardsConfirmedAt: found.rewardsConfirmedAt?.toISOString() ?? null,
  };
}
