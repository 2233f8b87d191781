import { Onboarding } from "@/components/dashboard/onboarding/onboarding";
import { PageHeading } from "@/components/dashboard/page-heading";
import { getDeps } from "@/lib/deps";
import { findLevels } from "@/services/communities/find-levels";
import type { Onboarding as OnboardingState } from "@/services/communities/onboarding";
import { countDueRewards } from "@/services/rewards/count-due-rewards";
import { readRates } from "@/services/xp/read-rates";

/** The onboarding, first or again, with all that its last step shows. */
export async function OnboardingPart({ companyId, onboarding }: { companyId: string; onboarding: OnboardingState }) {
  const deps = getDeps();
  const { communityId, onboardedAt, title } = onboarding;
  const [levels, rates, due] = await Promise.all([
    findLevels(deps, communityId),
    readRates(deps, communityId),
    countDueRewards(deps, communityId),
  ]);
  const isFirst = onboardedAt === null;
  return (
    <div className="flex w-full max-w-[760px] flex-col gap-6 self-center">
      <PageHeading title={isFirst ? `Set up ${title === "" ? "your community" : title}` : "Change the set-up"}>
        {isFirst
          ? "Three steps, about a minute. Members earn XP already; you can change all of this later."
          : "Rewards and time zone. Nothing changes before you confirm at the end."}
      </PageHeading>
      <Onboarding
        companyId={companyId}
        onboarding={onboarding}
        due={due}
        curve={levels.curve}
        ranks={levels.ranks}
        rates={rates}
        now={deps.now().getTime()}
      />
    </div>
  );
}
