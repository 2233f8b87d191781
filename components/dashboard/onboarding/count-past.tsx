"use client";

import { Switch } from "frosted-ui";
import { useId } from "react";
import { NO_REACTIONS, PAST_CONSEQUENCES } from "@/components/dashboard/activity/back-fill-words";

type CountPastProps = { checked: boolean; onChange: (checked: boolean) => void };

/** Whether the time before WEE5 is counted, with what that leads to. Off unless the creator wants it. */
export function CountPast({ checked, onChange }: CountPastProps) {
  const id = useId();
  return (
    <div className="dashboard-panel flex flex-col gap-2 p-4">
      <label htmlFor={id} className="flex min-h-8 cursor-pointer items-center justify-between gap-4">
        <span className="font-medium text-(--gray-12) text-[14px]/5">Count the last 90 days as well</span>
        <Switch
          id={id}
          size="2"
          color="gray"
          highContrast
          className="shrink-0"
          checked={checked}
          onCheckedChange={onChange}
          aria-label="Count the last 90 days as well"
          aria-describedby={`${id}-means`}
        />
      </label>
      <p id={`${id}-means`} className="text-(--gray-11) text-[14px]/5">
        {[...PAST_CONSEQUENCES, NO_REACTIONS].join(" ")} You can also do this later, on the Activity page.
      </p>
    </div>
  );
}
