"use client";

import { Button, SegmentedControlRadioGroup } from "frosted-ui";
import { type FormEvent, useState } from "react";
import { MemberSearch } from "@/components/dashboard/member-search";
import { NumberInput } from "@/components/dashboard/number-input";
import {
  consequenceOf,
  EMPTY_DRAFT,
  type GrantDraft,
  grantedValue,
  LIMITS,
} from "@/components/dashboard/rewards/grant-draft";
import { useReloadQueue } from "@/components/dashboard/rewards/use-queue";
import { TextInput } from "@/components/dashboard/text-input";
import { ApiFailure, callApi } from "@/components/http/call-api";
import { useNotifications } from "@/components/notifications/notification-context";
import { rewardName } from "@/components/rewards/reward-words";
import { AdaptiveSheet } from "@/components/ui/adaptive-sheet";
import { useFormats } from "@/components/ui/locale-context";
import type { RewardType } from "@/services/rewards/ladder";
import type { Budget } from "@/services/rewards/queue";

type GrantSheetProps = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  companyId: string;
  budget: Budget;
};

const TYPES: { type: RewardType; label: string }[] = [
  { type: "free_days", label: "Free days" },
  { type: "promo_code", label: "Code" },
  { type: "badge", label: "Badge" },
  { type: "custom", label: "Text" },
];

/** Gives a member a reward by hand. Opened anew, it is another reward: what is sent twice from one opening is one. */
export function GrantSheet({ isOpen, onOpenChange, ...props }: GrantSheetProps) {
  return (
    <AdaptiveSheet isOpen={isOpen} onOpenChange={onOpenChange} title="Give a reward">
      <GrantForm {...props} onDone={() => onOpenChange(false)} />
    </AdaptiveSheet>
  );
}

function GrantForm({
  companyId,
  budget,
  onDone,
}: Pick<GrantSheetProps, "companyId" | "budget"> & { onDone: () => void }) {
  const formats = useFormats();
  const { notify } = useNotifications();
  const reload = useReloadQueue(companyId);
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const [draft, setDraft] = useState<GrantDraft>(EMPTY_DRAFT);
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const value = grantedValue(draft);
  const canSend = value !== null && draft.userId !== null;

  function change(part: Partial<GrantDraft>) {
    setFailure(null);
    setDraft((before) => ({ ...before, ...part }));
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!canSend || isSending) return;
    setSending(true);
    setFailure(null);
    const { userId, type } = draft;
    const note = draft.note.trim() === "" ? {} : { note: draft.note.trim() };
    try {
      const json = { experienceId: companyId, action: "grant", userId, type, value, ...note };
      await callApi<object>("/api/rewards", { method: "POST", json, idempotencyKey });
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      setFailure(error);
      return setSending(false);
    }
    notify({
      title: `${rewardName({ type, value }, formats)} for ${draft.name}`,
      description: "Given, and on its way.",
    });
    onDone();
    await reload();
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-5">
      <MemberSearch
        companyId={companyId}
        label="Member"
        value={draft.userId}
        onChange={(userId, name) => change({ userId, name })}
      />
      <div className="flex flex-col gap-1.5">
        <span id="grant-type" className="font-medium text-(--gray-12) text-[14px]/5">
          Reward
        </span>
        <SegmentedControlRadioGroup.Root<RewardType>
          aria-labelledby="grant-type"
          value={draft.type}
          onValueChange={(type) => change({ type })}
        >
          {TYPES.map(({ type, label }) => (
            <SegmentedControlRadioGroup.Item key={type} value={type}>
              {label}
            </SegmentedControlRadioGroup.Item>
          ))}
        </SegmentedControlRadioGroup.Root>
      </div>
      <ValueFields draft={draft} onChange={change} />
      <TextInput
        label="Note to the member"
        hint="Optional. Shown with the reward."
        value={draft.note}
        max={LIMITS.note}
        onChange={(note) => change({ note })}
      />
      <p className="wrap-anywhere text-(--gray-11) text-[14px]/5">{consequenceOf(draft, budget, formats)}</p>
      {failure && (
        <p role="alert" className="text-(--gray-12) text-[14px]/5">
          {whyNot(failure)}
        </p>
      )}
      <Button
        type="submit"
        size="3"
        variant="solid"
        color="gray"
        highContrast
        loading={isSending}
        disabled={!canSend || isSending}
        focusableWhenDisabled
      >
        Give reward
      </Button>
    </form>
  );
}

/** The answer to the first attempt may have been lost, and what was asked then may have been given. */
function whyNot({ code, message }: ApiFailure): string {
  if (code !== "idempotency_mismatch") return `Not given: ${message}`;
  return "What you sent first may have been given. Close this and look at the list before you give another.";
}

function ValueFields({ draft, onChange }: { draft: GrantDraft; onChange: (part: Partial<GrantDraft>) => void }) {
  switch (draft.type) {
    case "free_days":
      return (
        <NumberInput
          label="Free days"
          unit="days"
          value={draft.days}
          min={1}
          max={LIMITS.days}
          onChange={(days) => onChange({ days })}
        />
      );
    case "promo_code":
      return (
        <div className="grid grid-cols-2 gap-3">
          <NumberInput
            label="Discount"
            unit="%"
            value={draft.percentOff}
            min={1}
            max={LIMITS.percentOff}
            onChange={(percentOff) => onChange({ percentOff })}
          />
          <NumberInput
            label="Lasts"
            unit="months"
            hint="Empty: as long as Whop allows."
            value={draft.months}
            min={1}
            max={LIMITS.months}
            onChange={(months) => onChange({ months })}
          />
        </div>
      );
    case "badge":
      return (
        <TextInput
          label="Name of the badge"
          value={draft.badge}
          max={LIMITS.badge}
          onChange={(badge) => onChange({ badge })}
        />
      );
    case "custom":
      return (
        <TextInput
          label="What the member gets"
          value={draft.text}
          max={LIMITS.text}
          onChange={(text) => onChange({ text })}
        />
      );
  }
}
