"use client";

import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { callApi } from "@/components/http/call-api";
import type { Queue, QueueEntry, QueueGroup } from "@/services/rewards/queue";

const queueKey = (companyId: string) => ["queue", companyId];

/** What is on its way changes by itself. */
const LOOK_AGAIN_MS = 15_000;

export type LoadedQueue = {
  /** Undefined before the first page of the group. */
  entries: QueueEntry[] | undefined;
  /** The newest that is known of everything but the list. */
  latest: Omit<Queue, "rewards" | "nextCursor">;
  hasMore: boolean;
  isLoadingMore: boolean;
  /** The first page of the group did not come. */
  hasFailed: boolean;
  hasMoreFailed: boolean;
  showMore: () => void;
  retry: () => void;
};

/** A group of the community's rewards, as far as it is loaded. @param first what the server has read of `firstGroup`. */
export function useQueue(
  companyId: string,
  group: QueueGroup,
  { first, firstGroup }: { first: Queue; firstGroup: QueueGroup },
): LoadedQueue {
  const query = useInfiniteQuery({
    queryKey: [...queueKey(companyId), group],
    queryFn: ({ pageParam, signal }) => {
      const asked = { experienceId: companyId, state: group, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return callApi<Queue>(`/api/rewards?${new URLSearchParams(asked)}`, { signal });
    },
    initialPageParam: null as string | null, // the first page has no cursor
    getNextPageParam: ({ nextCursor }) => nextCursor,
    initialData: group === firstGroup ? { pages: [first], pageParams: [null] } : undefined,
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN_MS,
  });
  const isHere = !query.isPlaceholderData && query.data !== undefined;
  const { counts, budget, differences } = query.data?.pages[0] ?? first;
  return {
    entries: isHere ? entriesOf(query.data.pages) : undefined,
    latest: { counts, budget, differences },
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    hasFailed: query.isError && !isHere,
    hasMoreFailed: query.isFetchNextPageError,
    showMore: () => query.fetchNextPage(),
    retry: () => query.refetch(),
  };
}

/** One that has changed between two pages is on both. */
function entriesOf(pages: readonly Queue[]): QueueEntry[] {
  const found = new Map(pages.flatMap(({ rewards }) => rewards).map((entry) => [entry.rewardId, entry]));
  return [...found.values()];
}

/** For what has been changed: every group is asked for again. */
export function useReloadQueue(companyId: string): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: queueKey(companyId) });
}
