"use client";

import type { QueueListProps } from "@/components/dashboard/rewards/queue-panel";
import { Actions, LastError, MemberName, Standing } from "@/components/dashboard/rewards/queue-parts";
import { entryInWords, whereFrom } from "@/components/dashboard/rewards/queue-words";
import { rewardName } from "@/components/rewards/reward-words";
import { useFormats } from "@/components/ui/locale-context";
import type { QueueEntry } from "@/services/rewards/queue";

/** Rewards as cards, for phones. */
export function QueueCards({ entries, ...rest }: QueueListProps) {
  return (
    <ul aria-label="Rewards" className="dashboard-panel flex flex-col">
      {entries.map((entry) => (
        <Card key={entry.rewardId} entry={entry} {...rest} />
      ))}
    </ul>
  );
}

function Card({ entry, clock, ...rest }: { entry: QueueEntry } & Omit<QueueListProps, "entries">) {
  const formats = useFormats();
  const words = entryInWords(entry, clock, formats);
  return (
    <li className="flex flex-col gap-3 border-(--gray-a4) border-t p-4 first:border-t-0">
      <div className="flex items-center justify-between gap-3">
        <MemberName member={entry.member} size={32} />
        <span className="shrink-0">
          <Standing words={words} />
        </span>
      </div>
      <div>
        <p className="wrap-anywhere text-(--gray-12) text-[14px]/5">
          {rewardName(entry, formats)} <span className="text-(--gray-11)">· {whereFrom(entry, formats)}</span>
        </p>
        <p className="wrap-anywhere mt-0.5 text-(--gray-11) text-[14px]/5">{words.detail}</p>
        <LastError entry={entry} />
      </div>
      {entry.actions.length > 0 && (
        <div className="flex flex-wrap gap-2">
          <Actions entry={entry} size="3" {...rest} />
        </div>
      )}
    </li>
  );
}
