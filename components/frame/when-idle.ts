const AT_THE_LATEST_MS = 2_000;

/** Runs `work` when the browser has nothing better to do. @returns what calls it off. */
export function whenIdle(work: () => void): () => void {
  // Safari has no idle callbacks.
  if (typeof window.requestIdleCallback !== "function") {
    const timer = window.setTimeout(work, 200);
    return () => window.clearTimeout(timer);
  }
  const request = window.requestIdleCallback(work, { timeout: AT_THE_LATEST_MS });
  return () => window.cancelIdleCallback(request);
}
