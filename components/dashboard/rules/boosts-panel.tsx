"use client";

import { Button } from "frosted-ui";
import { Plus } from "lucide-react";
import { type BoostState, spanInWords, stateOf } from "@/components/dashboard/rules/boost-words";
import { isSame } from "@/components/dashboard/rules/merge-draft";
import { type Boost, LIMITS } from "@/components/dashboard/rules/rules-draft";
import { Problem, RulesPanel } from "@/components/dashboard/rules/rules-panel";
import type { RulesState } from "@/components/dashboard/rules/use-rules";
import type { Clock } from "@/components/dashboard/when";
import { useFormats } from "@/components/ui/locale-context";

type BoostsPanelProps = {
  rules: RulesState;
  clock: Clock;
  canChange: boolean;
  needsPremium: boolean;
  onAdd: () => void;
  onEdit: (boost: Boost) => void;
  onRemove: (boost: Boost) => void;
};

const ORDER: Record<BoostState, number> = { running: 0, scheduled: 1, over: 2 };

/** Times in which everything counts more: those that run, those to come, those that are over. */
export function BoostsPanel({ rules, clock, canChange, needsPremium, onAdd, onEdit, onRemove }: BoostsPanelProps) {
  const { draft, saved, problems, change } = rules;
  const boosts = Object.values(draft.boosts)
    .map((boost) => ({ boost, state: stateOf(boost, clock.now) }))
    .sort((a, b) => ORDER[a.state] - ORDER[b.state] || Date.parse(a.boost.startsAt) - Date.parse(b.boost.startsAt));
  const running = boosts.filter(({ state }) => state === "running").length;
  const end = (boost: Boost) =>
    change({
      boosts: { ...draft.boosts, [boost.id]: endedAt(boost, clock.now) },
    });
  return (
    <RulesPanel
      title={running === 0 ? "No boost runs" : running === 1 ? "A boost runs" : `${running} boosts run`}
      subtitle={`A boost multiplies everything for a while. Times are ${zoneName(clock.timeZone)}.`}
      isChanged={Object.keys(saved.boosts).some((id) => !Object.hasOwn(draft.boosts, id))}
      canChange={canChange}
      needsPremium={needsPremium}
    >
      {boosts.length > 0 && (
        <ul>
          {boosts.map(({ boost, state }) => (
            <BoostRow
              key={boost.id}
              boost={boost}
              state={state}
              isChanged={!isSame(boost, saved.boosts[boost.id])}
              problem={problems[`boosts.${boost.id}`]}
              clock={clock}
              canChange={canChange}
              onEnd={() => end(boost)}
              onEdit={() => onEdit(boost)}
              onRemove={() => onRemove(boost)}
            />
          ))}
        </ul>
      )}
      {canChange && (
        <Button
          type="button"
          size="3"
          variant="soft"
          color="gray"
          highContrast
          className="self-start"
          disabled={boosts.length >= LIMITS.boosts}
          focusableWhenDisabled
          onClick={onAdd}
        >
          <Plus size={16} aria-hidden="true" /> Add a boost
        </Button>
      )}
      {boosts.length >= LIMITS.boosts && (
        <p className="text-(--gray-11) text-[12px]/4">There is room for {LIMITS.boosts}: remove those that are over.</p>
      )}
    </RulesPanel>
  );
}

/** Even one that has begun this very moment ends after it. */
function endedAt(boost: Boost, now: number): Boost {
  return { ...boost, endsAt: new Date(Math.max(now, Date.parse(boost.startsAt) + 1)).toISOString() };
}

export const zoneName = (timeZone: string) => timeZone.replaceAll("_", " ");

const STATES: Record<BoostState, string> = { running: "Running", scheduled: "Scheduled", over: "Over" };

type BoostRowProps = Pick<BoostsPanelProps, "clock" | "canChange"> & {
  boost: Boost;
  state: BoostState;
  isChanged: boolean;
  problem: string | undefined;
  onEnd: () => void;
  onEdit: () => void;
  onRemove: () => void;
};

function BoostRow({ boost, state, isChanged, problem, clock, canChange, onEnd, onEdit, onRemove }: BoostRowProps) {
  const formats = useFormats();
  return (
    <li
      className={`flex flex-wrap items-center gap-x-4 gap-y-1 border-(--gray-a4) border-t py-3 first:border-t-0 first:pt-0 ${isChanged ? "unsaved" : ""}`}
    >
      <div className="min-w-0 flex-1 basis-60">
        <p className={`wrap-anywhere text-[14px]/5 ${state === "over" ? "text-(--gray-11)" : "text-(--gray-12)"}`}>
          <span className="font-medium">
            <bdi>{boost.name}</bdi>
          </span>{" "}
          <span className="whitespace-nowrap">× {formats.factor(boost.percent)}</span>
          {isChanged && <span className="sr-only">, not saved yet</span>}
        </p>
        <p className="text-(--gray-11) text-[12px]/4">
          {STATES[state]} · {spanInWords(boost, clock, formats)}
        </p>
        <Problem>{problem}</Problem>
      </div>
      {canChange && (
        <div className="-ml-2 flex flex-wrap items-center gap-1">
          {state !== "over" && (
            <RowButton name={boost.name} onClick={onEdit}>
              Edit
            </RowButton>
          )}
          {state === "running" ? (
            <RowButton name={boost.name} onClick={onEnd}>
              End now
            </RowButton>
          ) : (
            <RowButton name={boost.name} onClick={onRemove}>
              Remove
            </RowButton>
          )}
        </div>
      )}
    </li>
  );
}

function RowButton({ name, onClick, children }: { name: string; onClick: () => void; children: string }) {
  return (
    <Button type="button" size="2" variant="ghost" color="gray" highContrast className="m-0" onClick={onClick}>
      {children} <span className="sr-only">{name}</span>
    </Button>
  );
}
