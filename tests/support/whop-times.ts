import type { WhopClientOptions } from "@/lib/whop/sdk";

/** Milliseconds that tests wait for an answer of the simulated Whop: longer than a busy machine needs for one. */
export const PATIENT_MS = 5_000;
/** Where Whop is late on purpose, and it is tested what becomes of what came too late. */
export const HURRIED_MS = 400;

/** So long for a call, and for a list of several pages twice as long. */
export const whopTimes = (ms: number): Pick<WhopClientOptions, "timeoutMs" | "listTimeoutMs" | "writeTimeoutMs"> => ({
  timeoutMs: ms,
  listTimeoutMs: 2 * ms,
  writeTimeoutMs: ms,
});
