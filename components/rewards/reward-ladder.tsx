"use client";

import { EmptyState, Spinner } from "frosted-ui";
import { Check, Gift } from "lucide-react";
import { codeInWords } from "@/components/rewards/arrival-words";
import { CopyCode } from "@/components/rewards/copy-code";
import { GrantedRewards } from "@/components/rewards/granted-rewards";
import { RankNameRow } from "@/components/rewards/rank-name-row";
import { rewardName } from "@/components/rewards/reward-words";
import { rungInWords } from "@/components/rewards/rung-words";
import { StreakRewards } from "@/components/rewards/streak-rewards";
import { FiveRing } from "@/components/ui/five-ring";
import { useFormats } from "@/components/ui/locale-context";
import { type Ladder, nextRung, type Rung } from "@/services/rewards/ladder";
import { shareOfLevel } from "@/services/xp/five-bar";
import { type Progress, type RankName, rankNameAt } from "@/services/xp/progress";
import type { StreakNow } from "@/services/xp/streak";

type RewardLadderProps = {
  ladder: Ladder;
  progress: Progress;
  rankNames: readonly RankName[];
  xpPerDay: number | null;
  /** Null where streaks are off. */
  streak: StreakNow | null;
  /** Of the community: the days of what was delivered are its days. */
  timeZone: string;
  /** The server's clock in milliseconds, when the page was made. */
  now: number;
};

type Step = { level: number; rank?: RankName; rung?: Rung };

/** All that levels bring here, lowest first: rank names where they begin, and rewards with what has become of each. */
export function RewardLadder(props: RewardLadderProps) {
  const { ladder, progress, rankNames } = props;
  const next = nextRung(ladder, progress.xp);
  const steps = stepsOf(ladder.rungs, rankNames);
  const rankNow = rankNameAt(rankNames, progress.level);
  const rewards = ladder.rungs.length + ladder.streaks.length + ladder.granted.length;
  if (rewards === 0 && rankNames.length === 0) return <NoRewards />;
  return (
    <div className="flex flex-col gap-6">
      <GrantedRewards {...props} />
      <ol className="flex flex-col">
        {steps.map(({ level, rank, rung }) =>
          rung ? (
            <RungRow key={rung.ruleId} {...props} rung={rung} isNext={rung === next} />
          ) : (
            rank && (
              <RankNameRow
                key={`rank ${level}`}
                rank={rank}
                isReached={rank.level <= progress.level}
                isNow={rank.name === rankNow}
              />
            )
          ),
        )}
      </ol>
      <StreakRewards {...props} />
      <p className="text-(--gray-11) text-[12px]/4">{footnote(ladder)}</p>
    </div>
  );
}

function stepsOf(rungs: readonly Rung[], rankNames: readonly RankName[]): Step[] {
  const ranks: Step[] = rankNames.map((rank) => ({ level: rank.level, rank }));
  const rewards: Step[] = rungs.map((rung) => ({ level: rung.level, rung }));
  // A stable order: where both begin at one level, the name comes before what it pays.
  return [...ranks, ...rewards].sort((one, other) => one.level - other.level);
}

function RungRow({ rung, isNext, ...props }: RewardLadderProps & { rung: Rung; isNext: boolean }) {
  const formats = useFormats();
  const { ladder, progress, xpPerDay, timeZone, now } = props;
  const words = rungInWords(rung, { ladder, xp: progress.xp, level: progress.level, xpPerDay, timeZone, now }, formats);
  const isQuiet = (rung.state === "locked" && !isNext) || rung.state === "cancelled";
  const code = rung.state === "delivered" ? rung.code : null;
  return (
    <li className="ladder-step min-h-16" aria-current={isNext ? "step" : undefined}>
      <RungMark rung={rung} isNext={isNext} progress={progress} />
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
          {isNext ? <span className="font-medium text-(--accent-11)">Next</span> : words.standing}
        </div>
      )}
    </li>
  );
}

function RungMark({ rung, isNext, progress }: { rung: Rung; isNext: boolean; progress: Progress }) {
  if (rung.state === "delivered") {
    return (
      <span className="ladder-mark bg-(--gray-12) text-(--color-panel-solid)">
        <Check size={16} strokeWidth={2.25} aria-hidden="true" />
      </span>
    );
  }
  if (isNext) {
    return (
      <span className="-m-0.5 flex">
        <FiveRing level={progress.level} share={shareOfLevel(progress)} tone="me" size={40}>
          <span aria-hidden="true" className="font-semibold text-(--gray-12) text-[14px]/5">
            {rung.level}
          </span>
        </FiveRing>
      </span>
    );
  }
  return (
    <span aria-hidden="true" className="ladder-mark ladder-mark-open">
      {rung.level}
    </span>
  );
}

function footnote({ rungs, streaks, isConfirmed }: Ladder): string {
  const all = [...rungs, ...streaks];
  if (all.length === 0) return "Levels pay no rewards here yet.";
  if (!isConfirmed) {
    return "The creator has not confirmed the rewards yet. Your XP and levels count already, and nothing is sent before.";
  }
  const days = all.some(({ type }) => type === "free_days") ? " Free days are added to your membership." : "";
  const codes = all.some(({ type }) => type === "promo_code") ? " Codes appear here." : "";
  return `Rewards arrive by themselves, usually within a minute.${days}${codes}`;
}

function NoRewards() {
  return (
    <EmptyState.Root>
      <EmptyState.Header>
        <EmptyState.Media>
          <Gift aria-hidden="true" />
        </EmptyState.Media>
        <EmptyState.Title>No rewards yet</EmptyState.Title>
        <EmptyState.Description>
          Levels pay nothing here so far. Your XP count all the same, and rewards will show up here.
        </EmptyState.Description>
      </EmptyState.Header>
    </EmptyState.Root>
  );
}
