const FIRST_SECONDS = 8;
const LONGEST_SECONDS = 120;
/** A failure later than this after the last one is a new trouble. */
const FORGOTTEN_AFTER_MS = 10 * 60_000;

/** Lives as long as the page's scripts: the notice is built anew with every failure and must not begin from 8 s each time. */
const trouble = { attempts: 0, lastAt: Number.NEGATIVE_INFINITY };

/** Remembers that it was tried again. */
export function countAttempt(now: number): void {
  trouble.attempts = attemptsUntil(now) + 1;
  trouble.lastAt = now;
}

/** Seconds until the next attempt: 8, then about twice as long each time, spread so that not everybody asks at once. */
export function delaySeconds(now: number, random: () => number = Math.random): number {
  const attempts = attemptsUntil(now);
  if (attempts === 0) return FIRST_SECONDS;
  const longest = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** attempts);
  return Math.round(longest * (0.75 + random() / 4));
}

function attemptsUntil(now: number): number {
  return now - trouble.lastAt > FORGOTTEN_AFTER_MS ? 0 : trouble.attempts;
}
