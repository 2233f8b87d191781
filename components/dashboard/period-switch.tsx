"use client";

import { SegmentedControlNav } from "frosted-ui";
import Link from "next/link";
import { OVERVIEW_DAYS, type OverviewDays } from "@/services/analytics/overview";

/** Which days the overview covers. Each has an address of its own. */
export function PeriodSwitch({ companyId, days }: { companyId: string; days: OverviewDays }) {
  return (
    <SegmentedControlNav.Root aria-label="Period" className="w-fit">
      {OVERVIEW_DAYS.map((one) => (
        <SegmentedControlNav.Link
          key={one}
          active={one === days}
          render={<Link href={`/dashboard/${companyId}?days=${one}`} scroll={false} />}
        >
          {one} days
        </SegmentedControlNav.Link>
      ))}
    </SegmentedControlNav.Root>
  );
}
