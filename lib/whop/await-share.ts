import { setTimeout as sleep } from "node:timers/promises";
import type { WhopShare } from "./share";

const SHORTEST_PAUSE_SECONDS = 0.1;

/**
 * Waits until background work may make one more call of `operation`, at most `longestSeconds` (for ever where left out).
 * @returns 0 when the call may be made now, else seconds after which to come again.
 */
export async function awaitShare(
  { whopShare }: { whopShare: WhopShare },
  operation: string,
  longestSeconds = Number.POSITIVE_INFINITY,
): Promise<number> {
  for (let waitedSeconds = 0; ; ) {
    const { allowed, retryAfterSeconds } = await whopShare.take(operation);
    if (allowed) return 0;
    const pauseSeconds = Math.max(retryAfterSeconds, SHORTEST_PAUSE_SECONDS);
    waitedSeconds += pauseSeconds;
    if (waitedSeconds > longestSeconds) return Math.max(retryAfterSeconds, 1);
    await sleep(pauseSeconds * 1000);
  }
}
