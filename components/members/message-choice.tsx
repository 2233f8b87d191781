"use client";

import { Button, Skeleton, Switch } from "frosted-ui";
import { useId, useState } from "react";

export type MessageChoiceProps = {
  /** Undefined until it is known. */
  wanted: boolean | undefined;
  /** It could not be read. */
  hasFailed: boolean;
  onRetry: () => unknown;
  /** Resolves when it holds; a rejection leaves the choice as it was. */
  onChange: (wanted: boolean) => Promise<void>;
};

/** Whether the reader is told of levels and rewards outside of this page. */
export function MessageChoice({ wanted, hasFailed, onRetry, onChange }: MessageChoiceProps) {
  return (
    <section aria-busy={wanted === undefined && !hasFailed}>
      <h3 className="font-semibold text-(--gray-12) text-[14px]/5">Messages from WEE5</h3>
      {wanted !== undefined && <Choice wanted={wanted} onChange={onChange} />}
      {wanted === undefined && (hasFailed ? <DidNotLoad onRetry={onRetry} /> : <Loading />)}
    </section>
  );
}

function Choice({ wanted, onChange }: { wanted: boolean } & Pick<MessageChoiceProps, "onChange">) {
  const id = useId();
  const [chosen, setChosen] = useState<boolean | null>(null);
  const [hasFailed, setHasFailed] = useState(false);

  async function choose(next: boolean) {
    setChosen(next);
    setHasFailed(false);
    await onChange(next).catch(() => setHasFailed(true));
    setChosen(null);
  }

  return (
    <>
      <label htmlFor={id} className="flex min-h-14 cursor-pointer items-center gap-3 py-2">
        <span className="min-w-0 flex-1">
          <span className="block text-(--gray-12) text-[14px]/5">Tell me about levels and rewards</span>
          <span id={`${id}-what`} className="block text-(--gray-11) text-[12px]/4">
            By notification, message or announcement in chat. Rewards arrive in any case.
          </span>
        </span>
        <Switch
          id={id}
          size="2"
          color="gray"
          highContrast
          checked={chosen ?? wanted}
          readOnly={chosen !== null}
          onCheckedChange={choose}
          aria-label="Tell me about levels and rewards"
          aria-describedby={`${id}-what`}
        />
      </label>
      <p role="status" className="text-(--gray-11) text-[12px]/4">
        {hasFailed && "That was not saved. Nothing has changed; try again."}
      </p>
    </>
  );
}

function Loading() {
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
