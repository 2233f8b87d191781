"use client";

import { SwitchRow } from "@/components/dashboard/messages/settings-row";
import { RulesPanel } from "@/components/dashboard/rules/rules-panel";
import type { RulesState } from "@/components/dashboard/rules/use-rules";

/** Everything stops for a while. */
export function PausePanel({ rules, canChange }: { rules: RulesState; canChange: boolean }) {
  const { draft, changed, change } = rules;
  return (
    <RulesPanel
      title={draft.paused ? "XP is paused" : "XP is being earned"}
      subtitle="While it is paused nothing earns XP, now or later, and no streak breaks."
      isChanged={changed.has("paused")}
      canChange={canChange}
      needsPremium={false}
    >
      <SwitchRow label="Pause XP" checked={draft.paused} onChange={(paused) => change({ paused })} />
    </RulesPanel>
  );
}
