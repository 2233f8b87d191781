"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { callApi } from "@/components/http/call-api";
import { AROUND_ROWS, type Board, boardOf, PAGE_ROWS, type Viewer, withPage } from "@/components/leaderboard/board";
import type { ChangeLog } from "@/components/leaderboard/change-log";
import { patchBoard, patchWithNews } from "@/components/leaderboard/patch-board";
import type { Filter } from "@/services/leaderboard/board";
import type { Leaderboard } from "@/services/leaderboard/read-leaderboard";
import { dayIn, periodStart } from "@/services/xp/calendar";

/** Rows that "Show more" adds. */
const MORE_ROWS = 25;
/** Rows on either side of the reader's own that "Show 15 above" adds. */
const MORE_AROUND = 15;
/** What the route gives at most. */
const MOST_ROWS = 1_000;
const MOST_AROUND = 50;
/** How often the database is asked because somebody unknown may have passed the reader. */
const DOUBT_MS = 15_000;

/** Of whom, where, and what has been heard. */
export type BoardSource = {
  experienceId: string;
  viewer: Viewer;
  /** IANA name, of the community: its weeks and months begin there. */
  timeZone: string;
  /** The board of all time, as the server has read it with the page. */
  first: Leaderboard;
  log: ChangeLog;
  /** Milliseconds between two questions; false while changes are told. */
  pollMs: number | false;
};

export const boardKey = (experienceId: string, filter?: Filter) =>
  filter === undefined ? ["board", experienceId] : ["board", experienceId, filter];

/** One board, as the server has given it and as it has changed since. */
export function useBoard(source: BoardSource, filter: Filter) {
  const { experienceId, log, viewer, pollMs } = source;
  const client = useQueryClient();
  const key = boardKey(experienceId, filter);

  const query = useQuery<Board>({
    queryKey: key,
    queryFn: ({ signal }) => {
      const known = client.getQueryData<Board>(key);
      const limit = Math.min(MOST_ROWS, Math.max(PAGE_ROWS, known?.rows.length ?? 0));
      return readBoard(source, filter, { limit, around: aroundOf(known), known, signal });
    },
    initialData: filter === "all-time" ? () => boardOf(source.first, filter, null) : undefined,
    refetchInterval: pollMs,
    placeholderData: keepPreviousData,
  });
  useDoubt(query.data?.isDoubtful === true && query.data.filter === filter, query.dataUpdatedAt, query.refetch);

  const more = useMutation({
    mutationFn: async (from: Board) => {
      const askedAt = log.now();
      const page = await askFor(experienceId, filter, { limit: MORE_ROWS, cursor: from.nextCursor ?? undefined });
      client.setQueryData<Board>(key, (board) => board && caughtUp(withPage(board, page), log, viewer, askedAt));
    },
  });
  const widen = useMutation({
    mutationFn: async (to: { limit: number; around: number }) => {
      const known = client.getQueryData<Board>(key);
      client.setQueryData(key, await readBoard(source, filter, { ...to, known }));
    },
  });

  return {
    /** Of another period while this one is loading: see `isOther`. */
    board: query.data,
    isOther: query.isPlaceholderData,
    hasFailed: query.isError,
    retry: () => query.refetch(),
    showMore: () => query.data && more.mutate(query.data),
    /** More rows on both sides of the reader's own. */
    showMoreAround: () => {
      const around = Math.min(MOST_AROUND, aroundOf(query.data) + MORE_AROUND);
      widen.mutate({ limit: Math.max(PAGE_ROWS, query.data?.rows.length ?? 0), around });
    },
    /** All rows from the first place to the reader's own. */
    showFromTheTop: () => {
      const wanted = (query.data?.me?.rank ?? 0) + MORE_AROUND;
      widen.mutate({ limit: Math.min(MOST_ROWS, Math.max(wanted, PAGE_ROWS)), around: aroundOf(query.data) });
    },
    canShowMoreAround: aroundOf(query.data) < MOST_AROUND,
    isLoadingMore: more.isPending || widen.isPending,
    hasFailedToLoadMore: more.isError || widen.isError,
  };
}

/** As many rows on either side as there are now, whoever has come and gone since they were read. */
function aroundOf(board: Board | undefined): number {
  const eachSide = Math.floor(((board?.around?.rows.length ?? 0) - 1) / 2);
  return Math.min(MOST_AROUND, Math.max(AROUND_ROWS, eachSide));
}

type Extent = { limit: number; around: number; known: Board | undefined; signal?: AbortSignal };

async function readBoard(
  source: BoardSource,
  filter: Filter,
  { limit, around, known, signal }: Extent,
): Promise<Board> {
  const { experienceId, log, viewer, timeZone } = source;
  const askedAt = log.now();
  const startsOn = filter === "all-time" ? null : periodStart(filter, dayIn(timeZone, new Date()));
  const answer = await askFor(experienceId, filter, { limit, around, me: true, signal });
  const board = boardOf(answer, filter, startsOn);
  // What was heard of others stays true while the page hears of every change.
  const heardOf = known?.startsOn === startsOn ? known.heardOf : board.heardOf;
  return caughtUp({ ...board, heardOf }, log, viewer, askedAt);
}

function caughtUp(board: Board, log: ChangeLog, viewer: Viewer, askedAt: number): Board {
  const { changes, own } = log.since(askedAt);
  const patched = patchBoard(board, changes, viewer);
  return own ? patchWithNews(patched, own) : patched;
}

type Question = { limit: number; cursor?: string; around?: number; me?: boolean; signal?: AbortSignal };

function askFor(experienceId: string, filter: Filter, { signal, ...wanted }: Question): Promise<Leaderboard> {
  const query = new URLSearchParams({ experienceId, filter, limit: String(wanted.limit) });
  if (wanted.cursor !== undefined) query.set("cursor", wanted.cursor);
  if (wanted.me) query.set("me", "true");
  if (wanted.around !== undefined) query.set("around", String(wanted.around));
  return callApi<Leaderboard>(`/api/leaderboard?${query}`, { signal });
}

/** Asks the database when only it can tell, and not more often than every 15 s. */
function useDoubt(isDoubtful: boolean, knownAt: number, ask: () => unknown): void {
  const latest = useRef(ask);
  useEffect(() => {
    latest.current = ask;
  });
  const askedAt = useRef(Number.NEGATIVE_INFINITY);
  // A doubt that an answer has not settled is asked about again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `knownAt` is when the last answer came
  useEffect(() => {
    if (!isDoubtful) return;
    const wait = Math.max(0, askedAt.current + DOUBT_MS - Date.now());
    const timer = setTimeout(() => {
      askedAt.current = Date.now();
      latest.current();
    }, wait);
    return () => clearTimeout(timer);
  }, [isDoubtful, knownAt]);
}
