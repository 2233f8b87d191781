"use client";

import { NumberField } from "frosted-ui";
import { useLocale } from "@/components/ui/locale-context";

type SmallNumberProps = {
  /** Names it where no label is seen beside it. */
  label: string;
  value: number | null;
  min: number;
  max: number;
  onChange: (value: number | null) => void;
  unit?: string;
  placeholder?: string;
  /** Of what is wrong with it. */
  describedBy?: string;
  isWrong?: boolean;
  className?: string;
};

/** A whole number in a row of others. */
export function SmallNumber({ label, value, min, max, onChange, unit, ...look }: SmallNumberProps) {
  const { placeholder, describedBy, isWrong = false, className = "" } = look;
  return (
    <NumberField.Root
      size="3"
      buttonLayout="none"
      locale={useLocale()}
      min={min}
      max={max}
      step={1}
      value={value}
      onValueChange={(next) => onChange(next === null ? null : Math.round(next))}
      className={className}
    >
      <NumberField.Input
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={isWrong}
        placeholder={placeholder}
        className="placeholder:text-(--gray-11)"
      />
      {unit !== undefined && <NumberField.Slot>{unit}</NumberField.Slot>}
    </NumberField.Root>
  );
}

type FactorProps = Pick<SmallNumberProps, "label" | "describedBy" | "isWrong" | "className"> & {
  /** Per cent. */
  value: number | null;
  onChange: (percent: number | null) => void;
};

const MOST_FACTOR = 10;

/** By how much is multiplied: 1.5 for 150 per cent. */
export function Factor({ label, value, onChange, describedBy, isWrong = false, className = "" }: FactorProps) {
  return (
    <NumberField.Root
      size="3"
      buttonLayout="none"
      locale={useLocale()}
      format={{ maximumFractionDigits: 2 }}
      min={0}
      max={MOST_FACTOR}
      step={0.1}
      value={value === null ? null : value / 100}
      onValueChange={(next) => onChange(next === null ? null : Math.round(next * 100))}
      className={className}
    >
      <NumberField.Slot>×</NumberField.Slot>
      <NumberField.Input aria-label={label} aria-describedby={describedBy} aria-invalid={isWrong} />
    </NumberField.Root>
  );
}
