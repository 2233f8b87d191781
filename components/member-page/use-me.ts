"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { callApi } from "@/components/http/call-api";
import type { Me, MemberPageData } from "@/components/member-page/member-page-data";
import { newerMe } from "@/components/member-page/patch-me";

export const meKey = (experienceId: string) => ["me", experienceId];

/** The reader's card and rewards, what earns XP, and the boosts that are on or to come. */
export function useMe(
  { experienceId, card, ladder, boosts, rates, historyAt }: Me & Pick<MemberPageData, "experienceId">,
  pollMs: number | false,
): Me {
  const client = useQueryClient();
  const key = meKey(experienceId);
  const { data } = useQuery<Me>({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const answered = await callApi<Me>(`/api/me?${new URLSearchParams({ experienceId })}`, { signal });
      return newerMe(client.getQueryData<Me>(key), answered);
    },
    initialData: { card, ladder, boosts, rates, historyAt },
    refetchInterval: pollMs,
  });
  return data;
}
