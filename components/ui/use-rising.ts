"use client";

import { useEffect, useRef, useState } from "react";

const DURATION_MS = 400;

/** The value as it is shown on its way to a new one: 400 ms, ease-out; at once for who wants less motion. */
export function useRising(value: number): number {
  const [shown, setShown] = useState(value);
  const shownNow = useRef(value);

  useEffect(() => {
    const from = shownNow.current;
    if (from === value) return;
    const show = (next: number) => {
      shownNow.current = next;
      setShown(next);
    };
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      show(value);
      return;
    }
    let startedAt: number | undefined;
    let frame = requestAnimationFrame(function step(at) {
      startedAt ??= at;
      const done = Math.min(1, (at - startedAt) / DURATION_MS);
      show(done === 1 ? value : Math.round(from + (value - from) * easeOut(done)));
      if (done < 1) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [value]);

  return shown;
}

function easeOut(done: number): number {
  return 1 - (1 - done) ** 3;
}
