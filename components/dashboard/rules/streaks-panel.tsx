"use client";

import { Button, IconButton, TextField } from "frosted-ui";
import { Plus, X } from "lucide-react";
import { type ReactNode, useId } from "react";
import { SwitchRow } from "@/components/dashboard/messages/settings-row";
import { NumberInput } from "@/components/dashboard/number-input";
import { LIMITS, type Milestone, type Pause, type RulesDraft } from "@/components/dashboard/rules/rules-draft";
import { Problem, RulesPanel } from "@/components/dashboard/rules/rules-panel";
import { SmallNumber } from "@/components/dashboard/rules/small-number";
import type { RulesState } from "@/components/dashboard/rules/use-rules";

type StreaksPanelProps = { rules: RulesState; canChange: boolean; needsPremium: boolean };

/** Days in a row: what lets one pass, and what they bring. */
export function StreaksPanel({ rules, canChange, needsPremium }: StreaksPanelProps) {
  const { draft, changed, problems } = rules;
  const { streaks } = draft;
  const change = (part: Partial<RulesDraft["streaks"]>) => rules.change({ streaks: { ...streaks, ...part } });
  return (
    <RulesPanel
      title={streaks.enabled ? "Days in a row are counted" : "Days in a row are not counted"}
      subtitle="A day counts once somebody has earned XP by something they did."
      isChanged={changed.has("streaks")}
      canChange={canChange}
      needsPremium={needsPremium}
    >
      <SwitchRow label="Count streaks" checked={streaks.enabled} onChange={(enabled) => change({ enabled })} />
      {streaks.enabled && (
        <>
          <div className="grid grid-cols-2 items-start gap-3">
            <div>
              <NumberInput
                label="A freeze every"
                unit="days"
                value={streaks.freezeEveryDays}
                min={0}
                max={LIMITS.freezeEveryDays}
                onChange={(freezeEveryDays) => change({ freezeEveryDays })}
              />
              <Problem>{problems["streaks.freezeEveryDays"]}</Problem>
            </div>
            <div>
              <NumberInput
                label="Kept at most"
                unit="freezes"
                value={streaks.maxFreezes}
                min={0}
                max={LIMITS.maxFreezes}
                onChange={(maxFreezes) => change({ maxFreezes })}
              />
              <Problem>{problems["streaks.maxFreezes"]}</Problem>
            </div>
          </div>
          <p className="text-(--gray-11) text-[12px]/4">
            {streaks.freezeEveryDays === 0 || streaks.maxFreezes === 0
              ? "There are no freezes: a missed day ends a streak."
              : "A freeze is used by itself for a day that is missed, so that the streak goes on."}
          </p>
          <Milestones
            milestones={streaks.milestones}
            problems={problems}
            canChange={canChange}
            onChange={(milestones) => change({ milestones })}
          />
          <Pauses
            pauses={streaks.pauses}
            problems={problems}
            canChange={canChange}
            onChange={(pauses) => change({ pauses })}
          />
        </>
      )}
    </RulesPanel>
  );
}

type ListProps = { problems: RulesState["problems"]; canChange: boolean };

function Milestones({
  milestones,
  problems,
  canChange,
  onChange,
}: ListProps & { milestones: Milestone[]; onChange: (milestones: Milestone[]) => void }) {
  const longest = Math.max(0, ...milestones.map(({ days }) => days ?? 0));
  const added = { days: Math.min(LIMITS.milestoneDays, Math.max(7, longest * 2)), xp: 50 };
  return (
    <List
      title="Milestones"
      hint="XP for each member whose streak gets so long; 0 for none."
      add={milestones.length < LIMITS.milestones && canChange ? "Add a milestone" : null}
      onAdd={() => onChange([...milestones, added])}
    >
      {milestones.map((milestone, at) => {
        const problem = problems[`streaks.milestones.${at}`];
        const set = (part: Partial<Milestone>) => onChange(milestones.with(at, { ...milestone, ...part }));
        return (
          <Item
            // biome-ignore lint/suspicious/noArrayIndexKey: the days of one may be being written
            key={at}
            problem={problem}
            remove={canChange ? `Remove the milestone of ${milestone.days ?? "no"} days` : null}
            onRemove={() => onChange(milestones.toSpliced(at, 1))}
          >
            <SmallNumber
              label="Days"
              unit="days"
              value={milestone.days}
              min={2}
              max={LIMITS.milestoneDays}
              isWrong={problem !== undefined}
              onChange={(days) => set({ days })}
              className="min-w-0 flex-1"
            />
            <SmallNumber
              label={`XP after ${milestone.days ?? "these"} days`}
              unit="XP"
              value={milestone.xp}
              min={0}
              max={LIMITS.milestoneXp}
              isWrong={problem !== undefined}
              onChange={(xp) => set({ xp })}
              className="min-w-0 flex-1"
            />
          </Item>
        );
      })}
    </List>
  );
}

function Pauses({
  pauses,
  problems,
  canChange,
  onChange,
}: ListProps & { pauses: Pause[]; onChange: (pauses: Pause[]) => void }) {
  return (
    <List
      title="Pauses"
      hint="Holidays and the like: days that break nobody's streak, the first and the last included."
      add={pauses.length < LIMITS.pauses && canChange ? "Add a pause" : null}
      onAdd={() => onChange([...pauses, { from: "", to: "" }])}
    >
      {pauses.map((pause, at) => {
        const problem = problems[`streaks.pauses.${at}`];
        const set = (part: Partial<Pause>) => onChange(pauses.with(at, { ...pause, ...part }));
        return (
          <Item
            // biome-ignore lint/suspicious/noArrayIndexKey: the days of one may be being written
            key={at}
            problem={problem}
            remove={canChange ? `Remove pause ${at + 1}` : null}
            onRemove={() => onChange(pauses.toSpliced(at, 1))}
          >
            <DayField label={`Pause ${at + 1}: first day`} value={pause.from} onChange={(from) => set({ from })} />
            <DayField label={`Pause ${at + 1}: last day`} value={pause.to} onChange={(to) => set({ to })} />
          </Item>
        );
      })}
    </List>
  );
}

type GroupProps = { title: string; hint: string; add: string | null; onAdd: () => void; children: ReactNode };

function List({ title, hint, add, onAdd, children }: GroupProps) {
  return (
    <div className="flex flex-col gap-2 border-(--gray-a4) border-t pt-4">
      <div>
        <h3 className="font-medium text-(--gray-12) text-[14px]/5">{title}</h3>
        <p className="text-(--gray-11) text-[12px]/4">{hint}</p>
      </div>
      <ul className="flex flex-col gap-2 empty:hidden">{children}</ul>
      {add !== null && (
        <Button
          type="button"
          size="2"
          variant="ghost"
          color="gray"
          highContrast
          className="m-0 -ml-2 self-start"
          onClick={onAdd}
        >
          <Plus size={16} aria-hidden="true" /> {add}
        </Button>
      )}
    </div>
  );
}

type ItemProps = { problem: string | undefined; remove: string | null; onRemove: () => void; children: ReactNode };

function Item({ problem, remove, onRemove, children }: ItemProps) {
  return (
    <li className="flex flex-col gap-1">
      <div className="flex items-center gap-2">
        {children}
        {remove !== null && (
          <IconButton
            type="button"
            size="3"
            variant="ghost"
            color="gray"
            highContrast
            aria-label={remove}
            onClick={onRemove}
            className="m-0 shrink-0"
          >
            <X size={16} aria-hidden="true" />
          </IconButton>
        )}
      </div>
      <Problem>{problem}</Problem>
    </li>
  );
}

function DayField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <TextField.Root size="3" className="min-w-0 flex-1">
      <TextField.Input
        id={id}
        type="date"
        aria-label={label}
        value={value}
        max="9999-12-31"
        onChange={(event) => onChange(event.target.value)}
      />
    </TextField.Root>
  );
}
