"use client";

import { useState } from "react";
import { doneInWords, questionOf } from "@/components/dashboard/rewards/queue-words";
import { useReloadQueue } from "@/components/dashboard/rewards/use-queue";
import { ApiFailure, callApi } from "@/components/http/call-api";
import { useNotifications } from "@/components/notifications/notification-context";
import { useFormats } from "@/components/ui/locale-context";
import type { QueueEntry, RewardAction } from "@/services/rewards/queue";

type Asked = { entry: QueueEntry; action: RewardAction };

export type DecisionState = {
  /** What is to be confirmed; the last one while its question closes. */
  asked: Asked | null;
  isOpen: boolean;
  /** What was asked has been done, or refused: what it was asked from may be gone. */
  isOver: boolean;
  /** The reward about which something is being sent. */
  busyId: string | null;
  ask: (entry: QueueEntry, action: RewardAction) => void;
  confirm: () => Promise<void>;
  close: () => void;
};

/** What a person does with a reward: asked where it cannot be taken back, then sent, then told. */
export function useDecision(companyId: string, { onDone }: { onDone: () => void }): DecisionState {
  const formats = useFormats();
  const { notify } = useNotifications();
  const reload = useReloadQueue(companyId);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const [isOver, setIsOver] = useState(false);
  const [busyId, setBusyId] = useState<string | null>(null);

  async function send({ entry, action }: Asked) {
    setBusyId(entry.rewardId);
    const { rewardId, seen } = entry;
    try {
      await callApi<object>("/api/rewards", {
        method: "POST",
        json: { experienceId: companyId, action, rewardId, seen },
      });
      notify({ title: doneInWords(entry, action, formats) });
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      notify({ title: "Nothing has changed", description: whyNot(error), tone: "problem" });
    }
    await reload();
    setBusyId(null);
    setIsOver(true);
    setIsOpen(false);
    onDone();
  }

  return {
    asked,
    isOpen,
    isOver,
    busyId,
    ask(entry, action) {
      if (busyId !== null) return;
      if (questionOf(entry, action, formats) === null) return void send({ entry, action });
      setAsked({ entry, action });
      setIsOver(false);
      setIsOpen(true);
    },
    async confirm() {
      if (asked && busyId === null) await send(asked);
    },
    close: () => setIsOpen(false),
  };
}

function whyNot({ code, message }: ApiFailure): string {
  return code === "conflict" ? `${message} The list is up to date now.` : message;
}
