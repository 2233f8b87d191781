"use client";

import { Button } from "frosted-ui";
import { Gift } from "lucide-react";
import { lazy, Suspense, useRef, useState } from "react";
import { PageHeading } from "@/components/dashboard/page-heading";
import { BudgetPanel } from "@/components/dashboard/rewards/budget-panel";
import { Decision } from "@/components/dashboard/rewards/decision";
import { DifferencesPanel } from "@/components/dashboard/rewards/differences-panel";
import { QueuePanel } from "@/components/dashboard/rewards/queue-panel";
import { queueInWords } from "@/components/dashboard/rewards/queue-words";
import { useDecision } from "@/components/dashboard/rewards/use-decision";
import { useQueue } from "@/components/dashboard/rewards/use-queue";
import { useFormats } from "@/components/ui/locale-context";
import { useNow } from "@/components/ui/use-now";
import type { Queue, QueueGroup } from "@/services/rewards/queue";

const GrantSheet = lazy(() =>
  import("@/components/dashboard/rewards/grant-sheet").then(({ GrantSheet }) => ({ default: GrantSheet })),
);

export type RewardsPageProps = {
  /** As in the address. */
  companyId: string;
  first: Queue;
  firstGroup: QueueGroup;
  /** Moderators read. */
  canChange: boolean;
  /** Whether an admin has confirmed what levels pay. */
  isConfirmed: boolean;
  /** The server's clock in milliseconds. */
  now: number;
};

/** What has become of every reward, and what a person can do about it. */
export function RewardsPage({
  companyId,
  first,
  firstGroup,
  canChange,
  isConfirmed,
  now: startedAt,
}: RewardsPageProps) {
  const formats = useFormats();
  const now = useNow(startedAt);
  const [group, setGroup] = useState(firstGroup);
  const loaded = useQueue(companyId, group, { first, firstGroup });
  const list = useRef<HTMLHeadingElement>(null);
  const decision = useDecision(companyId, { onDone: () => list.current?.focus() });
  const [granting, setGranting] = useState({ isOpen: false, times: 0 });
  const { counts, budget, differences } = loaded.latest;
  const clock = { timeZone: budget.timeZone, now };

  return (
    <>
      <PageHeading
        title="Rewards"
        action={
          canChange &&
          isConfirmed && (
            <Button
              size="3"
              variant="solid"
              color="gray"
              highContrast
              aria-haspopup="dialog"
              onClick={() => setGranting(({ times }) => ({ isOpen: true, times: times + 1 }))}
            >
              <Gift size={16} strokeWidth={1.75} aria-hidden="true" />
              Give a reward
            </Button>
          )
        }
      >
        {queueInWords(counts, formats)}
        {!isConfirmed && " Nothing is sent before an admin has confirmed the rewards in the set-up."}
      </PageHeading>
      <QueuePanel
        loaded={loaded}
        group={group}
        onGroup={setGroup}
        clock={clock}
        heading={list}
        busyId={decision.busyId}
        onAct={decision.ask}
      />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 md:grid-cols-2">
        <BudgetPanel companyId={companyId} budget={budget} canChange={canChange} />
        <DifferencesPanel differences={differences} clock={clock} />
      </div>
      <Decision decision={decision} goesOnAt={list} />
      {granting.times > 0 && (
        <Suspense>
          <GrantSheet
            key={granting.times}
            isOpen={granting.isOpen}
            onOpenChange={(isOpen) => setGranting((before) => ({ ...before, isOpen }))}
            companyId={companyId}
            budget={budget}
          />
        </Suspense>
      )}
    </>
  );
}
