import type { ReactNode } from "react";
import { Panel } from "@/components/dashboard/panel";
import { whenInWords } from "@/components/dashboard/when";
import type { Formats } from "@/components/ui/formats";
import type { Onboarding } from "@/services/communities/onboarding";

type SetupPanelProps = {
  onboarding: Onboarding;
  newestActivityAt: string | null;
  canChange: boolean;
  formats: Formats;
  /** Milliseconds. */
  now: number;
};

const DAY_MS = 86_400_000;
/** A community that writes daily and then sends nothing has most likely lost its connection. */
const SILENT_DAYS = 3;

/** What has been settled for this community, and whether anything arrives from it. */
export function SetupPanel({ onboarding, newestActivityAt, canChange, formats, now }: SetupPanelProps) {
  const { communityId, timeZone, rewardsConfirmedAt, rules } = onboarding;
  const on = rules.filter(({ active }) => active).length;
  const silentDays = newestActivityAt === null ? 0 : Math.floor((now - Date.parse(newestActivityAt)) / DAY_MS);
  const isSilent = silentDays >= SILENT_DAYS;
  const change = (what: string) =>
    canChange && (
      <a
        href={`/dashboard/${communityId}/setup`}
        className="inline-block rounded py-0.5 text-(--gray-12) underline underline-offset-2"
      >
        Change<span className="sr-only"> {what}</span>
      </a>
    );
  return (
    <Panel title={titleOf(rewardsConfirmedAt !== null, isSilent)} subtitle="How this community is set up">
      <dl className="flex flex-col text-[14px]/5">
        <Row name="Rewards">
          {rewardsConfirmedAt === null ? (
            "Not confirmed yet: nothing is sent"
          ) : (
            <>
              Confirmed on {formats.day(rewardsConfirmedAt, timeZone, now)}, {on} of {rules.length} on
            </>
          )}{" "}
          {change("the rewards")}
        </Row>
        <Row name="Days begin">
          At midnight in {timeZone.replaceAll("_", " ")} {change("the time zone")}
        </Row>
        <Row name="Activity">
          {newestActivityAt === null
            ? "None has arrived yet"
            : `Newest ${whenInWords(newestActivityAt, { timeZone, now }, formats)}`}
          {isSilent && (
            <span className="block text-(--amber-11)">
              Nothing for {formats.number(silentDays)} days. If members wrote since then, check in Whop that WEE5 is
              still installed.
            </span>
          )}
        </Row>
      </dl>
    </Panel>
  );
}

function titleOf(isConfirmed: boolean, isSilent: boolean): string {
  if (isSilent) return "Nothing has arrived lately";
  return isConfirmed ? "Rewards are set up" : "Rewards wait until an admin confirms them";
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[88px_1fr] gap-3 border-(--gray-a4) border-t py-2.5 first:border-t-0 first:pt-0 last:pb-0">
      <dt className="text-(--gray-11)">{name}</dt>
      <dd className="min-w-0 break-words text-(--gray-12)">{children}</dd>
    </div>
  );
}
