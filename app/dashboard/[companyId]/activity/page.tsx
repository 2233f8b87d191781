import { ActivityPage } from "@/components/dashboard/activity/activity-page";
import { Providers } from "@/components/providers";
import { getDeps } from "@/lib/deps";
import { readFreshness } from "@/services/activity/read-freshness";
import { readOnboarding } from "@/services/communities/read-onboarding";
import { staffAccess } from "../access";

/** What is counted, and how fresh it is. */
export default async function ActivityOfCommunityPage({ params }: { params: Promise<{ companyId: string }> }) {
  const { companyId } = await params;
  const access = await staffAccess(companyId);
  if (access === null) return null;
  const deps = getDeps();
  const [freshness, { timeZone }] = await Promise.all([
    readFreshness(deps, access.communityId),
    readOnboarding(deps, access.communityId),
  ]);
  return (
    <Providers>
      <ActivityPage
        companyId={companyId}
        first={freshness}
        canChange={access.isAdmin}
        timeZone={timeZone}
        now={deps.now().getTime()}
      />
    </Providers>
  );
}
