"use client";

import { Button, SegmentedControl } from "frosted-ui";
import { Gift, RefreshCw, TriangleAlert } from "lucide-react";
import type { RefObject } from "react";
import { QueueCards } from "@/components/dashboard/rewards/queue-cards";
import { QueueSkeleton } from "@/components/dashboard/rewards/queue-skeleton";
import { QueueTable } from "@/components/dashboard/rewards/queue-table";
import { GROUPS, nothingIn } from "@/components/dashboard/rewards/queue-words";
import type { LoadedQueue } from "@/components/dashboard/rewards/use-queue";
import type { Clock } from "@/components/dashboard/when";
import { useFormats } from "@/components/ui/locale-context";
import { StateBox } from "@/components/ui/state-box";
import type { QueueEntry, QueueGroup, RewardAction } from "@/services/rewards/queue";

type QueuePanelProps = {
  loaded: LoadedQueue;
  group: QueueGroup;
  onGroup: (group: QueueGroup) => void;
  clock: Clock;
  /** Where the keyboard goes on when the row it stood on is gone. */
  heading: RefObject<HTMLHeadingElement | null>;
  busyId: string | null;
  onAct: (entry: QueueEntry, action: RewardAction) => void;
};

/** What the list shows of each reward. */
export type QueueListProps = {
  entries: readonly QueueEntry[];
} & Pick<QueuePanelProps, "clock" | "busyId" | "onAct">;

/** The community's rewards by where they stand. */
export function QueuePanel({ loaded, group, onGroup, heading, ...rows }: QueuePanelProps) {
  const label = GROUPS.find((one) => one.group === group)?.label;
  return (
    <section aria-labelledby="queue-title" className="flex flex-col gap-4">
      <h2 id="queue-title" ref={heading} tabIndex={-1} className="sr-only">
        {label}
      </h2>
      <GroupControl counts={loaded.latest.counts} group={group} onGroup={onGroup} />
      <div id="queue-rows" aria-busy={loaded.entries === undefined && !loaded.hasFailed}>
        <Rows loaded={loaded} group={group} {...rows} />
      </div>
    </section>
  );
}

type GroupControlProps = Pick<QueuePanelProps, "group" | "onGroup"> & { counts: Record<QueueGroup, number> };

function GroupControl({ counts, group, onGroup }: GroupControlProps) {
  const { number } = useFormats();
  return (
    <div className="-mx-4 overflow-x-auto px-4 md:mx-0 md:px-0">
      <SegmentedControl.Root value={group} onValueChange={(next: QueueGroup) => onGroup(next)} className="w-fit">
        <SegmentedControl.List aria-label="Which rewards">
          {GROUPS.map((one) => (
            <SegmentedControl.Trigger
              key={one.group}
              value={one.group}
              aria-controls="queue-rows"
              className="max-md:px-1"
            >
              {one.label}
              {counts[one.group] > 0 && <Count isUrgent={one.group === "attention"}>{number(counts[one.group])}</Count>}
            </SegmentedControl.Trigger>
          ))}
        </SegmentedControl.List>
      </SegmentedControl.Root>
    </div>
  );
}

function Count({ isUrgent, children }: { isUrgent: boolean; children: string }) {
  const look = isUrgent
    ? "rounded-full bg-(--gray-12) px-1.5 font-medium text-(--color-panel-solid) text-[12px]/4"
    : "text-(--gray-11) text-[12px]/4 max-md:sr-only";
  return <span className={`ml-1.5 ${look}`}>{children}</span>;
}

function Rows({
  loaded,
  group,
  ...rows
}: { loaded: LoadedQueue; group: QueueGroup } & Omit<QueueListProps, "entries">) {
  const { entries } = loaded;
  if (!entries) return loaded.hasFailed ? <Failed onRetry={loaded.retry} /> : <QueueSkeleton />;
  if (entries.length === 0) return <Nothing group={group} />;
  return (
    <div className="flex flex-col gap-4">
      <div className="max-md:hidden">
        <QueueTable entries={entries} {...rows} />
      </div>
      <div className="md:hidden">
        <QueueCards entries={entries} {...rows} />
      </div>
      <More loaded={loaded} />
    </div>
  );
}

function More({ loaded: { hasMore, hasMoreFailed, isLoadingMore, showMore } }: { loaded: LoadedQueue }) {
  if (hasMoreFailed) {
    return (
      <div role="alert" className="flex flex-wrap items-center justify-between gap-3 text-(--gray-11) text-[14px]/5">
        Older rewards did not load.
        <Button size="3" variant="soft" color="gray" highContrast onClick={showMore}>
          Try again
        </Button>
      </div>
    );
  }
  if (!hasMore) return null;
  return (
    <Button size="3" variant="soft" color="gray" highContrast loading={isLoadingMore} onClick={showMore}>
      Show more
    </Button>
  );
}

function Nothing({ group }: { group: QueueGroup }) {
  const { title, text } = nothingIn(group);
  return (
    <div className="dashboard-panel grid place-items-center p-4 py-12">
      <StateBox icon={<Gift />} title={title} headingLevel={3}>
        {text}
      </StateBox>
    </div>
  );
}

function Failed({ onRetry }: { onRetry: () => void }) {
  return (
    <div role="alert" className="dashboard-panel grid place-items-center p-4 py-12">
      <StateBox
        icon={<TriangleAlert />}
        title="The rewards did not load"
        headingLevel={3}
        action={
          <Button size="3" variant="solid" color="gray" highContrast onClick={onRetry}>
            <RefreshCw size={16} aria-hidden="true" />
            Try again
          </Button>
        }
      >
        They are safe: what is on its way goes on.
      </StateBox>
    </div>
  );
}
