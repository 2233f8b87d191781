"use client";

import type { ReactNode } from "react";
import { RankChange } from "@/components/leaderboard/rank-change";
import type { RowGain } from "@/components/leaderboard/use-gains";
import { LevelTicks } from "@/components/ui/level-ticks";
import { useFormats } from "@/components/ui/locale-context";
import { RisingNumber } from "@/components/ui/rising-number";

type RowLineProps = {
  words: string;
  rank: number | null;
  rankChange: number | null;
  avatar: ReactNode;
  name: string;
  isMuted?: boolean;
  /** Below the name; on phones the level stands before it. */
  detail: string | null;
  /** In place of it where there is room. */
  wideDetail?: string | null;
  /** Null where the detail says something else than who this is. */
  level: number | null;
  xp: number;
  gain?: RowGain;
  isMe?: boolean;
};

/** One line of the board, the same for a row of the list and for the reader's own at the bottom. Readers hear `words`. */
export function RowLine(props: RowLineProps) {
  const { words, rank, rankChange, avatar, name, isMuted, detail, wideDetail, level, xp, gain, isMe } = props;
  const { number, signed } = useFormats();
  return (
    <>
      <span className="sr-only">{words}</span>
      <span aria-hidden="true" className="board-line">
        {gain && <span key={gain.at} className="stroke-drawn absolute inset-y-3 left-0 md:inset-y-2.5" />}
        <span className={`board-rank text-right ${isMe ? "font-semibold text-(--gray-12)" : "text-(--gray-11)"}`}>
          {rank === null ? "–" : number(rank)}
        </span>
        <span className="board-change">
          <RankChange change={rankChange} />
        </span>
        {avatar}
        <span className="min-w-0 flex-1 text-left">
          <bdi className={`block truncate font-medium ${isMuted ? "text-(--gray-11)" : "text-(--gray-12)"}`}>
            {name}
          </bdi>
          <span className="block truncate text-(--gray-11) text-[12px]/4">
            {level !== null && <span className="md:hidden">{`Level ${number(level)}${detail ? " · " : ""}`}</span>}
            {wideDetail ? (
              <>
                <span className="md:hidden">{detail}</span>
                <span className="hidden md:inline">{wideDetail}</span>
              </>
            ) : (
              detail
            )}
          </span>
        </span>
        <span className="hidden w-20 shrink-0 items-center gap-2 md:flex">
          {level !== null && (
            <>
              <span className="min-w-6 text-right text-(--gray-12)">{number(level)}</span>
              <LevelTicks level={level} />
            </>
          )}
        </span>
        <span className="flex shrink-0 items-baseline justify-end md:w-36">
          {/* On the grey of the reader's own row the accent is too light to read; what stands there is longer, and has the gain's room until it comes. */}
          <span
            className={`text-right font-medium text-[12px]/4 ${isMe ? "text-(--accent-12)" : "text-(--accent-11)"} ${gain || !isMe ? "mr-2 min-w-7" : ""}`}
          >
            {gain && signed(gain.xp)}
          </span>
          <span className={`text-(--gray-12) ${isMe ? "font-semibold" : "font-medium"}`}>
            <RisingNumber value={xp} />
          </span>
        </span>
      </span>
    </>
  );
}
