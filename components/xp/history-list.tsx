"use client";

import { Button, EmptyState } from "frosted-ui";
import { History as HistoryIcon, RefreshCw, TriangleAlert } from "lucide-react";
import { useFormats } from "@/components/ui/locale-context";
import { useNow } from "@/components/ui/use-now";
import { HistoryEntryRow, LevelRow, RunRow } from "@/components/xp/history-entry-row";
import { daysOf, type HistoryDay, type HistoryRow } from "@/components/xp/history-rows";
import { HistorySkeleton } from "@/components/xp/history-skeleton";
import { dayName, timeOf } from "@/components/xp/history-times";
import type { Rung } from "@/services/rewards/ladder";
import type { History } from "@/services/xp/history-entry";

type HistoryListProps = {
  /** All that has been loaded; undefined before the first page. */
  history: History | undefined;
  /** Of the ladder: a level says how far the next reward was. */
  rungs: readonly Rung[];
  /** The server's clock in milliseconds, when the page was made. */
  now: number;
  /** Loads older entries. */
  onMore: () => void;
  isLoadingMore: boolean;
  /** The last load failed. */
  hasFailed: boolean;
  onRetry: () => void;
  /** Of the days' headings: 2 where the list has no heading of its own above it. */
  headingLevel?: 2 | 3;
};

/** What the reader did, newest first, with a receipt for each. */
export function HistoryList(props: HistoryListProps) {
  const { history, hasFailed, onRetry, onMore, isLoadingMore } = props;
  if (!history) return hasFailed ? <Failed onRetry={onRetry} /> : <HistorySkeleton />;
  if (history.entries.length === 0) return <NothingYet />;
  return (
    <div className="flex flex-col gap-6">
      <Days {...props} history={history} />
      {hasFailed ? (
        <div role="alert" className="flex flex-wrap items-center justify-between gap-3 text-(--gray-11) text-[14px]/5">
          Older entries did not load. They are safe.
          <Button size="3" variant="soft" color="gray" highContrast onClick={onRetry}>
            Try again
          </Button>
        </div>
      ) : (
        history.nextCursor !== null && (
          <Button size="3" variant="soft" color="gray" highContrast loading={isLoadingMore} onClick={onMore}>
            Show more
          </Button>
        )
      )}
    </div>
  );
}

function Days({ history, rungs, now: startedAt, headingLevel = 3 }: HistoryListProps & { history: History }) {
  const now = useNow(startedAt);
  const formats = useFormats();
  return daysOf(history).map(({ day, xp, rows }) => (
    <section key={day} aria-label={dayName(day, history.timeZone, now, formats)}>
      <DayHeading name={dayName(day, history.timeZone, now, formats)} xp={xp} level={headingLevel} />
      <ul>
        {rows.map((row) => {
          const entry = row.kind === "run" ? row.entries[0] : row.entry;
          const time = timeOf(entry.occurredAt, entry.day, history.timeZone, now, formats);
          return <Row key={`${row.kind} ${entry.activityId}`} row={row} time={time} rungs={rungs} />;
        })}
      </ul>
    </section>
  ));
}

function DayHeading({ name, xp, level }: { name: string; xp: HistoryDay["xp"]; level: 2 | 3 }) {
  const { signed } = useFormats();
  const Heading = `h${level}` as const;
  return (
    <div className="flex items-baseline justify-between gap-3 pb-2 text-[14px]/5">
      <Heading className="font-semibold text-(--gray-12)">{name}</Heading>
      {xp !== null && <span className="text-(--gray-11)">{signed(xp)} XP</span>}
    </div>
  );
}

function Row({ row, time, rungs }: { row: HistoryRow; time: string; rungs: readonly Rung[] }) {
  switch (row.kind) {
    case "entry":
      return <HistoryEntryRow entry={row.entry} time={time} />;
    case "run":
      return <RunRow entries={row.entries} time={time} />;
    case "level":
      return <LevelRow level={row.level} time={time} rungs={rungs} />;
  }
}

function NothingYet() {
  return (
    <EmptyState.Root>
      <EmptyState.Header>
        <EmptyState.Media>
          <HistoryIcon aria-hidden="true" />
        </EmptyState.Media>
        <EmptyState.Title>Nothing here yet</EmptyState.Title>
        <EmptyState.Description>
          Write in any channel. Each thing you do gets a line here, with what it paid and why.
        </EmptyState.Description>
      </EmptyState.Header>
    </EmptyState.Root>
  );
}

function Failed({ onRetry }: { onRetry: () => void }) {
  return (
    <EmptyState.Root role="alert">
      <EmptyState.Header>
        <EmptyState.Media>
          <TriangleAlert aria-hidden="true" />
        </EmptyState.Media>
        <EmptyState.Title>Your history did not load</EmptyState.Title>
        <EmptyState.Description>Your XP is safe: everything you do is still being counted.</EmptyState.Description>
      </EmptyState.Header>
      <EmptyState.Actions>
        <Button size="3" variant="solid" color="gray" highContrast onClick={onRetry}>
          <RefreshCw size={16} aria-hidden="true" />
          Try again
        </Button>
      </EmptyState.Actions>
    </EmptyState.Root>
  );
}
