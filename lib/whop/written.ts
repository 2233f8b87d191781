import { z } from "zod";
import type { Logger } from "@/lib/log";
import { type Attempt, busySeconds, LONGEST_CALL_MS, reasonOf, statusOf, wordsOf } from "./call";

/**
 * What became of one call that changes something at Whop. It speaks of this call alone: an earlier one under the same key may
 * have had its effect all the same.
 */
export type Written<T> =
  | { kind: "done"; value: T }
  /** Whop has said no, and this call had no effect. Whop says it again to the same key. */
  | { kind: "refused"; status: number; message: string }
  /** Too many calls: this one had no effect. The same key may be used again after so many whole seconds. */
  | { kind: "busy"; retryAfterSeconds: number }
  /** Whop still holds a call under this key as running, for up to a day: only reading tells whether it took effect. */
  | { kind: "in_progress" }
  /** It may have taken effect or may yet: only reading tells. */
  | { kind: "unknown"; reason: string };

interface Write<T> {
  /** Words for the log. */
  what: string;
  /** Whop's answer is stored under it for 24 hours: the same call under the same key takes effect once. */
  key: string;
  /** What a body has to be for the effect to count as certain; it may say that there was none. */
  reply: z.ZodType<T>;
}

const LONGEST_MESSAGE = 300;

/**
 * Answers of Whop's own that say that nothing was done. Not among them: 401, which speaks of our key and not of the call, and would
 * give up everything under way while a key is changed; 408, 425 and whatever else a server may say after it has begun.
 */
const REFUSALS = new Set([400, 402, 403, 404, 405, 410, 413, 415, 422]);

/**
 * One attempt at a write, all within `timeoutMs`, the body included. Never throws for what Whop or the network does; throws TypeError
 * for a key that Whop would not take, because without one a lost answer could not be asked for again.
 */
export async function writeToWhop<T>(
  { what, key, reply }: Write<T>,
  { timeoutMs, log }: { timeoutMs: number; log: Pick<Logger, "warn"> },
  request: (attempt: Attempt & { headers: Record<string, string> }) => PromiseLike<unknown>,
): Promise<Written<T>> {
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw new TypeError("An Idempotency-Key has 1 to 255 visible characters.");
  const signal = AbortSignal.timeout(Math.min(timeoutMs, LONGEST_CALL_MS));
  let body: unknown;
  try {
    body = await request({ signal, maxRetries: 0, headers: { "Idempotency-Key": key } });
  } catch (error) {
    const written = whatItMeans(error, signal);
    log.warn({ what, status: statusOf(error), ...written }, "Whop did not do what it was asked");
    return written;
  }
  const parsed = reply.safeParse(body);
  if (parsed.success) return { kind: "done", value: parsed.data };
  log.warn({ what, issues: z.prettifyError(parsed.error) }, "Whop's answer to a write has an unexpected form");
  return { kind: "unknown", reason: "Whop's answer has an unexpected form." };
}

/** The outcome of a call that was not made, or that had no effect for certain. */
export function refused(status: number, message: string): Extract<Written<never>, { kind: "refused" }> {
  return { kind: "refused", status, message };
}

function whatItMeans(error: unknown, signal: AbortSignal): Exclude<Written<never>, { kind: "done" }> {
  const status = statusOf(error);
  if (status === 429) return { kind: "busy", retryAfterSeconds: busySeconds(error) };
  if (status === 409) return { kind: "in_progress" };
  if (status !== undefined && REFUSALS.has(status)) {
    const words = wordsOf(error);
    if (words !== undefined) return refused(status, words.slice(0, LONGEST_MESSAGE));
  }
  return {
    kind: "unknown",
    reason: signal.aborted ? "Whop did not answer in time." : reasonOf(error).slice(0, LONGEST_MESSAGE),
  };
}
