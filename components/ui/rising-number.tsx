"use client";

import { useFormats } from "@/components/ui/locale-context";
import { useRising } from "@/components/ui/use-rising";

/** A number that runs to its new value. Readers hear the new value only. */
export function RisingNumber({ value }: { value: number }) {
  const { number } = useFormats();
  return <>{number(useRising(value))}</>;
}
