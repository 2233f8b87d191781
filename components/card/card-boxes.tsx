import { Card } from "frosted-ui";
import type { ReactNode } from "react";

type CardBoxesProps = {
  ring: ReactNode;
  name: ReactNode;
  rank: ReactNode;
  level: ReactNode;
  bar: ReactNode;
  toNext: ReactNode;
  inAll?: ReactNode;
  reward?: ReactNode;
  stats?: ReactNode;
  foot?: ReactNode;
  isBusy?: boolean;
};

/** The card's boxes, each of a fixed height: what is loading and what has loaded stand in the same places. */
export function CardBoxes({
  ring,
  name,
  rank,
  level,
  bar,
  toNext,
  inAll,
  reward,
  stats,
  foot,
  isBusy,
}: CardBoxesProps) {
  return (
    <Card size="2" aria-busy={isBusy || undefined}>
      <div className="flex items-center gap-3">
        {ring}
        <div className="min-w-0 flex-1">
          <div className="h-7 truncate font-semibold text-[20px]/7 text-(--gray-12)">{name}</div>
          <div className="flex h-5 items-center gap-1 overflow-hidden text-(--gray-11) text-[14px]/5">{rank}</div>
        </div>
        <div className="flex h-[52px] shrink-0 items-baseline gap-2 self-end">{level}</div>
      </div>
      <div className="mt-4 h-[34px]">{bar}</div>
      <div className="relative mt-2 flex min-h-5 items-baseline justify-between gap-3 text-(--gray-11) text-[14px]/5">
        {toNext}
        {inAll}
      </div>
      {reward && (
        <div className="mt-4 flex min-h-[60px] items-center gap-3.5 border-(--gray-a4) border-t py-3">{reward}</div>
      )}
      {stats && <div className={`flex h-[76px] border-(--gray-a4) border-t pt-4 ${reward ? "" : "mt-4"}`}>{stats}</div>}
      {foot && <div className="mt-3 flex h-10 items-center justify-between gap-3">{foot}</div>}
    </Card>
  );
}
