"use client";

import { ChevronDown, ChevronUp } from "lucide-react";
import { useFormats } from "@/components/ui/locale-context";

/** Places gained or lost since the week began; the row says it in words. Grey in both directions: falling is no failure. */
export function RankChange({ change }: { change: number | null }) {
  const { number } = useFormats();
  if (change === null || change === 0) return null;
  const Arrow = change > 0 ? ChevronUp : ChevronDown;
  return (
    <span className="inline-flex items-center text-(--gray-11) text-[12px]/4">
      <Arrow size={14} strokeWidth={2} className={change > 0 ? "text-(--gray-12)" : undefined} />
      {number(Math.abs(change))}
    </span>
  );
}
