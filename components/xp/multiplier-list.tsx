"use client";

import { useFormats } from "@/components/ui/locale-context";
import { factorInWords, momentInWords } from "@/components/xp/boost-words";
import { useBoostClock } from "@/components/xp/use-boost-clock";
import { type Boost, boostsOn } from "@/services/xp/boost";
import type { Rates } from "@/services/xp/rate";

/** What is known of boosts, and by which clocks. */
export type BoostsHere = {
  boosts: readonly Boost[];
  /** IANA name, of the community. */
  timeZone: string;
  /** The server's clock in milliseconds. */
  startedAt: number;
};

const ROLES = { member: "Members", moderator: "Moderators", admin: "Admins" };
const NONE: BoostsHere = { boosts: [], timeZone: "UTC", startedAt: 0 };

/** What multiplies XP now: places, roles, and the boosts that are on. Nothing where nothing does. */
export function MultiplierList({
  multipliers: { places, roles },
  boosts: here = NONE,
}: {
  multipliers: Rates["multipliers"];
  boosts?: BoostsHere;
}) {
  const formats = useFormats();
  const now = useBoostClock(here.boosts, here.startedAt);
  const reader = { now, timeZone: here.timeZone, formats };
  const lines = [
    ...places.map(({ name, percent }) => ({ key: `in ${name}`, what: `In ${name}`, until: "", percent })),
    ...roles.map(({ role, percent }) => ({ key: role, what: ROLES[role], until: "", percent })),
    ...boostsOn(here.boosts, now).map(({ name, percent, startsAt, endsAt }) => ({
      key: `${startsAt} ${name}`,
      what: name,
      until: `until ${momentInWords(endsAt, reader)}`,
      percent,
    })),
  ];
  if (lines.length === 0) return null;
  return (
    <div className="border-(--gray-a4) border-t py-2.5 text-[14px]/5">
      <p className="pb-1 text-(--gray-11) text-[12px]/4">Multiplied by what applies</p>
      <dl>
        {lines.map(({ key, what, until, percent }) => (
          <div key={key} className="flex items-baseline justify-between gap-3 py-1">
            <dt className="wrap-anywhere text-(--gray-12)">
              {what} {until && <span className="text-(--gray-11) text-[12px]/4">{until}</span>}
            </dt>
            <dd className="shrink-0 font-medium text-(--gray-12)">{factorInWords(percent, formats)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
