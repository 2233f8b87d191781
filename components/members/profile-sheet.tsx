"use client";

import { Button, Skeleton } from "frosted-ui";
import { ProfileDetails } from "@/components/members/profile-details";
import { AdaptiveSheet } from "@/components/ui/adaptive-sheet";
import type { Profile } from "@/services/leaderboard/card";

type ProfileSheetProps = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** Undefined before it is known. */
  profile: Profile | undefined;
  isLoading: boolean;
  /** The member is not, or no longer, to be seen. */
  isGone: boolean;
  onRetry: () => void;
  /** Of the community. */
  timeZone: string;
};

/** Another member, opened from the board. */
export function ProfileSheet(props: ProfileSheetProps) {
  const { isOpen, onOpenChange, profile } = props;
  return (
    <AdaptiveSheet isOpen={isOpen} onOpenChange={onOpenChange} title={nameOf(profile)}>
      <div className="min-h-[232px]">
        {profile ? <ProfileDetails profile={profile} timeZone={props.timeZone} /> : <WithoutProfile {...props} />}
      </div>
    </AdaptiveSheet>
  );
}

function nameOf(profile: Profile | undefined) {
  return <bdi>{profile?.name ?? profile?.username ?? "Member"}</bdi>;
}

function WithoutProfile({ isLoading, isGone, onRetry }: ProfileSheetProps) {
  if (isLoading) return <Loading />;
  if (isGone) {
    return (
      <p role="status" className="text-(--gray-11) text-[14px]/5">
        This member is not shown any more. They may have hidden themselves or left.
      </p>
    );
  }
  return (
    <div role="alert" className="flex flex-col items-start gap-4 text-(--gray-11) text-[14px]/5">
      This profile did not load.
      <Button size="3" variant="soft" color="gray" highContrast onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}

function Loading() {
  return (
    <div role="status" aria-label="Loading the profile">
      <div className="flex items-center gap-3">
        <Skeleton.Avatar style={{ width: 64, height: 64 }} />
        <span className="flex flex-1 flex-col">
          <span className="flex w-1/2">
            <Skeleton.Text size="3" style={{ width: "100%" }} />
          </span>
          <span className="flex w-1/3">
            <Skeleton.Text size="2" style={{ width: "100%" }} />
          </span>
        </span>
      </div>
      <Skeleton.Rect className="mt-4" style={{ width: "100%", height: 12, borderRadius: 4 }} />
    </div>
  );
}
