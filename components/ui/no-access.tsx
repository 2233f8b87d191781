"use client";

import { Lock } from "lucide-react";
import type { Formats } from "@/components/ui/formats";
import { useFormats } from "@/components/ui/locale-context";
import { Notice } from "@/components/ui/notice";
import { WhopLink } from "@/components/ui/whop-link";
import type { ExMember } from "@/services/members/read-ex-member";

type NoAccessProps = {
  /** Empty where Whop has not told it. */
  communityTitle: string;
  /** What is known of a membership that has ended; left out where nothing is. */
  ended?: ExMember;
  /** Where one can join, on Whop. */
  whopUrl: string;
};

/** For who is not a member, or not any more. */
export function NoAccess({ communityTitle, ended, whopUrl }: NoAccessProps) {
  const formats = useFormats();
  const community = communityTitle === "" ? "this community" : <bdi>{communityTitle}</bdi>;
  const isBanned = ended?.membership === "banned";
  const link = (
    <WhopLink href={whopUrl} className="max-w-full">
      <span className="truncate">
        {ended === undefined ? "See" : "Rejoin"} {community}
      </span>
    </WhopLink>
  );
  return (
    <Notice icon={<Lock />} title={<>Only for members of {community}</>} action={isBanned ? undefined : link}>
      {ended === undefined
        ? "You are not a member right now. If you were, your level and rewards are kept; they are here again when you come back."
        : endInWords(ended, formats)}
    </Notice>
  );
}

function endInWords(ended: ExMember, { day }: Formats): string {
  const dayOf = (at: string) => day(at, ended.timeZone, Date.now());
  const end = dayOf(ended.endedAt);
  if (ended.membership === "banned") return `The team ended your access on ${end}. ${fateOfBanned(ended, dayOf)}`;
  return `Your membership ended on ${end}. ${fateOfLeft(ended, dayOf)}`;
}

type DayOf = (at: string) => string;

function fateOfLeft({ fate, resetsAt }: ExMember, dayOf: DayOf): string {
  if (fate === "reset") return "Your XP and level have begun anew. Rewards that you have received stay yours.";
  if (resetsAt !== null) {
    return `Your level and rewards are kept until ${dayOf(resetsAt)}. If you come back later, XP and level begin anew.`;
  }
  if (fate === "off_board") return "Your level and rewards are kept. You are off the board until you return.";
  return "Your level and rewards are kept; they are here again when you come back.";
}

/** Nothing of coming back: that is for the team to say. */
function fateOfBanned({ fate, resetsAt }: ExMember, dayOf: DayOf): string {
  if (fate === "reset") return "Your XP and level have begun anew. Rewards that you have received stay yours.";
  if (resetsAt !== null)
    return `Your level and rewards are kept until ${dayOf(resetsAt)}. Then XP and level begin anew.`;
  if (fate === "off_board") return "Your level and rewards are kept. You are off the board.";
  return "Your level and rewards are kept.";
}
