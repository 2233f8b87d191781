"use client";

import { useEffect, useState } from "react";

/** Whether most of an element is to be seen; null before that is known, and without an element. */
export function useIsOnScreen(element: HTMLElement | null): boolean | null {
  const [isOnScreen, setIsOnScreen] = useState<boolean | null>(null);
  useEffect(() => {
    if (!element) {
      setIsOnScreen(null);
      return;
    }
    const observer = new IntersectionObserver(([entry]) => entry && setIsOnScreen(entry.intersectionRatio >= 0.6), {
      threshold: [0, 0.6, 1],
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return isOnScreen;
}
