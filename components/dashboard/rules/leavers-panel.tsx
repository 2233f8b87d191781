"use client";

import { SegmentedControlRadioGroup } from "frosted-ui";
import { useId } from "react";
import { useIsLocked } from "@/components/dashboard/lockable";
import { NumberInput } from "@/components/dashboard/number-input";
import { LIMITS, type RulesDraft } from "@/components/dashboard/rules/rules-draft";
import { Problem, RulesPanel } from "@/components/dashboard/rules/rules-panel";
import type { RulesState } from "@/components/dashboard/rules/use-rules";

type Choice = RulesDraft["leavers"]["left"];

const CHOICES: Record<Choice, { label: string; words: string }> = {
  keep: { label: "Keep", words: "They keep their XP and their place on the boards." },
  hide: { label: "Hide", words: "They leave the boards. Their XP is there again if they come back." },
  reset: { label: "Reset", words: "They leave the boards, and begin again with 0 XP if they come back later." },
};

/** What becomes of the XP and the place of who is no longer a member. */
export function LeaversPanel({ rules, canChange }: { rules: RulesState; canChange: boolean }) {
  const { draft, changed, problems } = rules;
  const { leavers } = draft;
  const change = (part: Partial<typeof leavers>) => rules.change({ leavers: { ...leavers, ...part } });
  const resets = leavers.left === "reset" || leavers.banned === "reset";
  return (
    <RulesPanel
      title="When members leave"
      subtitle="What becomes of their XP and of their place. It holds for those who have left already, too."
      isChanged={changed.has("leavers")}
      canChange={canChange}
      needsPremium={false}
    >
      <Choices label="Whose membership ends" value={leavers.left} onChange={(left) => change({ left })} />
      <Choices label="Who is banned" value={leavers.banned} onChange={(banned) => change({ banned })} />
      {resets && (
        <div>
          <NumberInput
            label="Reset after"
            unit="days"
            hint="A renewal that fails once should cost nobody their XP."
            value={leavers.resetAfterDays}
            min={0}
            max={LIMITS.resetAfterDays}
            onChange={(resetAfterDays) => change({ resetAfterDays })}
          />
          <Problem>{problems["leavers.resetAfterDays"]}</Problem>
        </div>
      )}
    </RulesPanel>
  );
}

type ChoicesProps = { label: string; value: Choice; onChange: (choice: Choice) => void };

function Choices({ label, value, onChange }: ChoicesProps) {
  const id = useId();
  const isLocked = useIsLocked();
  return (
    <div className="flex flex-col gap-1.5">
      <span id={id} className="font-medium text-(--gray-12) text-[14px]/5">
        {label}
      </span>
      <SegmentedControlRadioGroup.Root<Choice>
        aria-labelledby={id}
        aria-describedby={`${id}-words`}
        disabled={isLocked}
        value={value}
        onValueChange={onChange}
      >
        {Object.entries(CHOICES).map(([choice, words]) => (
          <SegmentedControlRadioGroup.Item key={choice} value={choice as Choice}>
            {words.label}
          </SegmentedControlRadioGroup.Item>
        ))}
      </SegmentedControlRadioGroup.Root>
      <p id={`${id}-words`} className="text-(--gray-11) text-[12px]/4">
        {CHOICES[value].words}
      </p>
    </div>
  );
}
