"use client";

import { TextField } from "frosted-ui";
import { useId } from "react";

type TextInputProps = { label: string; hint?: string; value: string; max: number; onChange: (value: string) => void };

/** A line of text. */
export function TextInput({ label, hint, value, max, onChange }: TextInputProps) {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="font-medium text-(--gray-12) text-[14px]/5">
        {label}
      </label>
      <TextField.Root size="3">
        <TextField.Input
          id={id}
          value={value}
          maxLength={max}
          onChange={(event) => onChange(event.target.value)}
          autoComplete="off"
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        />
      </TextField.Root>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-(--gray-11) text-[12px]/4">
          {hint}
        </p>
      )}
    </div>
  );
}
