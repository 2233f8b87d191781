import { SyncNotice } from "@/components/dashboard/activity/sync-notice";
import { NoActivity } from "@/components/dashboard/no-activity";
import { OverviewPanels } from "@/components/dashboard/overview-panels";
import { growthInWords } from "@/components/dashboard/overview-words";
import { PageHeading } from "@/components/dashboard/page-heading";
import { PeriodSwitch } from "@/components/dashboard/period-switch";
import { SetupNotice } from "@/components/dashboard/setup-notice";
import { SetupPanel } from "@/components/dashboard/setup-panel";
import { formatsOf } from "@/components/ui/formats";
import { getDeps } from "@/lib/deps";
import { readerLocale } from "@/lib/http/locale";
import { readFreshness } from "@/services/activity/read-freshness";
import type { OverviewDays } from "@/services/analytics/overview";
import { readOverview } from "@/services/analytics/read-overview";
import type { Onboarding } from "@/services/communities/onboarding";

/** How long after confirming the page says so. */
const CONFIRMED_FOR_MS = 5 * 60_000;

type OverviewPartProps = {
  companyId: string;
  onboarding: Onboarding;
  days: OverviewDays;
  isAdmin: boolean;
  /** As the address has it: the reader comes from confirming. */
  isConfirmedNow: boolean;
  acceptLanguage: string | null;
};

export async function OverviewPart({ companyId, onboarding, days, isAdmin, ...asked }: OverviewPartProps) {
  const deps = getDeps();
  const [overview, freshness] = await Promise.all([
    readOverview(deps, onboarding.communityId, days),
    readFreshness(deps, onboarding.communityId),
  ]);
  const locale = readerLocale(asked.acceptLanguage);
  const formats = formatsOf(locale);
  const now = deps.now().getTime();
  const confirmedAt = Date.parse(onboarding.rewardsConfirmedAt ?? "");
  const setup = (
    <SetupPanel
      onboarding={onboarding}
      newestActivityAt={overview.newestActivityAt}
      canChange={isAdmin}
      formats={formats}
      now={now}
    />
  );
  return (
    <>
      <SetupNotice
        isConfirmedNow={asked.isConfirmedNow && now - confirmedAt < CONFIRMED_FOR_MS}
        isWaiting={onboarding.rewardsConfirmedAt === null}
      />
      <SyncNotice companyId={companyId} freshness={freshness} now={now} />
      <PageHeading title="Overview" action={<PeriodSwitch companyId={companyId} days={days} />}>
        {overview.newestActivityAt === null
          ? "What your community does, counted as it happens."
          : growthInWords(overview)}
      </PageHeading>
      {overview.newestActivityAt === null ? (
        <div className="flex flex-col gap-4">
          <NoActivity companyId={companyId} />
          {setup}
        </div>
      ) : (
        <OverviewPanels overview={overview} formats={formats} locale={locale} setup={setup} />
      )}
    </>
  );
}
