"use client";

import { NumberField } from "frosted-ui";
import { useId } from "react";
import { useLocale } from "@/components/ui/locale-context";

type NumberInputProps = {
  label: string;
  unit: string;
  hint?: string;
  value: number | null;
  min: number;
  max: number;
  onChange: (value: number | null) => void;
};

/** A whole number with its unit. */
export function NumberInput({ label, unit, hint, value, min, max, onChange }: NumberInputProps) {
  const id = useId();
  const locale = useLocale();
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="font-medium text-(--gray-12) text-[14px]/5">
        {label}
      </label>
      <NumberField.Root
        id={id}
        size="3"
        buttonLayout="none"
        locale={locale}
        min={min}
        max={max}
        step={1}
        value={value}
        onValueChange={(next) => onChange(next === null ? null : Math.round(next))}
      >
        <NumberField.Input aria-describedby={hint === undefined ? undefined : `${id}-hint`} />
        <NumberField.Slot>{unit}</NumberField.Slot>
      </NumberField.Root>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-(--gray-11) text-[12px]/4">
          {hint}
        </p>
      )}
    </div>
  );
}
