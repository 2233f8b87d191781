"use client";

import { Table } from "frosted-ui";
import type { QueueListProps } from "@/components/dashboard/rewards/queue-panel";
import { Actions, LastError, MemberName, Standing } from "@/components/dashboard/rewards/queue-parts";
import { entryInWords, whereFrom } from "@/components/dashboard/rewards/queue-words";
import { rewardName } from "@/components/rewards/reward-words";
import { useFormats } from "@/components/ui/locale-context";
import type { QueueEntry } from "@/services/rewards/queue";

const HEAD = "font-normal text-(--gray-11)";

/** Rewards as a table, for wide screens. */
export function QueueTable({ entries, ...rest }: QueueListProps) {
  const canAct = entries.some(({ actions }) => actions.length > 0);
  return (
    <Table.Root size="1">
      <Table.Table>
        <Table.Header>
          <Table.Row>
            <Table.ColumnHeaderCell className={HEAD} style={{ width: "18%" }}>
              Member
            </Table.ColumnHeaderCell>
            <Table.ColumnHeaderCell className={HEAD} style={{ width: "17%" }}>
              Reward
            </Table.ColumnHeaderCell>
            <Table.ColumnHeaderCell className={HEAD}>Where it stands</Table.ColumnHeaderCell>
            {canAct && (
              <Table.ColumnHeaderCell className={HEAD} style={{ width: "30%" }}>
                <span className="sr-only">What you can do</span>
              </Table.ColumnHeaderCell>
            )}
          </Table.Row>
        </Table.Header>
        <Table.Body>
          {entries.map((entry) => (
            <Row key={entry.rewardId} entry={entry} canAct={canAct} {...rest} />
          ))}
        </Table.Body>
      </Table.Table>
    </Table.Root>
  );
}

function Row({
  entry,
  clock,
  canAct,
  ...rest
}: { entry: QueueEntry; canAct: boolean } & Omit<QueueListProps, "entries">) {
  const formats = useFormats();
  const words = entryInWords(entry, clock, formats);
  return (
    <Table.Row className="align-top">
      <Table.RowHeaderCell className="whitespace-normal py-3">
        <MemberName member={entry.member} size={24} />
      </Table.RowHeaderCell>
      <Table.Cell className="whitespace-normal py-3">
        <span className="wrap-anywhere block text-(--gray-12) text-[14px]/5">{rewardName(entry, formats)}</span>
        <span className="wrap-anywhere block text-(--gray-11) text-[12px]/4">{whereFrom(entry, formats)}</span>
      </Table.Cell>
      <Table.Cell className="whitespace-normal py-3">
        <Standing words={words} />
        <span className="wrap-anywhere block text-(--gray-11) text-[12px]/4">{words.detail}</span>
        <LastError entry={entry} />
      </Table.Cell>
      {canAct && (
        <Table.Cell className="whitespace-normal py-3">
          <span className="flex flex-wrap justify-end gap-2">
            <Actions entry={entry} size="2" {...rest} />
          </span>
        </Table.Cell>
      )}
    </Table.Row>
  );
}
