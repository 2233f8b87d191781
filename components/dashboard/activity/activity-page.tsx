"use client";

import { Button, Callout } from "frosted-ui";
import { Eye, Radio, RefreshCw, TriangleAlert, WifiOff } from "lucide-react";
import type { ReactNode } from "react";
import { BackFillPanel } from "@/components/dashboard/activity/back-fill-panel";
import { FeatureList } from "@/components/dashboard/activity/feature-list";
import { freshnessInWords } from "@/components/dashboard/activity/freshness-words";
import { useFreshness } from "@/components/dashboard/activity/use-freshness";
import { PageHeading } from "@/components/dashboard/page-heading";
import type { Clock } from "@/components/dashboard/when";
import { useFormats } from "@/components/ui/locale-context";
import { StateBox } from "@/components/ui/state-box";
import { useNow } from "@/components/ui/use-now";
import type { Freshness } from "@/services/activity/freshness";

export type ActivityPageProps = {
  /** As in the address. */
  companyId: string;
  first: Freshness;
  /** Moderators read. */
  canChange: boolean;
  /** Of the community. */
  timeZone: string;
  /** The server's clock in milliseconds. */
  now: number;
};

/** What of a community is counted, how fresh it is, and the time before. */
export function ActivityPage({ companyId, first, canChange, timeZone, now: startedAt }: ActivityPageProps) {
  const formats = useFormats();
  const clock: Clock = { timeZone, now: useNow(startedAt) };
  const { freshness, hasFailed, busy, ask } = useFreshness(companyId, first);
  const { features, paused, backFill } = freshness;
  const hasRun = features.some(({ lastRunAt }) => lastRunAt !== null);
  const check = canChange && (
    <Button
      size="3"
      variant="solid"
      color="gray"
      highContrast
      loading={busy === "check"}
      disabled={busy !== null}
      focusableWhenDisabled
      onClick={() => ask("check")}
    >
      <RefreshCw size={16} strokeWidth={1.75} aria-hidden="true" />
      Check now
    </Button>
  );
  return (
    <>
      <PageHeading title="Activity" action={hasRun && check}>
        {freshnessInWords(freshness, clock, formats)}
      </PageHeading>
      {!canChange && (
        <Note icon={<Eye aria-hidden="true" />}>You can read this page. Admins of this community can change it.</Note>
      )}
      {hasFailed && (
        <Note icon={<WifiOff aria-hidden="true" />}>
          This page could not be brought up to date. It tries again by itself; counting goes on meanwhile.
        </Note>
      )}
      {paused && <Paused paused={paused} canChange={canChange} clock={clock} />}
      {hasRun ? (
        <FeatureList features={features} clock={clock} canChange={canChange} />
      ) : (
        <div className="dashboard-panel grid place-items-center p-4 py-12">
          <StateBox icon={<Radio />} title="Nothing has been read yet" action={check}>
            WEE5 reads your community from Whop within a minute, and then again every few minutes.
          </StateBox>
        </div>
      )}
      <BackFillPanel backFill={backFill} clock={clock} canChange={canChange} busy={busy} onAsk={ask} />
    </>
  );
}

function Note({ icon, children }: { icon: ReactNode; children: string }) {
  return (
    <Callout.Root color="gray" role="note">
      <Callout.Icon>{icon}</Callout.Icon>
      <Callout.Description>{children}</Callout.Description>
    </Callout.Root>
  );
}

type PausedProps = { paused: NonNullable<Freshness["paused"]>; canChange: boolean; clock: Clock };

function Paused({ paused: { since, forgetsAt, isForgotten }, canChange, clock }: PausedProps) {
  const formats = useFormats();
  const day = (at: string) => formats.day(at, clock.timeZone, clock.now);
  return (
    <Callout.Root color="gray" role="note">
      <Callout.Icon>
        <TriangleAlert aria-hidden="true" />
      </Callout.Icon>
      <Callout.Title>Whop shows nothing of this community since {day(since)}</Callout.Title>
      <Callout.Description>
        {canChange
          ? "WEE5 was taken out, or may no longer read anything. Install it again in Whop, then check now."
          : "WEE5 was taken out, or may no longer read anything. An admin can install it again in Whop."}{" "}
        {isForgotten
          ? "What had been read has been deleted; XP, levels and rewards are kept."
          : `What has been read is deleted on ${day(forgetsAt)}; XP, levels and rewards are kept.`}
      </Callout.Description>
    </Callout.Root>
  );
}
