"use client";

import { Spinner } from "frosted-ui";
import { Check } from "lucide-react";
import { arrivalInWords, codeInWords } from "@/components/rewards/arrival-words";
import { CopyCode } from "@/components/rewards/copy-code";
import { rewardName } from "@/components/rewards/reward-words";
import type { RungWords } from "@/components/rewards/rung-words";
import type { Formats } from "@/components/ui/formats";
import { useFormats } from "@/components/ui/locale-context";
import type { Ladder, StreakRung } from "@/services/rewards/ladder";
import type { StreakNow } from "@/services/xp/streak";

type StreakRewardsProps = {
  ladder: Ladder;
  /** Null where streaks are off: what has been earned stays to be seen. */
  streak: StreakNow | null;
  /** Of the community. */
  timeZone: string;
  /** The server's clock in milliseconds. */
  now: number;
};

/** What days in a row bring, fewest first; nothing where there is none. */
export function StreakRewards({ ladder, streak, ...rest }: StreakRewardsProps) {
  const shown = ladder.streaks.filter(({ state }) => streak !== null || state !== "locked");
  if (shown.length === 0) return null;
  return (
    <section aria-labelledby="streak-rewards-title">
      <h3 id="streak-rewards-title" className="pb-3 font-semibold text-(--gray-12) text-[14px]/5">
        Days in a row
      </h3>
      <ul className="flex flex-col">
        {shown.map((rung) => (
          <StreakRow key={rung.ruleId} rung={rung} ladder={ladder} streak={streak} {...rest} />
        ))}
      </ul>
    </section>
  );
}

function StreakRow({ rung, ...asked }: StreakRewardsProps & { rung: StreakRung }) {
  const formats = useFormats();
  const words = streakRungInWords(rung, asked, formats);
  const isDelivered = rung.state === "delivered";
  const isQuiet = rung.state === "locked" || rung.state === "cancelled";
  const code = isDelivered ? rung.code : null;
  return (
    <li className="ladder-step min-h-16">
      <span
        aria-hidden="true"
        className={`ladder-mark ${isDelivered ? "bg-(--gray-12) text-(--color-panel-solid)" : "ladder-mark-open"}`}
      >
        {isDelivered ? <Check size={16} strokeWidth={2.25} /> : rung.days}
      </span>
      <div className="min-w-0 flex-1 pb-3">
        <div className={`wrap-anywhere font-medium text-[14px]/5 ${isQuiet ? "text-(--gray-11)" : "text-(--gray-12)"}`}>
          {rewardName(rung, formats)}
        </div>
        <div className="text-(--gray-11) text-[12px]/4">{words.detail}</div>
        {code !== null && <CopyCode code={code}>{codeInWords(rung.value, formats)}</CopyCode>}
      </div>
      {code === null && (
        <div className="flex h-9 shrink-0 items-center gap-2 text-(--gray-11) text-[12px]/4">
          {words.isMoving && <Spinner size="1" aria-hidden="true" />}
          {words.standing}
        </div>
      )}
    </li>
  );
}

/** What has become of the reward of a streak, in words. */
function streakRungInWords(
  rung: StreakRung,
  { ladder, streak, timeZone, now }: StreakRewardsProps,
  formats: Formats,
): RungWords {
  const goal = `${formats.number(rung.days)} days in a row`;
  const { state } = rung;
  if (state === "locked") return { detail: `${goal}${toGo(rung, streak, formats)}`, standing: null };
  const words = arrivalInWords({ ...rung, state }, { isConfirmed: ladder.isConfirmed, timeZone, now }, formats);
  // What has been sent stays, also when the days in a row turn out to have been fewer.
  const isKept = state === "delivered" && streak !== null && rung.days > streak.longest;
  return { ...words, detail: `${goal} · ${words.detail}${isKept ? ", yours to keep" : ""}` };
}

function toGo({ days }: StreakRung, streak: StreakNow | null, { number }: Formats): string {
  if (streak === null || streak.days === 0) return "";
  const missing = days - streak.days;
  return missing === 1 ? ", 1 to go" : `, ${number(missing)} to go`;
}
