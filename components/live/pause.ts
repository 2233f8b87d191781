/** What is looked at of an error: an ApiFailure has both. */
export type Failure = { code?: string; retryAfterSeconds?: number | null };

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
const SHORTEST_MS = 250;
const FINAL = ["unauthorized", "forbidden", "not_found"];

/** Whether asking again is of no use: the one who asks is not a member, or not any more. */
export function isFinal({ code }: Failure): boolean {
  return code !== undefined && FINAL.includes(code);
}

/**
 * How long to wait after so many failures in a row: any time up to a limit that doubles from two seconds to thirty, so that
 * pages which were all cut off together do not come back together. Milliseconds.
 */
export function pauseMs(failures: number, { retryAfterSeconds }: Failure): number {
  const limitMs = Math.min(FIRST_MS * 2 ** failures, LONGEST_MS);
  return (retryAfterSeconds ?? 0) * 1_000 + Math.max(SHORTEST_MS, Math.random() * limitMs);
}
