import { redirect } from "next/navigation";
import { getDeps } from "@/lib/deps";
import { readOnboarding } from "@/services/communities/read-onboarding";
import { staffAccess } from "../access";
import { OnboardingPart } from "../onboarding-part";

/** The onboarding again, for an admin who wants to change it. */
export default async function SetupPage({ params }: { params: Promise<{ companyId: string }> }) {
  const { companyId } = await params;
  const access = await staffAccess(companyId);
  if (access === null) return null;
  if (!access.isAdmin) redirect(`/dashboard/${companyId}`);
  return <OnboardingPart companyId={companyId} onboarding={await readOnboarding(getDeps(), access.communityId)} />;
}
