"use client";

import { Button, TextField } from "frosted-ui";
import { type FormEvent, useId, useState } from "react";
import { type BoostDraft, draftOfBoost, NAME_LENGTH, readBoost } from "@/components/dashboard/rules/boost-words";
import { zoneName } from "@/components/dashboard/rules/boosts-panel";
import type { Boost } from "@/components/dashboard/rules/rules-draft";
import { Problem } from "@/components/dashboard/rules/rules-panel";
import { Factor } from "@/components/dashboard/rules/small-number";
import { thisWeekend } from "@/components/dashboard/rules/wall-clock";
import { TextInput } from "@/components/dashboard/text-input";
import type { Clock } from "@/components/dashboard/when";
import { AdaptiveSheet } from "@/components/ui/adaptive-sheet";
import { useFormats } from "@/components/ui/locale-context";

const EMPTY: BoostDraft = { name: "", percent: 200, from: "", to: "" };

type BoostSheetProps = {
  isOpen: boolean;
  /** Null for a new one. */
  boost: Boost | null;
  clock: Clock;
  onDone: (boost: Boost) => void;
  onClose: () => void;
};

/** A boost, new or changed. It is taken over into the page, where it is saved with all the rest. */
export function BoostSheet({ isOpen, boost, clock, onDone, onClose }: BoostSheetProps) {
  return (
    <AdaptiveSheet
      isOpen={isOpen}
      onOpenChange={(next) => !next && onClose()}
      title={boost === null ? "Add a boost" : "Change the boost"}
    >
      <BoostForm boost={boost} clock={clock} onDone={onDone} />
    </AdaptiveSheet>
  );
}

function BoostForm({ boost, clock, onDone }: Pick<BoostSheetProps, "boost" | "clock" | "onDone">) {
  const id = useId();
  const formats = useFormats();
  const { timeZone, now } = clock;
  const [draft, setDraft] = useState<BoostDraft>(() => (boost === null ? EMPTY : draftOfBoost(boost, timeZone)));
  // Nobody is told off before they are done.
  const [isTried, setTried] = useState(boost !== null);
  const reading = readBoost(draft, boost, clock, formats);
  const problemOf = (field: keyof BoostDraft) =>
    isTried || (draft[field] !== "" && field !== "name") ? reading.problems[field] : undefined;
  const change = (part: Partial<BoostDraft>) => setDraft((before) => ({ ...before, ...part }));

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (reading.boost) onDone({ id: boost?.id ?? crypto.randomUUID(), ...reading.boost });
  }

  function chooseWeekend() {
    const { from, to } = thisWeekend(now, timeZone);
    change({ from, to, name: draft.name === "" ? "Weekend" : draft.name });
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-5">
      <div className="flex flex-col gap-1.5">
        <TextInput
          label="Name"
          hint="Members read it on their page and in their history."
          value={draft.name}
          max={NAME_LENGTH}
          onChange={(name) => change({ name })}
        />
        <Problem>{problemOf("name")}</Problem>
      </div>
      <div className="flex flex-col gap-1.5">
        <span aria-hidden="true" className="font-medium text-(--gray-12) text-[14px]/5">
          Everything counts
        </span>
        <Factor
          label="Everything counts, times"
          value={draft.percent}
          describedBy={`${id}-percent`}
          isWrong={problemOf("percent") !== undefined}
          onChange={(percent) => change({ percent })}
          className="w-32"
        />
        <Problem id={`${id}-percent`}>{problemOf("percent")}</Problem>
      </div>
      <div className="flex flex-col gap-3">
        <Button
          type="button"
          size="3"
          variant="soft"
          color="gray"
          highContrast
          className="self-start"
          onClick={chooseWeekend}
        >
          This weekend
        </Button>
        <Moment
          label="Starts"
          value={draft.from}
          problem={problemOf("from")}
          note={reading.notes.from}
          onChange={(from) => change({ from })}
        />
        <Moment
          label="Ends"
          value={draft.to}
          problem={problemOf("to")}
          note={reading.notes.to}
          onChange={(to) => change({ to })}
        />
        <p className="text-(--gray-11) text-[12px]/4">
          Times are {zoneName(timeZone)}, as in the set-up. It is {formats.time(new Date(now), timeZone)} there.
        </p>
      </div>
      <Button type="submit" size="3" variant="solid" color="gray" highContrast>
        {boost === null ? "Add boost" : "Change boost"}
      </Button>
    </form>
  );
}

type MomentProps = {
  label: string;
  value: string;
  problem: string | undefined;
  note: string | undefined;
  onChange: (value: string) => void;
};

function Moment({ label, value, problem, note, onChange }: MomentProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="font-medium text-(--gray-12) text-[14px]/5">
        {label}
      </label>
      <TextField.Root size="3">
        <TextField.Input
          id={id}
          type="datetime-local"
          value={value}
          max="9999-12-31T23:59"
          onChange={(event) => onChange(event.target.value)}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-problem ${id}-note`}
        />
      </TextField.Root>
      <Problem id={`${id}-problem`}>{problem}</Problem>
      <p id={`${id}-note`} role="status" className={note ? "text-(--gray-11) text-[12px]/4" : "sr-only"}>
        {note}
      </p>
    </div>
  );
}
