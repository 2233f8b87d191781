export type Attention = {
  /** Whether a connection is of use: the machine is online, and somebody has looked at the page within the last minute. */
  onWanted(): void;
  onUnwanted(): void;
  /** Somebody looks at the page again, and meanwhile the machine may have slept: the connection may be dead and not know. */
  onDoubt(): void;
};

/** Whoever reads another tab for a moment is not disconnected. */
const HIDDEN_FOR_LONG_MS = 60_000;
/** Browsers slow down the timers of a hidden page and stop them on phones. */
const HIDDEN_IN_DOUBT_MS = 15_000;

/** Tells when a page should be connected. @returns what ends it. */
export function watchAttention({ onWanted, onUnwanted, onDoubt }: Attention): () => void {
  let hiddenSince: number | null = null;
  let tooLong: ReturnType<typeof setTimeout> | undefined;
  let wanted = true;

  function look(): void {
    const isHidden = hiddenSince !== null && Date.now() - hiddenSince >= HIDDEN_FOR_LONG_MS;
    const isWanted = navigator.onLine && !isHidden;
    if (isWanted === wanted) return;
    wanted = isWanted;
    if (isWanted) onWanted();
    else onUnwanted();
  }
  function onVisibility(): void {
    clearTimeout(tooLong);
    if (document.visibilityState === "hidden") {
      hiddenSince ??= Date.now();
      tooLong = setTimeout(look, HIDDEN_FOR_LONG_MS);
      return;
    }
    const hiddenForMs = hiddenSince === null ? 0 : Date.now() - hiddenSince;
    hiddenSince = null;
    const wasWanted = wanted;
    look();
    if (wanted && wasWanted && hiddenForMs >= HIDDEN_IN_DOUBT_MS) onDoubt();
  }

  const ending = new AbortController();
  const { signal } = ending;
  window.addEventListener("online", look, { signal });
  window.addEventListener("offline", look, { signal });
  document.addEventListener("visibilitychange", onVisibility, { signal });
  onVisibility();
  look();
  return () => {
    ending.abort();
    clearTimeout(tooLong);
  };
}
