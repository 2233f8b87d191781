"use client";

import { useQuery } from "@tanstack/react-query";
import { callApi } from "@/components/http/call-api";
import type { BoardRow } from "@/services/leaderboard/show-standing";

/** How many of the board can be searched by name; of the rest the id is needed. */
const SEARCHED = 500;
const FRESH_MS = 60_000;

export type FoundMember = { userId: string; name: string };

/** Members by name, those with the most XP first; who is anonymous is found by id only. */
export function useMembers(companyId: string): { members: FoundMember[]; isLoading: boolean; hasFailed: boolean } {
  const { data, isPending, isError } = useQuery({
    queryKey: ["members", companyId],
    queryFn: async ({ signal }) => {
      const asked = new URLSearchParams({ experienceId: companyId, limit: String(SEARCHED) });
      const { leaderboard } = await callApi<{ leaderboard: BoardRow[] }>(`/api/leaderboard?${asked}`, { signal });
      return leaderboard;
    },
    staleTime: FRESH_MS,
  });
  const known = (data ?? []).filter(({ user_id }) => user_id.startsWith("user_"));
  return {
    members: known.map(({ user_id, name, username }) => ({ userId: user_id, name: nameOf(name, username) ?? user_id })),
    isLoading: isPending,
    hasFailed: isError,
  };
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufefc]/;

/** "Kofi Mensah (@kofi)"; null where neither is known. */
export function nameOf(name: string | null, username: string | null): string | null {
  if (name === null || username === null) return name ?? username;
  // Isolated, or an Arabic name would draw the other one into its own order. To be shown from left to right.
  return `${RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name} (@${username})`;
}
