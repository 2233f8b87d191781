"use client";

import { Button, Skeleton } from "frosted-ui";
import { ProfileDetails } from "@/components/members/profile-details";
import { AdaptiveSheet } from "@/components/ui/adaptive-sheet";
import type { Profile } from "@/services/leaderboard/card";

type ProfileSheetProps = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** As the board has it, while the profile is not there. */
  name: string;
  /** Whether the community counts days in a row: the profile then has two lines more. */
  hasStreaks: boolean;
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
    <AdaptiveSheet isOpen={isOpen} onOpenChange={onOpenChange} title={nameOf(props)}>
      <div className="min-h-[232px]">
        {profile ? <ProfileDetails profile={profile} timeZone={props.timeZone} /> : <WithoutProfile {...props} />}
      </div>
    </AdaptiveSheet>
  );
}

function nameOf({ profile, name }: ProfileSheetProps) {
  return <bdi>{profile?.name ?? profile?.username ?? name}</bdi>;
}

function WithoutProfile({ isLoading, isGone, onRetry, hasStreaks }: ProfileSheetProps) {
  if (isLoading) return <Loading facts={hasStreaks ? 8 : 6} />;
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

/** The boxes of the profile to come. */
function Loading({ facts }: { facts: number }) {
  return (
    <div role="status" aria-label="Loading the profile">
      <div className="flex items-center gap-3">
        <Skeleton.Avatar style={{ width: 64, height: 64 }} />
        <span className="flex flex-1 flex-col">
          <Line size="3" width="50%" />
          <Line size="2" width="33%" />
        </span>
      </div>
      <Skeleton.Rect className="mt-4" style={{ width: "100%", height: 12, borderRadius: 4 }} />
      <div className="mt-1 h-4" />
      <div className="mt-4 grid grid-cols-2 gap-x-4 border-(--gray-a4) border-t md:grid-cols-3">
        {Array.from({ length: facts }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: boxes without anything of their own
          <div key={at} className="py-2.5">
            <Line size="1" width="50%" />
            <Line size="2" width="70%" />
          </div>
        ))}
      </div>
      <div className="border-(--gray-a4) border-t pt-3">
        <Line size="1" width="40%" />
      </div>
    </div>
  );
}

/** A line of text, as high as the one to come. */
function Line({ size, width }: { size: "1" | "2" | "3"; width: string }) {
  return (
    <span className="flex" style={{ width }}>
      <Skeleton.Text size={size} style={{ width: "100%" }} />
    </span>
  );
}
