"use client";

import { Button } from "frosted-ui";
import { ACTION_LABELS, type EntryWords, memberName } from "@/components/dashboard/rewards/queue-words";
import { MemberAvatar } from "@/components/ui/member-avatar";
import type { QueueEntry, QueueMember, RewardAction } from "@/services/rewards/queue";

export function MemberName({ member, size }: { member: QueueMember; size: number }) {
  return (
    <span className="flex min-w-0 items-start gap-2.5">
      <MemberAvatar name={memberName(member)} pictureUrl={member.pictureUrl} size={size} />
      <bdi className="wrap-anywhere min-w-0 self-center font-medium text-(--gray-12) text-[14px]/5">
        {memberName(member)}
      </bdi>
    </span>
  );
}

export function Standing({ words: { standing, tone } }: { words: EntryWords }) {
  if (tone === "calm") return <span className="text-(--gray-12) text-[14px]/5">{standing}</span>;
  return (
    <span className="inline-block rounded-[6px] bg-(--amber-a4) px-1.5 py-0.5 font-medium text-(--gray-12) text-[12px]/4">
      {standing}
    </span>
  );
}

type ActionsProps = {
  entry: QueueEntry;
  busyId: string | null;
  onAct: (entry: QueueEntry, action: RewardAction) => void;
  size: "2" | "3";
};

/** What the reader may do with one reward; nothing for moderators. */
export function Actions({ entry, busyId, onAct, size }: ActionsProps) {
  return entry.actions.map((action) => (
    <Button
      key={action}
      size={size}
      variant="soft"
      color="gray"
      highContrast
      loading={action === "retry" && busyId === entry.rewardId}
      disabled={busyId !== null}
      focusableWhenDisabled
      onClick={() => onAct(entry, action)}
    >
      {ACTION_LABELS[action]}
      <span className="sr-only"> for {memberName(entry.member)}</span>
    </Button>
  ));
}

/** What came of the last attempt, a refusal in Whop's own words, where somebody has to decide. */
export function LastError({ entry: { problem, lastError } }: { entry: QueueEntry }) {
  if (problem === null || lastError === null) return null;
  return (
    <span className="wrap-anywhere mt-0.5 block text-(--gray-11) text-[12px]/4">
      Last attempt: <bdi>{lastError}</bdi>
    </span>
  );
}
