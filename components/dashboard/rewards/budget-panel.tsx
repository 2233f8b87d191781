"use client";

import { Button, NumberField, Switch } from "frosted-ui";
import { type FormEvent, useId, useState } from "react";
import { Panel } from "@/components/dashboard/panel";
import { useReloadQueue } from "@/components/dashboard/rewards/use-queue";
import { ApiFailure, callApi } from "@/components/http/call-api";
import { useFormats } from "@/components/ui/locale-context";
import type { Budget } from "@/services/rewards/queue";

type BudgetPanelProps = { companyId: string; budget: Budget; canChange: boolean };

const MOST_DAYS = 1_000_000;
/** What is offered to who sets a limit for the first time. */
const OFFERED_DAYS = 100;

/** How many free days this month may cost, and has. */
export function BudgetPanel({ companyId, budget, canChange }: BudgetPanelProps) {
  const { number } = useFormats();
  const { usedThisMonth: used, freeDaysPerMonth: limit } = budget;
  return (
    <Panel
      title={
        limit === null
          ? `${number(used)} free days given this month`
          : `${number(used)} of ${number(limit)} free days given this month`
      }
      subtitle={<Month budget={budget} />}
    >
      {limit !== null && <UsedBar used={used} limit={limit} />}
      {canChange && <LimitForm companyId={companyId} limit={limit} />}
    </Panel>
  );
}

function Month({ budget: { month, timeZone, waiting, freeDaysPerMonth } }: { budget: Budget }) {
  const { number, day } = useFormats();
  const first = new Date(`${month}T00:00:00Z`);
  const waits = waiting === 1 ? "1 reward waits" : `${number(waiting)} rewards wait`;
  return (
    <>
      Sent or on their way since {day(first, "UTC", first)}, {timeZone.replaceAll("_", " ")}.
      {freeDaysPerMonth === null && " There is no limit."}
      {waiting > 0 && ` ${waits} for next month, or for a higher limit.`}
    </>
  );
}

function UsedBar({ used, limit }: { used: number; limit: number }) {
  const share = limit === 0 ? 1 : Math.min(1, used / limit);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a <meter> cannot be drawn like this
    <div
      role="meter"
      aria-label="Free days given this month"
      aria-valuemin={0}
      aria-valuemax={Math.max(limit, used)}
      aria-valuenow={used}
      className="h-2 overflow-hidden rounded-[4px] bg-(--gray-a4)"
    >
      <div className="h-full bg-(--gray-12)" style={{ width: `${share * 100}%` }} />
    </div>
  );
}

function LimitForm({ companyId, limit }: { companyId: string; limit: number | null }) {
  const id = useId();
  const reload = useReloadQueue(companyId);
  const [isLimited, setIsLimited] = useState(limit !== null);
  const [days, setDays] = useState<number | null>(limit ?? OFFERED_DAYS);
  // What has been saved, here or by somebody else, is where the form begins anew.
  const [known, setKnown] = useState(limit);
  if (known !== limit) {
    setKnown(limit);
    setIsLimited(limit !== null);
    setDays(limit ?? OFFERED_DAYS);
  }
  const [state, setState] = useState<{ kind: "idle" | "busy" | "saved" } | { kind: "failed"; message: string }>({
    kind: "idle",
  });
  const wanted = isLimited ? days : null;
  const isChanged = wanted !== limit;
  const canSave = isChanged && (!isLimited || days !== null);

  async function save(event: FormEvent) {
    event.preventDefault();
    if (!canSave || state.kind === "busy") return;
    setState({ kind: "busy" });
    try {
      await callApi<object>("/api/rewards", {
        method: "POST",
        json: { experienceId: companyId, action: "budget", freeDaysPerMonth: wanted },
      });
      setState({ kind: "saved" });
      await reload();
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      setState({ kind: "failed", message: error.message });
    }
  }

  return (
    <form onSubmit={save} className={`flex flex-col gap-3 ${isChanged ? "unsaved" : ""}`}>
      <label htmlFor={`${id}-limited`} className="flex min-h-8 cursor-pointer items-center justify-between gap-3">
        <span className="text-(--gray-12) text-[14px]/5">Limit free days a month</span>
        <Switch
          id={`${id}-limited`}
          size="2"
          color="gray"
          highContrast
          checked={isLimited}
          onCheckedChange={setIsLimited}
          aria-label="Limit free days a month"
        />
      </label>
      {isLimited && (
        <div className="flex items-center justify-between gap-3">
          <label htmlFor={`${id}-days`} className="text-(--gray-11) text-[14px]/5">
            At most
          </label>
          <NumberField.Root
            id={`${id}-days`}
            size="3"
            className="w-36"
            buttonLayout="none"
            min={0}
            max={MOST_DAYS}
            step={1}
            value={days}
            onValueChange={setDays}
          >
            <NumberField.Input />
            <NumberField.Slot>days</NumberField.Slot>
          </NumberField.Root>
        </div>
      )}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p role="status" className="min-w-0 flex-1 text-(--gray-11) text-[12px]/4">
          {state.kind === "failed" && `Not saved: ${state.message}`}
          {state.kind === "saved" && !isChanged && "Saved."}
        </p>
        <Button
          type="submit"
          size="3"
          variant="solid"
          color="gray"
          highContrast
          loading={state.kind === "busy"}
          disabled={!canSave || state.kind === "busy"}
          focusableWhenDisabled
        >
          Save limit
        </Button>
      </div>
    </form>
  );
}
