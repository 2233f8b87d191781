import { headers } from "next/headers";
import { Suspense } from "react";
import { OverviewSkeleton } from "@/components/dashboard/overview-skeleton";
import { getDeps } from "@/lib/deps";
import { OVERVIEW_DAYS, type OverviewDays } from "@/services/analytics/overview";
import { readOnboarding } from "@/services/communities/read-onboarding";
import { staffAccess } from "./access";
import { OnboardingPart } from "./onboarding-part";
import { OverviewPart } from "./overview-part";

type PageProps = {
  params: Promise<{ companyId: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/** The overview; before it, once, the onboarding. */
export default async function DashboardPage({ params, searchParams }: PageProps) {
  const { companyId } = await params;
  const access = await staffAccess(companyId);
  if (access === null) return null;
  const onboarding = await readOnboarding(getDeps(), access.communityId);
  if (access.isAdmin && onboarding.onboardedAt === null) {
    return <OnboardingPart companyId={companyId} onboarding={onboarding} />;
  }
  const { days, confirmed } = await searchParams;
  const period = periodOf(days);
  return (
    <Suspense key={period} fallback={<OverviewSkeleton />}>
      <OverviewPart
        companyId={companyId}
        onboarding={onboarding}
        days={period}
        isAdmin={access.isAdmin}
        isConfirmedNow={confirmed !== undefined}
        acceptLanguage={(await headers()).get("accept-language")}
      />
    </Suspense>
  );
}

function periodOf(days: string | string[] | undefined): OverviewDays {
  return OVERVIEW_DAYS.find((one) => String(one) === days) ?? 30;
}
