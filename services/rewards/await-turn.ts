import { setTimeout as sleep } from "node:timers/promises";
import type { Deps } from "@/lib/deps";

/** Waits until background work may make one more call of the operation. */
export async function awaitTurn({ whopShare }: Pick<Deps, "whopShare">, operation: string): Promise<void> {
  for (;;) {
    const { allowed, retryAfterSeconds } = await whopShare.take(operation);
    if (allowed) return;
    await sleep(Math.max(1, retryAfterSeconds) * 1000);
  }
}
