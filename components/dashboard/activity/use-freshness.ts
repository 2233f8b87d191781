"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { isUnderWay } from "@/components/dashboard/activity/back-fill-words";
import { doneInWords } from "@/components/dashboard/activity/freshness-words";
import { ApiFailure, callApi } from "@/components/http/call-api";
import { useNotifications } from "@/components/notifications/notification-context";
import { useFormats } from "@/components/ui/locale-context";
import type { Freshness } from "@/services/activity/freshness";
import type { SyncRequest } from "@/services/activity/sync.schema";

type Action = SyncRequest["action"];

/** While something moves that the reader looks at, and else. */
const SOON_MS = 2_000;
const LATER_MS = 30_000;

export type LoadedFreshness = {
  freshness: Freshness;
  /** What is shown may be old: the last question got no answer. */
  hasFailed: boolean;
  /** What is being sent. */
  busy: Action | null;
  ask: (action: Action) => Promise<void>;
};

/** What is counted and how fresh it is, asked for again by itself. @param first what the server has read. */
export function useFreshness(companyId: string, first: Freshness): LoadedFreshness {
  const client = useQueryClient();
  const formats = useFormats();
  const { notify } = useNotifications();
  const [busy, setBusy] = useState<Action | null>(null);
  const key = ["freshness", companyId];
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      callApi<Freshness>(`/api/sync?${new URLSearchParams({ experienceId: companyId })}`, { signal }),
    initialData: first,
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? SOON_MS : LATER_MS),
  });

  async function ask(action: Action): Promise<void> {
    if (busy !== null) return;
    setBusy(action);
    try {
      // What was asked before would come later and say less.
      await client.cancelQueries({ queryKey: key });
      const after = await callApi<Freshness>("/api/sync", {
        method: "POST",
        json: { experienceId: companyId, action },
      });
      client.setQueryData(key, after);
      notify({ title: doneInWords(action, { before: query.data, after }, formats) });
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      const title = action === "check" ? "Not checked" : "Nothing has changed";
      notify({ title, description: error.message, tone: "problem" });
    }
    setBusy(null);
  }

  return { freshness: query.data, hasFailed: query.isError, busy, ask };
}

const isMoving = ({ isRunning, backFill }: Freshness) => isRunning || isUnderWay(backFill);
