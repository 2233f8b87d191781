"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { countAttempt, delaySeconds } from "@/components/ui/retry-delay";
import { useIsOnline } from "@/components/ui/use-is-online";

export type Retry = {
  secondsLeft: number;
  isOnline: boolean;
  isTrying: boolean;
  tryNow: () => void;
};

/** Counts down and tries again, also at once when the connection returns. Nobody looks at a hidden tab: it waits. */
export function useRetry(onRetry: () => unknown): Retry {
  const [secondsLeft, setSecondsLeft] = useState(() => delaySeconds(Date.now()));
  const [isTrying, setIsTrying] = useState(false);
  const isOnline = useIsOnline();
  const latest = useRef(onRetry);
  useEffect(() => {
    latest.current = onRetry;
  });

  const tryNow = useCallback(async () => {
    countAttempt(Date.now());
    setIsTrying(true);
    // What fails again leaves this notice where it is, and the next attempt comes.
    await Promise.resolve(latest.current()).catch(() => undefined);
    setIsTrying(false);
    setSecondsLeft(delaySeconds(Date.now()));
  }, []);

  useEffect(() => {
    if (!isOnline || isTrying) return;
    const timer = setInterval(() => {
      if (!document.hidden) setSecondsLeft((seconds) => Math.max(0, seconds - 1));
    }, 1_000);
    return () => clearInterval(timer);
  }, [isOnline, isTrying]);

  useEffect(() => {
    if (secondsLeft === 0 && isOnline && !isTrying) tryNow();
  }, [secondsLeft, isOnline, isTrying, tryNow]);

  useEffect(() => {
    const returned = () => setSecondsLeft(0);
    window.addEventListener("online", returned);
    return () => window.removeEventListener("online", returned);
  }, []);

  return { secondsLeft, isOnline, isTrying, tryNow };
}
