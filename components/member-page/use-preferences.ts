"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { callApi } from "@/components/http/call-api";
import type { MessageChoiceProps, Wishes } from "@/components/members/message-choice";

/** What GET and PUT /api/preferences answer. */
type Preferences = Wishes & { timeZone: string | null };

/** What the reader wants to be told, asked for when it is first looked at. */
export function usePreferences(experienceId: string, isOpen: boolean): MessageChoiceProps {
  const client = useQueryClient();
  const queryKey = ["preferences", experienceId];
  const { data, isError, refetch } = useQuery<Preferences>({
    queryKey,
    queryFn: ({ signal }) => callApi(`/api/preferences?${new URLSearchParams({ experienceId })}`, { signal }),
    enabled: isOpen,
  });

  async function change({ notifications, streakWarning }: Wishes) {
    const json = { experienceId, notifications, streakWarning, timeZone: ownTimeZone() };
    client.setQueryData<Preferences>(queryKey, await callApi<Preferences>("/api/preferences", { method: "PUT", json }));
  }

  return {
    wishes: data,
    hasFailed: isError && data === undefined,
    onRetry: () => refetch(),
    onChange: change,
  };
}

/** Quiet hours are those of the place where the reader is; null where the browser does not say. */
function ownTimeZone(): string | null {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || null;
}
