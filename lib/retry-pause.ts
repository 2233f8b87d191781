const FIRST_SECONDS = 5;
const FACTOR = 3;
const LONGEST_SECONDS = 4 * 3600;
const JITTER = 0.2;

/**
 * Seconds to wait before the next attempt after so many failures in a row: 5, 15, 45, … up to 4 hours, spread evenly over ±20 %
 * so that what failed together is not tried together. Never sooner than the other side has asked for.
 */
export function retryPauseSeconds(failures: number, retryAfterSeconds = 0, random: () => number = Math.random): number {
  const pause = Math.min(LONGEST_SECONDS, FIRST_SECONDS * FACTOR ** (Math.max(1, failures) - 1));
  const spread = 1 + JITTER * (2 * random() - 1);
  // What was asked for is a least: everybody who was told the same comes back a little later, none sooner.
  return Math.max(pause * spread, retryAfterSeconds * (1 + JITTER * random()));
}
