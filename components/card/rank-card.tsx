"use client";

import { Button } from "frosted-ui";
import { EyeOff, Gift, Share2 } from "lucide-react";
import { CardBoxes } from "@/components/card/card-boxes";
import { firstStep, nextReward, streakHint, visibilityHint } from "@/components/card/card-words";
import { Gain } from "@/components/card/gain";
import { RankStat, StreakStat, WeekStat } from "@/components/card/stats";
import { FiveBar } from "@/components/ui/five-bar";
import { FiveRing } from "@/components/ui/five-ring";
import { useFormats } from "@/components/ui/locale-context";
import { MemberAvatar } from "@/components/ui/member-avatar";
import { RisingNumber } from "@/components/ui/rising-number";
import type { Card } from "@/services/leaderboard/card";
import type { Ladder } from "@/services/rewards/ladder";
import { shareOfLevel } from "@/services/xp/five-bar";
import type { Rate } from "@/services/xp/rate";

type RankCardProps = {
  card: Card;
  ladder: Ladder;
  /** What was just earned. A higher version is another gain, also of the same size. */
  gained?: { xp: number; version: number } | null;
  /** What a message pays: tells a newcomer how near the first level is. */
  messageRate?: Rate;
  onShare?: () => void;
};

/** A member as they see themselves. */
export function RankCard({ card, ladder, gained, messageRate, onShare }: RankCardProps) {
  const { progress } = card;
  const reward = nextReward(card, ladder, useFormats());
  const isNewcomer = progress.xp === 0;
  return (
    <CardBoxes
      ring={
        <FiveRing level={progress.level} share={shareOfLevel(progress)} tone="me" size={64}>
          <MemberAvatar name={card.name ?? card.username ?? "?"} pictureUrl={card.pictureUrl} size={50} />
        </FiveRing>
      }
      name={<bdi>{card.name ?? card.username ?? "You"}</bdi>}
      rank={<RankLine card={card} />}
      level={<LevelFigure level={progress.level} />}
      bar={<FiveBar progress={progress} rungs={ladder.rungs} />}
      toNext={<ToNextLevel card={card} messageRate={isNewcomer ? messageRate : undefined} />}
      inAll={isNewcomer ? undefined : <InAll xp={progress.xp} gained={gained} />}
      reward={!isNewcomer && reward && <NextReward {...reward} />}
      stats={
        !isNewcomer && (
          <>
            <RankStat card={card} />
            {card.streak && <StreakStat days={card.streak.days} />}
            <WeekStat xp={card.weekXp} />
          </>
        )
      }
      foot={!isNewcomer && (card.streak || onShare) && <Foot streak={card.streak} onShare={onShare} />}
    />
  );
}

function RankLine({ card }: { card: Card }) {
  const hint = visibilityHint(card.visibility);
  return (
    <>
      {card.progress.rankName && <bdi className="truncate">{card.progress.rankName}</bdi>}
      {hint && (
        <span className="flex shrink-0 items-center gap-1">
          {card.progress.rankName && <span aria-hidden="true">·</span>}
          <EyeOff size={14} strokeWidth={1.75} aria-hidden="true" />
          {hint}
        </span>
      )}
    </>
  );
}

function LevelFigure({ level }: { level: number }) {
  return (
    <>
      <span className="text-(--gray-11) text-[14px]/5">Level</span>{" "}
      <span className={`font-semibold text-(--gray-12) ${level < 1000 ? "text-[56px]/[52px]" : "text-[40px]/[52px]"}`}>
        {level}
      </span>
    </>
  );
}

function ToNextLevel({ card: { progress }, messageRate }: { card: Card; messageRate?: Rate }) {
  const formats = useFormats();
  if (progress.nextLevelAt === null) return <span>Last level reached</span>;
  const missing = progress.nextLevelAt - progress.xp;
  return (
    <span>
      <span className="font-medium text-(--gray-12)">
        <RisingNumber value={missing} /> XP
      </span>{" "}
      to level {progress.level + 1}
      {firstStep(missing, messageRate, formats)}
    </span>
  );
}

function InAll({ xp, gained }: { xp: number; gained: RankCardProps["gained"] }) {
  return (
    <span className="text-right">
      <Gain gained={gained} />
      <RisingNumber value={xp} /> XP in all
    </span>
  );
}

function NextReward({ title, detail }: { title: string; detail: string }) {
  return (
    <>
      <Gift size={18} strokeWidth={1.75} aria-hidden="true" className="shrink-0 text-(--gray-11)" />
      <div className="min-w-0">
        <div className="wrap-anywhere font-medium text-(--gray-12) text-[14px]/5">{title}</div>
        <div className="text-(--gray-11) text-[12px]/4">{detail}</div>
      </div>
    </>
  );
}

function Foot({ streak, onShare }: { streak: Card["streak"]; onShare: RankCardProps["onShare"] }) {
  const formats = useFormats();
  return (
    <>
      <span className="text-(--gray-11) text-[12px]/4">{streak && streakHint(streak, formats)}</span>
      {onShare && (
        <Button size="2" variant="soft" color="gray" highContrast onClick={onShare}>
          <Share2 size={16} strokeWidth={1.75} aria-hidden="true" />
          Share
        </Button>
      )}
    </>
  );
}
