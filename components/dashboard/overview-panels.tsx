import type { ReactNode } from "react";
import { ActivityChart } from "@/components/dashboard/activity-chart";
import { KeyFigures } from "@/components/dashboard/key-figures";
import { LevelChart } from "@/components/dashboard/level-chart";
import { ReasonsChart } from "@/components/dashboard/reasons-chart";
import type { Formats } from "@/components/ui/formats";
import type { Overview } from "@/services/analytics/overview";

type OverviewPanelsProps = { overview: Overview; formats: Formats; locale: string; setup: ReactNode };

/** What the community did: numbers first, then days, levels and reasons. */
export function OverviewPanels({ overview, formats, locale, setup }: OverviewPanelsProps) {
  return (
    <div className="flex flex-col gap-4">
      <KeyFigures overview={overview} formats={formats} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 md:grid-cols-[minmax(0,1.55fr)_minmax(0,1fr)]">
        <ActivityChart overview={overview} formats={formats} locale={locale} />
        <LevelChart overview={overview} formats={formats} />
        <ReasonsChart overview={overview} formats={formats} />
        {setup}
      </div>
    </div>
  );
}
