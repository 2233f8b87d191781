"use client";

import type { LevelUp } from "@/components/notifications/notification-context";
import { ToastFrame, type ToastParts } from "@/components/notifications/toast-frame";
import { rewardName } from "@/components/rewards/reward-words";
import { FiveRing } from "@/components/ui/five-ring";
import type { Formats } from "@/components/ui/formats";
import { useFormats } from "@/components/ui/locale-context";
import { Logo } from "@/components/ui/logo";
import { inWordsFirst } from "@/components/xp/number-words";
import { nextRung } from "@/services/rewards/ladder";

/** The reader has reached a level: its arc closes, and at a multiple of five the tally does. */
export function LevelUpToast({ progress, ladder, ...parts }: ToastParts & LevelUp) {
  const { level } = progress;
  return (
    <ToastFrame
      {...parts}
      mark={
        <span className="level-up-ring flex">
          <FiveRing level={level - 1} share={1} tone="me" size={48}>
            {level % 5 === 0 ? (
              <Logo size={24} isClosing />
            ) : (
              <span aria-hidden="true" className="font-semibold text-(--gray-12) text-[16px]/6">
                {level}
              </span>
            )}
          </FiveRing>
        </span>
      }
      title={`You reached level ${level}`}
      description={whatComesNext({ progress, ladder }, useFormats())}
    />
  );
}

function whatComesNext({ progress, ladder }: LevelUp, formats: Formats): string | undefined {
  const earned = ladder.rungs.find(({ level, state }) => level === progress.level && state !== "cancelled");
  if (earned) {
    const name = rewardName(earned, formats);
    return ladder.isConfirmed ? `${name}: on the way to you` : `${name}: waits for the creator to confirm`;
  }
  const next = nextRung(ladder, progress.xp);
  if (!next) return progress.rankName ?? undefined;
  const ahead = next.level - progress.level;
  return `${inWordsFirst(ahead, formats.number)} ${ahead === 1 ? "level" : "levels"} to ${rewardName(next, formats)}`;
}
