"use client";

import { FiveBar } from "@/components/ui/five-bar";
import { useFormats } from "@/components/ui/locale-context";
import { MemberAvatar } from "@/components/ui/member-avatar";
import type { Profile } from "@/services/leaderboard/card";

/** What there is to see of another member. */
export function ProfileDetails({ profile, timeZone }: { profile: Profile; timeZone: string }) {
  const { number, day } = useFormats();
  const { progress } = profile;
  return (
    <>
      <div className="flex items-center gap-3">
        <MemberAvatar name={profile.name ?? profile.username ?? "?"} pictureUrl={profile.pictureUrl} size={64} />
        <div className="min-w-0 flex-1">
          <div className="font-semibold text-(--gray-12) text-[16px]/6">Level {progress.level}</div>
          <div className="truncate text-(--gray-11) text-[14px]/5">
            {progress.rankName && <bdi>{progress.rankName}</bdi>}
          </div>
        </div>
      </div>
      <div className="mt-4">
        <FiveBar progress={progress} rungs={[]} />
      </div>
      <dl className="mt-4 grid grid-cols-2 gap-x-4 border-(--gray-a4) border-t text-[14px]/5 md:grid-cols-3">
        <Fact term="XP in all" value={number(progress.xp)} />
        <Fact term="This week" value={`${number(profile.weekXp)} XP`} />
        <Fact
          term="Rank"
          value={profile.rank === null ? "Not on the board" : `${number(profile.rank)} of ${number(profile.members)}`}
        />
        {profile.streak && (
          <>
            <Fact term="Streak" value={daysInARow(profile.streak.days, number)} />
            <Fact term="Longest streak" value={daysInARow(profile.streak.longest, number)} />
          </>
        )}
        <Fact term="Messages" value={number(profile.totalMessages)} />
        <Fact term="Posts and comments" value={number(profile.totalPosts)} />
        <Fact term="Reactions" value={number(profile.totalReactions)} />
      </dl>
      <p className="border-(--gray-a4) border-t pt-3 text-(--gray-11) text-[12px]/4">
        Seen here since {day(profile.since, timeZone)}
      </p>
    </>
  );
}

function daysInARow(days: number, number: (value: number) => string): string {
  if (days === 0) return "None";
  return days === 1 ? "1 day" : `${number(days)} days in a row`;
}

function Fact({ term, value }: { term: string; value: string }) {
  return (
    <div className="py-2.5">
      <dt className="text-(--gray-11) text-[12px]/4">{term}</dt>
      <dd className="m-0 font-medium text-(--gray-12)">{value}</dd>
    </div>
  );
}
