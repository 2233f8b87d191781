"use client";

import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { ApiFailure, callApi } from "@/components/http/call-api";
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
  onClose: () => void;
};

export function ProfileDoor({ experienceId, timeZone, row, onClose }: ProfileDoorProps) {
  // The one that closes is shown until it is gone.
  const [memberId, setMemberId] = useState<string | null>(null);
  useEffect(() => {
    if (row) setMemberId(row.user_id);
  }, [row]);
  const query = useQuery({
    queryKey: ["profile", experienceId, memberId],
    queryFn: ({ signal }) => readProfile(experienceId, memberId ?? "", signal),
    enabled: memberId !== null && row !== null,
    staleTime: FRESH_MS,
  });
  if (memberId === null) return null;
  return (
    <Suspense>
      <ProfileSheet
        isOpen={row !== null}
        onOpenChange={(isOpen) => !isOpen && onClose()}
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
