"use client";

import { useRef, useState } from "react";
import { useRowMoves } from "@/components/leaderboard/use-row-moves";
import { PauseButton } from "@/components/site/pause-button";
import { aroundRobin, LAST_MOVE, ROBIN_ID, type SampleMember } from "@/components/site/sample-people";
import { SampleRow } from "@/components/site/sample-row";
import { useSteps } from "@/components/site/use-steps";
import { formatsOf } from "@/components/ui/formats";

const AWARD_EVERY_MS = 3_000;

/** The part of the sample board that moves: made-up members write, and pass each other. */
export function SampleAround({ locale }: { locale: string }) {
  const root = useRef<HTMLDivElement>(null);
  const [isPaused, setIsPaused] = useState(false);
  const { step, canMove } = useSteps(root, { everyMs: AWARD_EVERY_MS, last: LAST_MOVE, isPaused });
  const rows = aroundRobin(step);
  useRowMoves(root, rows.map(({ id }) => id).join(" "));
  return (
    <div>
      <div className="flex h-8 items-center justify-between gap-3">
        <h3 className="text-(--gray-11) text-[12px]/4">Around Robin</h3>
        {canMove && <PauseButton isPaused={isPaused} onToggle={() => setIsPaused(!isPaused)} />}
      </div>
      <div ref={root} className="relative">
        <ol start={rows[0]?.rank} aria-label="Around Robin">
          {rows.map((member, index) => (
            <SampleRow
              key={member.id}
              member={member}
              locale={locale}
              tone={member.id === ROBIN_ID ? "me" : undefined}
              note={member.id === ROBIN_ID ? toPass(member, rows[index - 1], locale) : undefined}
            />
          ))}
        </ol>
      </div>
    </div>
  );
}

function toPass({ xp }: SampleMember, ahead: SampleMember | undefined, locale: string): string | undefined {
  return ahead && `${formatsOf(locale).number(ahead.xp - xp + 1)} XP to pass ${ahead.name.split(" ", 1).join()}`;
}
