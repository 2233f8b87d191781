"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { callApi } from "@/components/http/call-api";
import type { MemberPageData } from "@/components/member-page/member-page-data";
import type { History } from "@/services/xp/history-entry";

export const historyKey = (experienceId: string) => ["history", experienceId];

/** What the reader did, as far as it is loaded. */
export function useHistory({ experienceId, history }: MemberPageData, pollMs: number | false) {
  const query = useInfiniteQuery({
    queryKey: historyKey(experienceId),
    queryFn: ({ pageParam, signal }) => {
      const asked = new URLSearchParams({ experienceId, ...(pageParam === null ? {} : { cursor: pageParam }) });
      return callApi<History>(`/api/history?${asked}`, { signal });
    },
    initialPageParam: null as string | null, // the first page has no cursor
    getNextPageParam: ({ nextCursor }) => nextCursor,
    initialData: { pages: [history], pageParams: [null] },
    refetchInterval: pollMs,
  });
  return {
    history: joined(query.data.pages),
    showMore: () => query.fetchNextPage(),
    isLoadingMore: query.isFetchingNextPage,
    hasFailed: query.isFetchNextPageError,
  };
}

/** Pages that follow each other as one: a day that goes on over two of them is one day. */
function joined(pages: readonly History[]): History {
  const [first] = pages;
  const last = pages.at(-1);
  if (!first || !last) throw new Error("There is always a first page.");
  const entries = new Map(pages.flatMap((page) => page.entries).map((entry) => [entry.activityId, entry]));
  const days = new Map(pages.flatMap((page) => page.days).map((day) => [day.day, day]));
  return { ...first, entries: [...entries.values()], days: [...days.values()], nextCursor: last.nextCursor };
}
