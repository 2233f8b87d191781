import { setTimeout as sleep } from "node:timers/promises";
import Whop from "@whop/sdk";
import { AppError } from "@/lib/errors";
import type { Logger } from "@/lib/log";

/** Whop waits at most five seconds for our answer to a webhook, so no question to Whop may take longer. */
const LONGEST_CALL_MS = 5_000;
const RETRIES = 2;
const FIRST_PAUSE_MS = 100;

/** Options of one attempt, to be handed to the SDK. */
export interface Attempt {
  signal: AbortSignal;
  maxRetries: 0;
}

/**
 * One read from Whop: up to two retries on a lost connection or a 5xx, all within `timeoutMs`, the body included.
 * The SDK's own retries stay off: they wait as long as a `Retry-After` says, and its timeout ends with the headers.
 * Answers null where Whop says that there is no such thing, or that we may not see it. Throws AppError "unavailable" for the rest.
 */
export async function readFromWhop<T>(
  call: { what: string; timeoutMs: number; log: Pick<Logger, "warn"> },
  request: (attempt: Attempt) => PromiseLike<T>,
): Promise<T | null> {
  const signal = AbortSignal.timeout(Math.min(call.timeoutMs, LONGEST_CALL_MS));
  try {
    return await withRetries(signal, () => request({ signal, maxRetries: 0 }));
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return null;
    if (status === 403) {
      call.log.warn({ what: call.what, status }, "Whop refused a read: the app lacks a permission there");
      return null;
    }
    call.log.warn({ what: call.what, status, reason: reasonOf(error) }, "Whop could not be read");
    throw unavailable(error);
  }
}

/** What a caller is told when Whop cannot be asked or cannot be believed. */
export function unavailable(cause: unknown): AppError {
  return new AppError("unavailable", "Whop did not answer. Try again in a moment.", {
    cause,
    retryAfterSeconds: statusOf(cause) === 429 ? retryAfterSeconds(cause) : undefined,
  });
}

export function statusOf(error: unknown): number | undefined {
  return error instanceof Whop.APIError ? error.status : undefined;
}

async function withRetries<T>(signal: AbortSignal, request: () => PromiseLike<T>): Promise<T> {
  for (let retry = 0; ; retry += 1) {
    try {
      return await request();
    } catch (error) {
      if (retry === RETRIES || signal.aborted || !isWorthRetrying(error)) throw error;
      const pause = FIRST_PAUSE_MS * 4 ** retry;
      await sleep(pause * (0.75 + Math.random() / 2), undefined, { signal });
    }
  }
}

function isWorthRetrying(error: unknown): boolean {
  const status = statusOf(error);
  return error instanceof Whop.APIConnectionError || (status !== undefined && status >= 500);
}

/** Whop names the delay in a header or only in words ("Try again in 12 seconds."). */
function retryAfterSeconds(error: unknown): number | undefined {
  if (!(error instanceof Whop.APIError)) return undefined;
  const text = error.headers?.get("retry-after") ?? /try again in (\d+) seconds?/i.exec(error.message)?.[1];
  const seconds = Number(text ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : undefined;
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
