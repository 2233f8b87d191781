"use client";

import { Spinner } from "frosted-ui";
import { Check, Gift } from "lucide-react";
import { arrivalInWords, codeInWords } from "@/components/rewards/arrival-words";
import { CopyCode } from "@/components/rewards/copy-code";
import { rewardName } from "@/components/rewards/reward-words";
import { useFormats } from "@/components/ui/locale-context";
import type { GrantedReward, Ladder } from "@/services/rewards/ladder";

type GrantedRewardsProps = {
  ladder: Ladder;
  /** Of the community. */
  timeZone: string;
  /** The server's clock in milliseconds. */
  now: number;
};

/** What the team gave by hand, newest first; nothing where there is none. */
export function GrantedRewards({ ladder, ...rest }: GrantedRewardsProps) {
  if (ladder.granted.length === 0) return null;
  return (
    <section aria-labelledby="granted-title">
      <h3 id="granted-title" className="pb-3 font-semibold text-(--gray-12) text-[14px]/5">
        Given to you
      </h3>
      <ul className="flex flex-col gap-1">
        {ladder.granted.map((reward) => (
          <GrantedRow key={reward.rewardId} reward={reward} {...rest} />
        ))}
      </ul>
    </section>
  );
}

function GrantedRow({ reward, timeZone, now }: { reward: GrantedReward } & Omit<GrantedRewardsProps, "ladder">) {
  const formats = useFormats();
  // What is given by hand waits for nobody's confirmation.
  const words = arrivalInWords(reward, { isConfirmed: true, timeZone, now }, formats);
  const isDelivered = reward.state === "delivered";
  const code = isDelivered ? reward.code : null;
  return (
    <li className="flex min-h-14 gap-3">
      <span
        aria-hidden="true"
        className={`ladder-mark ${isDelivered ? "bg-(--gray-12) text-(--color-panel-solid)" : "ladder-mark-open"}`}
      >
        {isDelivered ? <Check size={16} strokeWidth={2.25} /> : <Gift size={16} strokeWidth={1.75} />}
      </span>
      <div className="min-w-0 flex-1 pb-3">
        <div className="wrap-anywhere font-medium text-(--gray-12) text-[14px]/5">{rewardName(reward, formats)}</div>
        <div className="text-(--gray-11) text-[12px]/4">From the team · {words.detail}</div>
        {reward.note !== null && (
          <p className="wrap-anywhere mt-1 text-(--gray-12) text-[14px]/5">
            “<bdi>{reward.note}</bdi>”
          </p>
        )}
        {code !== null && <CopyCode code={code}>{codeInWords(reward.value, formats)}</CopyCode>}
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
