import { sql } from "kysely";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { awaitShare } from "@/lib/whop/await-share";
import type { WhopClient } from "@/lib/whop/client";

export type AskDeps = Pick<Deps, "db" | "log" | "whop" | "whopShare">;

/** Up to so long a pause of Whop's is waited out; a longer one is left to a later turn. */
const LONGEST_PAUSE_SECONDS = 2;

/** There was no time left to wait for our share of Whop's limit. No call was made. */
export class NoShareLeft extends Error {}

/**
 * One call to Whop from the background, as soon as our share allows it. "Too many" from Whop holds the whole operation back for as long
 * as Whop says, everywhere: not each of many workers learns it for itself.
 * @param operation as Whop's SDK names it: "messages.list".
 * @param longestSeconds to wait for the share. @throws NoShareLeft when that is over.
 * @throws AppError unavailable with `retryAfterSeconds` while the operation is held back; else what the call throws.
 */
export async function askWhop<T>(
  deps: AskDeps,
  operation: string,
  ask: (whop: WhopClient) => Promise<T>,
  longestSeconds: number,
): Promise<T> {
  const pauseSeconds = await pauseOf(deps, operation);
  if (pauseSeconds > Math.min(LONGEST_PAUSE_SECONDS, longestSeconds)) throw heldBack(pauseSeconds);
  const waitSeconds = await awaitShare(deps, operation, longestSeconds);
  if (waitSeconds > 0) throw new NoShareLeft(`No share of ${operation} is left.`);
  // Others may have been told while we waited.
  const now = await pauseOf(deps, operation);
  if (now > 0) throw heldBack(now);
  try {
    return await ask(deps.whop);
  } catch (error) {
    if (isTooMany(error)) await holdBack(deps, operation, error.retryAfterSeconds);
    throw error;
  }
}

/** Whop's 429, or our own memory of one. */
export function isTooMany(error: unknown): error is AppError & { retryAfterSeconds: number } {
  return error instanceof AppError && error.code === "unavailable" && error.retryAfterSeconds !== undefined;
}

async function pauseOf({ db }: AskDeps, operation: string): Promise<number> {
  const { rows } = await sql<{ seconds: number }>`select whop_pause_seconds(${operation}) as seconds`.execute(db);
  return rows[0]?.seconds ?? 0;
}

async function holdBack({ db, log }: AskDeps, operation: string, seconds: number): Promise<void> {
  log.warn({ operation, seconds }, "Whop has too many calls: held back");
  await sql`select pause_whop(${operation}, ${seconds})`.execute(db);
}

const heldBack = (seconds: number) =>
  new AppError("unavailable", "Whop has too many calls just now.", { retryAfterSeconds: Math.ceil(seconds) });
