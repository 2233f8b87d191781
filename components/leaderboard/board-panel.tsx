"use client";

import { Button, SegmentedControl } from "frosted-ui";
import { useRef, useState } from "react";
import type { Viewer } from "@/components/leaderboard/board";
import { BoardRows } from "@/components/leaderboard/board-rows";
import { RowsSkeleton } from "@/components/leaderboard/board-skeleton";
import { type Chat, EmptyBoard } from "@/components/leaderboard/empty-board";
import { type BoardSource, useBoard } from "@/components/leaderboard/use-board";
import { PERIODS } from "@/components/leaderboard/words";
import { useFormats } from "@/components/ui/locale-context";
import type { Filter } from "@/services/leaderboard/board";
import type { BoardRow } from "@/services/leaderboard/show-standing";
import type { RankName } from "@/services/xp/progress";

type BoardPanelProps = {
  source: BoardSource;
  viewer: Viewer;
  rankNames: readonly RankName[];
  chat: Chat | null;
  onOpen: (row: BoardRow) => void;
};

/** The leaderboard with its periods and all of its states. */
export function BoardPanel({ source, viewer, rankNames, chat, onOpen }: BoardPanelProps) {
  const [filter, setFilter] = useState<Filter>("all-time");
  const loaded = useBoard(source, filter);
  const { board, isOther } = loaded;
  const isHere = board !== undefined && !isOther;
  const isDeserted = isHere && board.total === 0 && filter === "all-time";
  const head = useRef<HTMLDivElement>(null);

  return (
    <section aria-labelledby="board-title" className="board-panel">
      <div ref={head} className={`board-head ${isDeserted ? "max-md:sr-only" : ""}`}>
        <h2 id="board-title" className="font-semibold text-(--gray-12) text-[16px]/6 max-md:sr-only">
          Leaderboard
        </h2>
        <Members total={isHere ? board.total : undefined} />
        <PeriodControl filter={filter} onChange={setFilter} />
      </div>
      <section id="board-rows" aria-label={`Leaderboard, ${labelOf(filter)}`} aria-busy={!isHere}>
        {isHere ? (
          board.total === 0 ? (
            <EmptyBoard filter={filter} chat={chat} />
          ) : (
            <BoardRows
              key={filter}
              loaded={loaded}
              board={board}
              viewer={viewer}
              rankNames={rankNames}
              onOpen={onOpen}
            />
          )
        ) : loaded.hasFailed ? (
          <Failed onRetry={loaded.retry} />
        ) : (
          <RowsSkeleton />
        )}
      </section>
    </section>
  );
}

function Members({ total }: { total: number | undefined }) {
  const { number } = useFormats();
  return (
    <p className="text-(--gray-11) text-[12px]/4">
      {total !== undefined && `${number(total)} ${total === 1 ? "member" : "members"}`}
    </p>
  );
}

function PeriodControl({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  return (
    <SegmentedControl.Root value={filter} onValueChange={(next: Filter) => onChange(next)}>
      <SegmentedControl.List aria-label="Period">
        {PERIODS.map((period) => (
          <SegmentedControl.Trigger key={period.filter} value={period.filter} aria-controls="board-rows">
            {period.label}
          </SegmentedControl.Trigger>
        ))}
      </SegmentedControl.List>
    </SegmentedControl.Root>
  );
}

function labelOf(filter: Filter): string {
  return PERIODS.find((period) => period.filter === filter)?.label.toLowerCase() ?? filter;
}

function Failed({ onRetry }: { onRetry: () => void }) {
  return (
    <div role="alert" className="flex flex-col items-start gap-4 px-4 py-12 text-(--gray-11) text-[14px]/5 md:px-5">
      The leaderboard did not load. Your XP is safe: everything you do is still being counted.
      <Button size="3" variant="soft" color="gray" highContrast onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}
