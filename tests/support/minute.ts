import { setTimeout as sleep } from "node:timers/promises";

/** Waits where the minute is about to end: counts of a window are exact only while its clock does not turn. */
export async function withinOneMinute(neededMs = 4_000): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < neededMs) await sleep(left + 10);
}
