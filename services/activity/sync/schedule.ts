import { isUnavailable } from "@/lib/db/unavailable";
import type { Deps } from "@/lib/deps";
import { AppError, sqlErrorName } from "@/lib/errors";
import { retryPauseSeconds } from "@/lib/retry-pause";
import { isTooMany } from "@/services/activity/sync/ask-whop";
import type { Feature, SyncProblem } from "@/services/activity/sync/feature";
import { SliceOver } from "@/services/activity/sync/slice";
import type { FeatureState } from "@/services/activity/sync/sync.queries";

/** How a run of a feature ended; `problem` is undefined where the turn was over first. */
export type Outcome = {
  problem: SyncProblem | null | undefined;
  lastError: string | null;
  caughtUpTo: Date | null;
  retryAfterSeconds?: number;
};

/** A permission is given by a person, who then also finds "sync now". */
const REFUSED_SECONDS = 3600;
/** What is broken at Whop may hold up a part of a place only: the rest is to come in time. */
const LONGEST_PAUSE_SECONDS = 600;

/** Activities of the last hour or so, and how soon we come again: nobody waits long for what came just now. */
const PACES = [
  { busy: 1, seconds: 60 },
  { busy: 0.01, seconds: 180 },
  { busy: 0, seconds: 600 },
] as const;

/** What an exception says of the feature. @throws those that end the whole turn: the lease lost, the database away. */
export function outcomeOf(error: unknown, log: Pick<Deps["log"], "error">): Outcome {
  if (error instanceof SliceOver) return { problem: undefined, lastError: null, caughtUpTo: null };
  if (isTooMany(error)) return outcome("rate_limited", error.retryAfterSeconds);
  if (error instanceof AppError && error.code === "forbidden") return outcome("no_permission");
  if (error instanceof AppError && error.code === "not_found") return outcome("not_found");
  if (error instanceof AppError && error.code === "unavailable") return outcome("unavailable");
  // Last, because what lost the way to Whop looks like what loses the way to the database.
  if (sqlErrorName(error) === "lease_lost" || isUnavailable(error)) throw error;
  log.error({ err: error }, "a feature of the sync failed for a reason of our own");
  return { ...outcome("error"), lastError: "internal" };
}

const outcome = (problem: SyncProblem, retryAfterSeconds?: number): Outcome => ({
  problem,
  lastError: problem,
  caughtUpTo: null,
  retryAfterSeconds,
});

export type Pace = { failures: number; busy: number; everySeconds?: number };

/** Seconds until the feature is to run again. */
export function readingSeconds(
  { problem, retryAfterSeconds = 0 }: Outcome,
  { failures, busy, everySeconds }: Pace,
): number {
  switch (problem) {
    case undefined:
      return 0;
    case null:
      return everySeconds ?? PACES.find((pace) => busy >= pace.busy)?.seconds ?? LONGEST_PAUSE_SECONDS;
    case "no_permission":
    case "not_found":
      return REFUSED_SECONDS;
    case "rate_limited":
      // No failure of anybody's: only not sooner than Whop says, and not all at once.
      return retryPauseSeconds(1, retryAfterSeconds);
    case "unavailable":
    case "error":
      return Math.min(LONGEST_PAUSE_SECONDS, retryPauseSeconds(failures + 1));
  }
}

/** Seconds until the community is due again: with the first of its features. */
export function pauseSecondsAfter(features: readonly Feature[], states: readonly FeatureState[]): number {
  const known = new Set(features.map(({ name }) => name));
  const due = states.filter(({ feature }) => known.has(feature)).map(({ secondsToDue }) => secondsToDue);
  return Math.max(1, Math.min(...due, LONGEST_PAUSE_SECONDS * 6));
}
