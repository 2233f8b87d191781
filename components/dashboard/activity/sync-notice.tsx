import { Callout } from "frosted-ui";
import { TriangleAlert } from "lucide-react";
import { noticeOf } from "@/components/dashboard/activity/freshness-words";
import type { Freshness } from "@/services/activity/freshness";

type SyncNoticeProps = {
  /** As in the address. */
  companyId: string;
  freshness: Freshness;
  /** Milliseconds. */
  now: number;
};

/** That something is not counted as it should be, and where to read why; nothing on most days. */
export function SyncNotice({ companyId, freshness, now }: SyncNoticeProps) {
  const notice = noticeOf(freshness, now);
  if (!notice) return null;
  return (
    <Callout.Root color="gray" role="note">
      <Callout.Icon>
        <TriangleAlert aria-hidden="true" />
      </Callout.Icon>
      <Callout.Title>{notice.title}</Callout.Title>
      <Callout.Description>
        {notice.text}{" "}
        <a href={`/dashboard/${companyId}/activity`} className="text-(--gray-12) underline underline-offset-2">
          What to do
        </a>
      </Callout.Description>
    </Callout.Root>
  );
}
