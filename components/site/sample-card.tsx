"use client";

import { useRef, useState } from "react";
import { RankCard } from "@/components/card/rank-card";
import { PauseButton } from "@/components/site/pause-button";
import { LAST_STEP, sampleCard, sampleGain, sampleLadder } from "@/components/site/sample";
import { useSteps } from "@/components/site/use-steps";

const AWARD_EVERY_MS = 4_000;

/** The real rank card with made-up numbers, earning. Readers of its text get the caption: a card that changes tells them nothing. */
export function SampleCard() {
  const frame = useRef<HTMLElement>(null);
  const [isPaused, setIsPaused] = useState(false);
  const { step, canMove } = useSteps(frame, { everyMs: AWARD_EVERY_MS, last: LAST_STEP, isPaused });
  return (
    <figure ref={frame} className="w-full">
      <div aria-hidden="true" inert>
        <RankCard card={sampleCard(step)} ladder={sampleLadder(step)} gained={sampleGain(step)} />
      </div>
      <figcaption className="mt-2 flex min-h-8 items-center justify-between gap-3 text-(--gray-11) text-[12px]/4">
        <span>
          A sample: what a member sees.
          <span className="sr-only">
            {" "}
            Robin Hale, a Regular, is at level 8 and 258 XP from level 9, at rank 18 of 248. The next reward is 7 free
            days at level 10.
          </span>
        </span>
        {canMove && <PauseButton isPaused={isPaused} onToggle={() => setIsPaused(!isPaused)} />}
      </figcaption>
    </figure>
  );
}
