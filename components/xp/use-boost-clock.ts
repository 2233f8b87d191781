"use client";

import { useEffect, useState } from "react";
import { type Boost, nextBoostChange, toldBoost } from "@/services/xp/boost";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * The time in milliseconds, told anew whenever what is said of boosts changes: with the minute, in the last minute with the second.
 * It begins with the server's, so that both write the same page.
 */
export function useBoostClock(boosts: readonly Boost[], startedAt: number): number {
  // Counted from the server's clock: the reader's may be wrong.
  const [aheadMs] = useState(() => Date.now() - startedAt);
  const [now, setNow] = useState(startedAt);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      clearTimeout(timer);
      const at = Date.now() - aheadMs;
      setNow(at);
      const pause = pauseAfter(boosts, at);
      if (pause !== null) timer = setTimeout(tell, pause);
    };
    tell();
    // Timers of a page that nobody looks at come late.
    document.addEventListener("visibilitychange", tell);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", tell);
    };
  }, [boosts, aheadMs]);
  return now;
}

/** Until the words change; null when they never will. */
function pauseAfter(boosts: readonly Boost[], now: number): number | null {
  const next = nextBoostChange(boosts, now);
  if (next === null) return null;
  const told = toldBoost(boosts, now);
  // No timer reaches further than some weeks, and one of an hour forgives a clock that was put right.
  if (!told) return Math.min(next - now, HOUR_MS);
  const left = Date.parse(told.changesAt) - now;
  const step = left <= MINUTE_MS ? SECOND_MS : MINUTE_MS;
  return Math.min(left % step || step, next - now);
}
