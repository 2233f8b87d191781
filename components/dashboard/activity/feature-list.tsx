"use client";

import {
  FEATURE_WORDS,
  problemInWords,
  type Standing,
  standingOf,
} from "@/components/dashboard/activity/freshness-words";
import { type Clock, whenInWords } from "@/components/dashboard/when";
import { useFormats } from "@/components/ui/locale-context";
import type { FreshFeature } from "@/services/activity/freshness";

type FeatureListProps = { features: readonly FreshFeature[]; clock: Clock; canChange: boolean };

/** What is read from Whop, each with how fresh it is and what stands in its way. */
export function FeatureList({ features, clock, canChange }: FeatureListProps) {
  return (
    <section aria-labelledby="features-title">
      <h2 id="features-title" className="sr-only">
        What is read from Whop
      </h2>
      <ul className="dashboard-panel flex flex-col">
        {features.map((feature) => (
          <Feature key={feature.feature} feature={feature} clock={clock} canChange={canChange} />
        ))}
      </ul>
      <p className="pt-2 text-(--gray-11) text-[12px]/4">
        Numbers since WEE5 came. Found is what Whop had not told of by itself; taken back is what was deleted.
      </p>
    </section>
  );
}

function Feature({ feature, clock, canChange }: { feature: FreshFeature } & Omit<FeatureListProps, "features">) {
  const formats = useFormats();
  const { name, what } = FEATURE_WORDS[feature.feature];
  const problem = problemInWords(feature, { clock, canChange, formats });
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-x-6 gap-y-2 border-(--gray-a4) border-t p-4 first:border-t-0 md:grid-cols-[minmax(0,1fr)_12rem_19rem] md:items-center md:px-5">
      <div className="min-w-0">
        <h3 className="font-medium text-(--gray-12) text-[14px]/5">{name}</h3>
        <p className="text-(--gray-11) text-[12px]/4">{what}</p>
      </div>
      <div>
        <p className="text-[14px]/5">
          <Fresh standing={standingOf(feature, clock, formats)} />
        </p>
        <p className="text-(--gray-11) text-[12px]/4">
          {feature.lastRunAt === null
            ? "Begins within a minute"
            : `Last check ${whenInWords(feature.lastRunAt, clock, formats)}`}
        </p>
      </div>
      {problem !== null && (
        <p className="wrap-anywhere max-w-[44rem] text-(--gray-12) text-[14px]/5 md:order-last md:col-span-3">
          {problem}
        </p>
      )}
      <Counts feature={feature} />
    </li>
  );
}

function Fresh({ standing: { words, tone } }: { standing: Standing }) {
  if (tone === "calm") return <span className="text-(--gray-12)">{words}</span>;
  return (
    <span className="inline-block rounded-[6px] bg-(--amber-a4) px-1.5 py-0.5 font-medium text-(--gray-12) text-[12px]/4">
      {words}
    </span>
  );
}

/** Of members nothing is counted and nothing taken back. */
function Counts({ feature: { feature, counts } }: { feature: FreshFeature }) {
  const { number } = useFormats();
  const shown: [string, number][] =
    feature === "members"
      ? [["Looked at", counts.read]]
      : [
          ["Looked at", counts.read],
          ["Found", counts.recorded],
          ["Taken back", counts.removed],
        ];
  return (
    <dl className="grid grid-cols-3 gap-3">
      {shown.map(([label, count]) => (
        <div key={label} className="flex min-w-0 flex-col">
          <dt className="text-(--gray-11) text-[12px]/4">{label}</dt>
          <dd className="text-(--gray-12) text-[14px]/5 tabular-nums">{number(count)}</dd>
        </div>
      ))}
    </dl>
  );
}
