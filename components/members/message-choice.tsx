"use client";

import { Button, Skeleton, Switch } from "frosted-ui";
import { useId, useState } from "react";

export type Wishes = { notifications: boolean; streakWarning: boolean };

export type MessageChoiceProps = {
  /** Undefined until they are known. */
  wishes: Wishes | undefined;
  /** They could not be read. */
  hasFailed: boolean;
  onRetry: () => unknown;
  /** Resolves when it holds; a rejection leaves the choice as it was. */
  onChange: (wishes: Wishes) => Promise<void>;
};

/** What the reader is told outside of this page. */
export function MessageChoice({ wishes, hasFailed, onRetry, onChange }: MessageChoiceProps) {
  return (
    <section aria-busy={wishes === undefined && !hasFailed}>
      <h3 className="font-semibold text-(--gray-12) text-[14px]/5">Messages from WEE5</h3>
      {wishes !== undefined && <Choices wishes={wishes} onChange={onChange} />}
      {wishes === undefined && (hasFailed ? <DidNotLoad onRetry={onRetry} /> : <Loading />)}
    </section>
  );
}

function Choices({ wishes, onChange }: { wishes: Wishes } & Pick<MessageChoiceProps, "onChange">) {
  const [chosen, setChosen] = useState<Wishes | null>(null);
  const [hasFailed, setHasFailed] = useState(false);
  const { notifications, streakWarning } = chosen ?? wishes;
  const isBusy = chosen !== null;

  async function choose(change: Partial<Wishes>) {
    const next = { ...wishes, ...change };
    setChosen(next);
    setHasFailed(false);
    await onChange(next).catch(() => setHasFailed(true));
    setChosen(null);
  }

  return (
    <>
      <Choice
        label="Tell me about levels and rewards"
        explanation="By notification, message or announcement in chat. Rewards arrive in any case."
        isOn={notifications}
        isBusy={isBusy}
        onSwitch={(on) => choose({ notifications: on })}
      />
      <Choice
        label="Tell me in the evening when my streak would end"
        explanation="By notification, from three days in a row on, when nothing has been counted that day."
        isOn={notifications && streakWarning}
        isBusy={isBusy}
        isDisabled={!notifications}
        onSwitch={(on) => choose({ streakWarning: on })}
      />
      <p role="status" className="text-(--gray-11) text-[12px]/4">
        {hasFailed && "That was not saved. Nothing has changed; try again."}
      </p>
    </>
  );
}

type ChoiceProps = {
  label: string;
  explanation: string;
  isOn: boolean;
  isBusy: boolean;
  isDisabled?: boolean;
  onSwitch: (on: boolean) => void;
};

function Choice({ label, explanation, isOn, isBusy, isDisabled, onSwitch }: ChoiceProps) {
  const id = useId();
  return (
    <label htmlFor={id} className="flex min-h-14 cursor-pointer items-center gap-3 py-2">
      <span className="min-w-0 flex-1">
        <span className="block text-(--gray-12) text-[14px]/5">{label}</span>
        <span id={`${id}-what`} className="block text-(--gray-11) text-[12px]/4">
          {explanation}
        </span>
      </span>
      <Switch
        id={id}
        size="2"
        color="gray"
        highContrast
        checked={isOn}
        readOnly={isBusy}
        disabled={isDisabled}
        onCheckedChange={onSwitch}
        aria-label={label}
        aria-describedby={`${id}-what`}
      />
    </label>
  );
}

function Loading() {
  return (
    <>
      <LoadingChoice />
      <LoadingChoice />
    </>
  );
}

function LoadingChoice() {
  return (
    <div aria-hidden="true" className="flex min-h-14 items-center gap-3 py-2">
      <span className="flex flex-1 flex-col gap-1">
        <Skeleton.Text size="2" style={{ width: "60%" }} />
        <Skeleton.Text size="1" style={{ width: "85%" }} />
      </span>
      <Skeleton.Rect style={{ width: 36, height: 20, borderRadius: 10 }} />
    </div>
  );
}

function DidNotLoad({ onRetry }: Pick<MessageChoiceProps, "onRetry">) {
  return (
    <div role="alert" className="flex min-h-14 flex-wrap items-center justify-between gap-3 py-2">
      <span className="text-(--gray-11) text-[14px]/5">Your choice did not load. It holds as it was.</span>
      <Button size="2" variant="soft" color="gray" highContrast onClick={() => onRetry()}>
        Try again
      </Button>
    </div>
  );
}
