"use client";

import { ChevronDown, ChevronUp } from "lucide-react";
import type { ReactNode } from "react";
import { rankChangeInWords } from "@/components/card/card-words";
import { useFormats } from "@/components/ui/locale-context";
import { RisingNumber } from "@/components/ui/rising-number";
import { Tally } from "@/components/ui/tally";
import type { Card } from "@/services/leaderboard/card";

export function RankStat({ card }: { card: Pick<Card, "rank" | "rankChange" | "members" | "visibility"> }) {
  const { number } = useFormats();
  if (card.rank === null) {
    return (
      <Stat label="Rank" value="–" unit={card.visibility === "hidden" ? "you are hidden" : "not on the board yet"} />
    );
  }
  return (
    <Stat
      label="Rank"
      value={
        <>
          <Figure value={card.rank} />
          <RankChange change={card.rankChange} />
        </>
      }
      unit={`of ${number(card.members)}`}
    />
  );
}

export function WeekStat({ xp }: { xp: number }) {
  return <Stat label="This week" value={<Figure value={xp} />} unit="XP" />;
}

/** Where the strokes do not fit beside the number they drop out of sight: they say nothing that it does not. */
export function StreakStat({ days }: { days: number }) {
  return (
    <Stat
      label="Streak"
      value={
        <span className="flex h-7 flex-wrap items-center gap-x-2 overflow-hidden leading-7">
          <Figure value={days} />
          <span className="flex h-7 items-center">
            <Tally days={days} />
          </span>
        </span>
      }
      unit={days === 1 ? "day in a row" : "days in a row"}
    />
  );
}

/** Grey in both directions: falling is no failure. */
function RankChange({ change }: { change: number | null }) {
  const formats = useFormats();
  if (change === null || change === 0) return null;
  const Arrow = change > 0 ? ChevronUp : ChevronDown;
  return (
    <span className="ml-2 inline-flex items-center align-middle font-normal text-(--gray-11) text-[12px]/4">
      <Arrow size={14} strokeWidth={2} aria-hidden="true" className={change > 0 ? "text-(--gray-12)" : undefined} />
      <span aria-hidden="true">{formats.number(Math.abs(change))}</span>
      <span className="sr-only">, {rankChangeInWords(change, formats)}</span>
    </span>
  );
}

/** Smaller from six digits on, so that both figures and Share still fit on the narrowest phones. */
function Figure({ value }: { value: number }) {
  return (
    <span className={value >= 100_000 ? "text-[16px]/7" : undefined}>
      <RisingNumber value={value} />
    </span>
  );
}

function Stat({ label, value, unit }: { label: string; value: ReactNode; unit: string }) {
  return (
    <div className="min-w-0 flex-1 not-first:border-(--gray-a4) not-first:border-l not-first:pl-4 text-(--gray-11) text-[12px]/4">
      <div>{label}</div>
      <div className="h-7 whitespace-nowrap font-semibold text-(--gray-12) text-[20px]/7">{value}</div>
      <div className="truncate">{unit}</div>
    </div>
  );
}
