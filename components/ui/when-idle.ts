const AT_THE_LATEST_MS = 2_000;

/** Runs `work` once the page has loaded and the browser has nothing better to do. @returns what calls it off. */
export function whenIdle(work: () => void): () => void {
  let callOff = () => window.removeEventListener("load", whenLoaded);
  function whenLoaded(): void {
    callOff = onceIdle(work);
  }
  if (document.readyState === "complete") whenLoaded();
  else window.addEventListener("load", whenLoaded, { once: true });
  return () => callOff();
}

function onceIdle(work: () => void): () => void {
  // Safari has no idle callbacks.
  if (typeof window.requestIdleCallback !== "function") {
    const timer = window.setTimeout(work, 200);
    return () => window.clearTimeout(timer);
  }
  const request = window.requestIdleCallback(work, { timeout: AT_THE_LATEST_MS });
  return () => window.cancelIdleCallback(request);
}
