import { setTimeout as sleep } from "node:timers/promises";
import type { Deps } from "@/lib/deps";

/** Well below the 60 seconds for which a row is held, with the calls themselves. */
const LONGEST_WAIT_MS = 10_000;

/** Waits until background work may call Whop once more. @returns seconds after which to try again; 0 when the call may be made. */
export async function takeTurn(deps: Pick<Deps, "whopShare">, operation: string): Promise<number> {
  const end = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    const { allowed, retryAfterSeconds } = await deps.whopShare.take(operation);
    if (allowed) return 0;
    const pauseMs = Math.max(retryAfterSeconds, 0.1) * 1_000 * (0.5 + Math.random() / 2);
    if (performance.now() + pauseMs > end) return Math.max(retryAfterSeconds, 1);
    await sleep(pauseMs);
  }
}
