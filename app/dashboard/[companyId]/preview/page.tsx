import { MemberPreview } from "@/components/dashboard/onboarding/member-preview";
import { PageHeading } from "@/components/dashboard/page-heading";
import { ButtonLink } from "@/components/ui/button-link";
import { getDeps } from "@/lib/deps";
import { findLevels } from "@/services/communities/find-levels";
import { readOnboarding } from "@/services/communities/read-onboarding";
import { readRates } from "@/services/xp/read-rates";
import { staffAccess } from "../access";

/** What members see: a sample card, and what earns XP. */
export default async function PreviewPage({ params }: { params: Promise<{ companyId: string }> }) {
  const { companyId } = await params;
  const access = await staffAccess(companyId);
  if (access === null) return null;
  const deps = getDeps();
  const { communityId } = access;
  const [levels, rates, { rules }] = await Promise.all([
    findLevels(deps, communityId),
    readRates(deps, communityId),
    readOnboarding(deps, communityId),
  ]);
  return (
    <>
      <PageHeading
        title="What members see"
        action={
          <ButtonLink href={`/experiences/${communityId}`} variant="soft" size="2">
            Open the member page
          </ButtonLink>
        }
      >
        A sample member's card and what earns XP here, with your own levels, rewards and rates.
      </PageHeading>
      <MemberPreview rules={rules} curve={levels.curve} ranks={levels.ranks} rates={rates} />
    </>
  );
}
