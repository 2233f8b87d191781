"use client";

import { Lock } from "lucide-react";
import { useFormats } from "@/components/ui/locale-context";
import { Notice } from "@/components/ui/notice";
import { WhopLink } from "@/components/ui/whop-link";

type NoAccessProps = {
  /** Empty where Whop has not told it. */
  communityTitle: string;
  /** When the membership ended, ISO 8601; left out where that is not known. */
  endedOn?: string;
  /** IANA name, of the community: that day is its day. */
  timeZone?: string;
  /** Where one can join, on Whop. */
  whopUrl: string;
};

/** For who is not a member, or not any more. */
export function NoAccess({ communityTitle, endedOn, timeZone = "UTC", whopUrl }: NoAccessProps) {
  const { day } = useFormats();
  const community = communityTitle === "" ? "this community" : <bdi>{communityTitle}</bdi>;
  return (
    <Notice
      icon={<Lock />}
      title={<>Only for members of {community}</>}
      action={
        <WhopLink href={whopUrl} className="max-w-full">
          <span className="truncate">
            {endedOn === undefined ? "See" : "Rejoin"} {community}
          </span>
        </WhopLink>
      }
    >
      {endedOn === undefined
        ? "You are not a member right now. If you were, your level and rewards are kept; they are here again when you come back."
        : `Your membership ended on ${day(endedOn, timeZone, Date.now())}. Your level and rewards are kept; they are here again when you come back.`}
    </Notice>
  );
}
