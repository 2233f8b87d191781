"use client";

import { type RefObject, useEffect, useState, useSyncExternalStore } from "react";

const REDUCED_MOTION = "(prefers-reduced-motion: reduce)";

type Steps = {
  step: number;
  /** False for readers who want nothing to move, and until the page is alive: there is nothing to pause then. */
  canMove: boolean;
};

/** Counts up while the element can be seen: not off screen, not in a hidden tab, not when paused. */
export function useSteps(
  element: RefObject<Element | null>,
  { everyMs, last, isPaused }: { everyMs: number; last: number; isPaused: boolean },
): Steps {
  const [step, setStep] = useState(0);
  const canMove = useSyncExternalStore(subscribeToMotion, motionIsWelcome, () => false);
  const isOver = step >= last;

  useEffect(() => {
    if (!element.current || !canMove || isPaused || isOver) return;
    let isOnScreen = false;
    const observer = new IntersectionObserver(([entry]) => {
      isOnScreen = entry?.isIntersecting ?? false;
    });
    observer.observe(element.current);
    const timer = setInterval(() => {
      if (isOnScreen && !document.hidden) setStep((now) => Math.min(last, now + 1));
    }, everyMs);
    return () => {
      observer.disconnect();
      clearInterval(timer);
    };
  }, [element, canMove, isPaused, isOver, everyMs, last]);

  return { step, canMove: canMove && !isOver };
}

function motionIsWelcome(): boolean {
  return !matchMedia(REDUCED_MOTION).matches;
}

function subscribeToMotion(changed: () => void): () => void {
  const query = matchMedia(REDUCED_MOTION);
  query.addEventListener("change", changed);
  return () => query.removeEventListener("change", changed);
}
