"use client";

import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { ApiFailure, callApi } from "@/components/http/call-api";
import { nameOnBoard } from "@/components/leaderboard/words";
import type { Profile } from "@/services/leaderboard/card";
import type { BoardRow } from "@/services/leaderboard/show-standing";

const ProfileSheet = lazy(() =>
  import("@/components/members/profile-sheet").then(({ ProfileSheet }) => ({ default: ProfileSheet })),
);

/** A profile is this fresh when it is opened again. */
const FRESH_MS = 10_000;

type ProfileDoorProps = {
  experienceId: string;
  timeZone: string;
  /** Whose profile is open; null for none. */
  row: BoardRow | null;
  hasStreaks: boolean;
  onClose: () => void;
};

export function ProfileDoor({ experienceId, timeZone, row, hasStreaks, onClose }: ProfileDoorProps) {
  // The one that closes is shown until it is gone.
  const [last, setLast] = useState<BoardRow | null>(null);
  useEffect(() => {
    if (row) setLast(row);
  }, [row]);
  const memberId = last?.user_id ?? null;
  const query = useQuery({
    queryKey: ["profile", experienceId, memberId],
    queryFn: ({ signal }) => readProfile(experienceId, memberId ?? "", signal),
    enabled: memberId !== null && row !== null,
    staleTime: FRESH_MS,
  });
  if (last === null) return null;
  return (
    <Suspense>
      <ProfileSheet
        isOpen={row !== null}
        onOpenChange={(isOpen) => !isOpen && onClose()}
        name={nameOnBoard(last)}
        hasStreaks={hasStreaks}
        profile={query.data}
        isLoading={query.isFetching && query.data === undefined}
        isGone={query.error instanceof ApiFailure && query.error.status === 404}
        onRetry={() => query.refetch()}
        timeZone={timeZone}
      />
    </Suspense>
  );
}

async function readProfile(experienceId: string, memberId: string, signal: AbortSignal): Promise<Profile> {
  const asked = new URLSearchParams({ experienceId, memberId });
  const { profile } = await callApi<{ profile: Profile }>(`/api/profile?${asked}`, { signal });
  return profile;
}
