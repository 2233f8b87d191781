"use client";

import { Panel } from "@/components/dashboard/panel";
import { memberName } from "@/components/dashboard/rewards/queue-words";
import { type Clock, whenInWords } from "@/components/dashboard/when";
import { useFormats } from "@/components/ui/locale-context";
import type { Differences, RewardDifference } from "@/services/rewards/queue";

type DifferencesPanelProps = { differences: Differences; clock: Clock };

/** What Whop has otherwise than it was delivered, as last compared. */
export function DifferencesPanel({ differences, clock }: DifferencesPanelProps) {
  const formats = useFormats();
  const { checkedAt, failedAt, found } = differences;
  const compared =
    checkedAt === null
      ? "Compared once a day; the first time is still to come"
      : `Compared once a day, last ${whenInWords(checkedAt, clock, formats)}`;
  return (
    <Panel title={titleOf(differences, formats.number)} subtitle={compared}>
      {failedAt !== null && (
        <p className="text-(--gray-12) text-[14px]/5">
          Whop could not be asked {whenInWords(failedAt, clock, formats)}. It is tried again.
        </p>
      )}
      {found.length > 0 && (
        <ul className="flex flex-col">
          {found.map((difference) => (
            <Difference
              key={`${difference.kind} ${difference.rewardId} ${difference.whopId}`}
              difference={difference}
              clock={clock}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function titleOf({ checkedAt, found }: Differences, number: (value: number) => string): string {
  if (checkedAt === null) return "Not compared with Whop yet";
  if (found.length === 0) return "Whop has all that was delivered";
  return found.length === 1 ? "Whop differs in one place" : `Whop differs in ${number(found.length)} places`;
}

function Difference({ difference, clock }: { difference: RewardDifference; clock: Clock }) {
  const formats = useFormats();
  const { severity, member, means, expectedUntil, foundUntil, firstSeenAt, whopId, codeEnd } = difference;
  const day = (at: string) => formats.day(at, clock.timeZone, clock.now);
  return (
    <li className="border-(--gray-a4) border-t py-3 text-[14px]/5 first:border-t-0 first:pt-0 last:pb-0">
      <p className="wrap-anywhere font-medium text-(--gray-12)">
        {member === null ? "Nobody known" : <bdi>{memberName(member)}</bdi>}
        {severity === "warning" && (
          <span className="ml-2 inline-block rounded-[6px] bg-(--amber-a4) px-1.5 py-0.5 font-medium text-(--gray-12) text-[12px]/4">
            To look at
          </span>
        )}
      </p>
      <p className="wrap-anywhere text-(--gray-11)">
        {means}
        {expectedUntil !== null && foundUntil !== null && ` Then ${day(expectedUntil)}, now ${day(foundUntil)}.`}
      </p>
      <p className="wrap-anywhere text-(--gray-11) text-[12px]/4">
        First seen {whenInWords(firstSeenAt, clock, formats)}
        {codeEnd !== null && ` · code ends in ${codeEnd}`}
        {whopId !== null && ` · ${whopId}`}
      </p>
    </li>
  );
}
