import { setTimeout as sleep } from "node:timers/promises";
import Whop from "@whop/sdk";
import { z } from "zod";
import { AppError } from "@/lib/errors";
import type { Logger } from "@/lib/log";

/** Whop waits at most five seconds for our answer to a webhook, so no question to Whop may take longer. */
export const LONGEST_CALL_MS = 5_000;
const RETRIES = 2;
const FIRST_PAUSE_MS = 100;
const BUSY_SECONDS = 60;
/** No delay that Whop names is believed beyond a day: its windows are minutes. */
const LONGEST_BUSY_SECONDS = 24 * 60 * 60;

/** Options of one attempt, to be handed to the SDK. */
export interface Attempt {
  signal: AbortSignal;
  maxRetries: 0;
}

export interface Read {
  /** Words for the log. */
  what: string;
  timeoutMs: number;
  log: Pick<Logger, "warn">;
  /**
   * For answers from which someone concludes that something is not there: null is Whop's own word for that alone, and what it does
   * not let us see is AppError "forbidden".
   */
  mustSee?: boolean;
  /** For questions that can be wrong by age: what Whop does not take is AppError "bad_request". */
  mayBeWrong?: boolean;
}

/**
 * One read from Whop: up to two retries on a lost connection or a 5xx, all within `timeoutMs`, the body included.
 * The SDK's own retries stay off: they wait as long as a `Retry-After` says, and its timeout ends with the headers.
 * Answers null where Whop says that there is no such thing, or that we may not see it. Throws AppError "unavailable" for the rest.
 */
export async function readFromWhop<T>(call: Read, request: (attempt: Attempt) => PromiseLike<T>): Promise<T | null> {
  const signal = AbortSignal.timeout(Math.min(call.timeoutMs, LONGEST_CALL_MS));
  try {
    const answer = await withRetries(signal, () => request({ signal, maxRetries: 0 }));
    // A good status without a body is not Whop's word for "gone".
    if (call.mustSee && (answer === null || answer === undefined)) throw new Error("Whop's answer has no body.");
    return answer;
  } catch (error) {
    const status = call.mustSee && wordsOf(error) === undefined ? undefined : statusOf(error);
    if (status === 404) return null;
    if (status === 403) {
      call.log.warn({ what: call.what, status }, "Whop refused a read: the app lacks a permission there");
      if (call.mustSee) throw unseen(error);
      return null;
    }
    call.log.warn({ what: call.what, status: statusOf(error), reason: reasonOf(error) }, "Whop could not be read");
    if (call.mayBeWrong && (status === 400 || status === 422)) throw notTaken(error);
    throw unavailable(error);
  }
}

/** What a caller is told when Whop cannot be asked or cannot be believed. */
export function unavailable(cause: unknown): AppError {
  return new AppError("unavailable", "Whop did not answer. Try again in a moment.", {
    cause,
    retryAfterSeconds: statusOf(cause) === 429 ? busySeconds(cause) : undefined,
  });
}

function notTaken(cause: unknown): AppError {
  return new AppError("bad_request", "Whop does not take this question.", { cause });
}

function unseen(cause: unknown): AppError {
  return new AppError("forbidden", "WEE5 has not been given the permission for this at Whop.", { cause });
}

/** The HTTP status that Whop has answered with; undefined where no answer came. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Whop.APIError ? error.status : undefined;
}

/** Whop's own form of an error. A page of something in between, such as a firewall's 403, has another. */
const whopErrorBody = z.object({ error: z.object({ type: z.string(), message: z.string() }) });

/** The words of an answer that is surely Whop's. */
export function wordsOf(error: unknown): string | undefined {
  const parsed = whopErrorBody.safeParse(error instanceof Whop.APIError ? error.error : undefined);
  return parsed.success ? parsed.data.error.message : undefined;
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

/** How long a busy Whop wants to be left alone, in whole seconds. */
export function busySeconds(error: unknown): number {
  return Math.min(Math.max(namedSeconds(error) ?? BUSY_SECONDS, 1), LONGEST_BUSY_SECONDS);
}

/** Whop names the delay in a header or only in words ("Try again in 12 seconds."). */
function namedSeconds(error: unknown): number | undefined {
  if (!(error instanceof Whop.APIError)) return undefined;
  const named = [error.headers?.get("retry-after"), /try again in (\d+) seconds?/i.exec(error.message)?.[1]];
  const seconds = named.find((text) => text && /^\d+(\.\d+)?$/.test(text));
  return seconds === undefined ? undefined : Math.ceil(Number(seconds));
}

/** For the log. */
export const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
