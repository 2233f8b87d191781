"use client";

import { Panel } from "@/components/dashboard/panel";
import { exampleOf } from "@/components/dashboard/rules/example";
import type { RulesDraft } from "@/components/dashboard/rules/rules-draft";
import { useFormats } from "@/components/ui/locale-context";
import type { Place } from "@/services/communities/rules.schema";

type ExamplePanelProps = { draft: RulesDraft; places: readonly Place[]; now: number };

/** What the rules come to, in one sum that follows every change. */
export function ExamplePanel({ draft, places, now }: ExamplePanelProps) {
  const example = exampleOf(draft, { places, now, formats: useFormats() });
  if (!example) return null;
  return (
    <Panel title="For example" subtitle="What the rules on this page come to, saved or not">
      <dl className="rounded-[10px] bg-(--gray-a3) px-3 py-2">
        <dt className="wrap-anywhere text-(--gray-11) text-[14px]/5">{example.what}</dt>
        <dd className="wrap-anywhere font-medium text-(--gray-12) text-[20px]/7 tabular-nums">{example.sum}</dd>
      </dl>
    </Panel>
  );
}
