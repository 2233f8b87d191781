"use client";

import { Button } from "frosted-ui";
import { useState } from "react";
import { AskFirst } from "@/components/dashboard/activity/ask-first";
import {
  backFillInWords,
  backFillTitle,
  isUnderWay,
  NO_REACTIONS,
  PAST_CONSEQUENCES,
} from "@/components/dashboard/activity/back-fill-words";
import { Panel } from "@/components/dashboard/panel";
import type { Clock } from "@/components/dashboard/when";
import type { Formats } from "@/components/ui/formats";
import { useFormats } from "@/components/ui/locale-context";
import type { BackFill } from "@/services/activity/back-fill/back-fill";
import type { SyncRequest } from "@/services/activity/sync.schema";

type Action = Extract<SyncRequest["action"], "start_back_fill" | "stop_back_fill">;

type BackFillPanelProps = {
  backFill: BackFill | null;
  clock: Clock;
  canChange: boolean;
  busy: SyncRequest["action"] | null;
  onAsk: (action: Action) => Promise<void>;
};

/** Counting what members did before WEE5 came: where it stands, and what can be done about it. */
export function BackFillPanel({ backFill, clock, canChange, busy, onAsk }: BackFillPanelProps) {
  const formats = useFormats();
  const [asked, setAsked] = useState<Action>("start_back_fill");
  const [isOpen, setIsOpen] = useState(false);

  function open(action: Action) {
    setAsked(action);
    setIsOpen(true);
  }

  async function confirm() {
    await onAsk(asked);
    setIsOpen(false);
  }

  return (
    <Panel title={backFillTitle(backFill, formats)} subtitle={subtitleOf(backFill, clock, formats)}>
      {backFill && isUnderWay(backFill) && <Progress backFill={backFill} />}
      {!isUnderWay(backFill) && backFill?.state !== "done" && <Consequences />}
      {canChange && (
        <Button
          size="3"
          variant="soft"
          color="gray"
          highContrast
          className="self-start"
          aria-haspopup="dialog"
          disabled={busy !== null}
          focusableWhenDisabled
          onClick={() => open(isUnderWay(backFill) ? "stop_back_fill" : "start_back_fill")}
        >
          {isUnderWay(backFill) ? "Stop" : backFill === null ? "Count the last 90 days" : "Start again"}
        </Button>
      )}
      {!canChange && backFill === null && (
        <p className="text-(--gray-11) text-[14px]/5">An admin of this community can start it here.</p>
      )}
      <AskFirst
        {...questionOf(asked)}
        isOpen={isOpen}
        isBusy={busy === asked}
        onConfirm={confirm}
        onClose={() => setIsOpen(false)}
      />
    </Panel>
  );
}

function subtitleOf(backFill: BackFill | null, clock: Clock, formats: Formats): string {
  if (backFill === null)
    return "Members begin with what they have done since. You can count up to 90 days before that.";
  return backFillInWords(backFill, clock, formats);
}

function Progress({ backFill: { share, state, read, counted } }: { backFill: BackFill }) {
  const { number } = useFormats();
  const percent = Math.round(share * 100);
  const words = state === "counting" ? `${number(counted)} of ${number(read)} counted` : `${number(read)} read`;
  return (
    <div
      role="progressbar"
      aria-label="Counting the last 90 days"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={`About ${percent}\u00a0% done, ${words}`}
      className="h-2 overflow-hidden rounded-[4px] bg-(--gray-a4)"
    >
      <div
        className="h-full bg-(--gray-12) transition-[width] duration-400 ease-out motion-reduce:transition-none"
        style={{ width: `${Math.max(2, percent)}%` }}
      />
    </div>
  );
}

function Consequences() {
  return (
    <ul className="flex list-disc flex-col gap-1 pl-4 text-(--gray-11) text-[14px]/5">
      {[...PAST_CONSEQUENCES, NO_REACTIONS].map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

function questionOf(action: Action) {
  return action === "start_back_fill"
    ? {
        title: "Count the last 90 days?",
        consequence:
          "XP, levels and rewards change for everybody who was active then. You can stop it, but what has been counted by then stays.",
        confirm: "Count them",
        keep: "Not now",
      }
    : {
        title: "Stop counting?",
        consequence: "What has been counted stays. What has only been read is not counted. You can start again later.",
        confirm: "Stop",
        keep: "Let it go on",
      };
}
