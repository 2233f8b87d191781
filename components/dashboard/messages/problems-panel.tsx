"use client";

import { CHANNEL_NAMES } from "@/components/dashboard/messages/settings-draft";
import { Panel } from "@/components/dashboard/panel";
import { whenInWords } from "@/components/dashboard/when";
import { useFormats } from "@/components/ui/locale-context";
import type { NotificationProblem } from "@/services/notifications/notifications.schema";

type ProblemsPanelProps = { problems: readonly NotificationProblem[]; timeZone: string; now: number };

/** What did not go out lately, and why. */
export function ProblemsPanel({ problems, timeZone, now }: ProblemsPanelProps) {
  const formats = useFormats();
  const count = problems.reduce((sum, problem) => sum + problem.count, 0);
  return (
    <Panel
      title={
        count === 0
          ? "Every message went out"
          : `${count === 1 ? "1 message" : `${formats.number(count)} messages`} did not go out`
      }
      subtitle="The last seven days"
    >
      {problems.length > 0 && (
        <ul className="flex flex-col">
          {problems.map(({ channel, message, count: times, lastAt }) => (
            <li
              key={`${channel} ${message}`}
              className="border-(--gray-a4) border-t py-3 text-[14px]/5 first:border-t-0 first:pt-0 last:pb-0"
            >
              <p className="font-medium text-(--gray-12)">
                {CHANNEL_NAMES[channel]}
                {times > 1 && <span className="font-normal text-(--gray-11)"> · {formats.number(times)} times</span>}
              </p>
              <p className="wrap-anywhere text-(--gray-12)">{message}</p>
              <p className="text-(--gray-11) text-[12px]/4">Last {whenInWords(lastAt, { timeZone, now }, formats)}</p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
