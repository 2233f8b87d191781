"use client";

import { useEffect, useState } from "react";

/** The time in milliseconds, told anew every half minute. It begins with the server's, so that both write the same page. */
export function useNow(startedAt: number): number {
  const [now, setNow] = useState(startedAt);
  useEffect(() => {
    const loadedAt = Date.now();
    // Counted from the server's clock: the reader's may be wrong.
    const timer = setInterval(() => setNow(startedAt + Date.now() - loadedAt), 30_000);
    return () => clearInterval(timer);
  }, [startedAt]);
  return now;
}
