"use client";

import { useId } from "react";
import { SwitchRow } from "@/components/dashboard/messages/settings-row";
import { ActionRow, COLUMNS, KNOWN_ACTIONS } from "@/components/dashboard/rules/action-row";
import { isSame } from "@/components/dashboard/rules/merge-draft";
import { LIMITS } from "@/components/dashboard/rules/rules-draft";
import { Problem, RulesPanel } from "@/components/dashboard/rules/rules-panel";
import { SmallNumber } from "@/components/dashboard/rules/small-number";
import type { RulesState } from "@/components/dashboard/rules/use-rules";

type ActionsPanelProps = { rules: RulesState; canChange: boolean; needsPremium: boolean };

/** What each action pays, how often and up to how much. */
export function ActionsPanel({ rules, canChange, needsPremium }: ActionsPanelProps) {
  const { draft, saved, changed, problems, change } = rules;
  const { cap } = draft;
  const actions = orderOf(Object.keys(draft.actions));
  const on = actions.filter((action) => draft.actions[action]?.enabled).length;
  const capId = useId();
  return (
    <RulesPanel
      title={on === 0 ? "Nothing earns XP" : `${on === 1 ? "1 thing" : `${on} things`} members do earn XP`}
      subtitle="With two numbers the amount is drawn between them, anew each time. A cooldown is the time between two that pay."
      isChanged={false}
      canChange={canChange}
      needsPremium={needsPremium}
    >
      <div className="flex flex-col">
        <div
          aria-hidden="true"
          className={`hidden gap-x-4 border-(--gray-a4) border-b pb-2 text-(--gray-11) text-[12px]/4 md:grid ${COLUMNS}`}
        >
          <span>Action</span>
          <span>XP</span>
          <span>Cooldown</span>
          <span>Daily cap</span>
          <span>Shortest text</span>
          <span className="text-right">On</span>
        </div>
        <ul>
          {actions.map((action) => {
            const rate = draft.actions[action];
            return (
              rate && (
                <ActionRow
                  key={action}
                  action={action}
                  rate={rate}
                  isChanged={!isSame(rate, saved.actions[action])}
                  problems={problems}
                  onChange={(part) => change({ actions: { ...draft.actions, [action]: { ...rate, ...part } } })}
                />
              )
            );
          })}
        </ul>
      </div>
      <div className={`flex flex-col gap-3 border-(--gray-a4) border-t pt-4 ${changed.has("cap") ? "unsaved" : ""}`}>
        {changed.has("cap") && <span className="sr-only">Not saved yet</span>}
        <SwitchRow
          label="Limit XP a day over all actions"
          hint="For each member, from midnight to midnight where the community is."
          checked={cap.isLimited}
          onChange={(isLimited) => change({ cap: { ...cap, isLimited } })}
        />
        {cap.isLimited && (
          <div className="flex items-center justify-between gap-3">
            <span aria-hidden="true" className="text-(--gray-11) text-[14px]/5">
              At most
            </span>
            <SmallNumber
              label="XP a day at most, over all actions"
              unit="XP"
              value={cap.xp}
              min={1}
              max={LIMITS.cap}
              describedBy={capId}
              isWrong={problems["cap.xp"] !== undefined}
              onChange={(xp) => change({ cap: { ...cap, xp } })}
              className="w-36"
            />
          </div>
        )}
        <Problem id={capId}>{cap.isLimited ? problems["cap.xp"] : undefined}</Problem>
      </div>
    </RulesPanel>
  );
}

function orderOf(actions: readonly string[]): string[] {
  const place = (action: string) =>
    KNOWN_ACTIONS.includes(action) ? KNOWN_ACTIONS.indexOf(action) : KNOWN_ACTIONS.length;
  return [...actions].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}
