import type { JobHelpers, Job as QueuedJob, Task, TaskList } from "graphile-worker";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import type { Job } from "@/lib/jobs";
import { retryPauseSeconds } from "@/lib/retry-pause";

type PutOff = "again" | "over" | "replaced" | "lost";

/**
 * Jobs as graphile-worker wants them. It deletes a job that has succeeded by its id, whoever has it by then; so each is finished or
 * put off here first, only by the worker that still has it, and graphile-worker finds nothing left to do.
 */
export function taskList(deps: Deps, jobs: readonly Job[]): TaskList {
  return Object.fromEntries(jobs.map((job) => [job.name, taskOf(deps, job)]));
}

function taskOf(deps: Deps, { name, handle, maxAttempts }: Job): Task {
  return async (payload, helpers) => {
    try {
      await handle(deps, payload);
    } catch (error) {
      await failed(deps, { name, maxAttempts }, helpers, error);
      throw error;
    }
    const { job } = helpers;
    const { rows } = await helpers.query<{ done: boolean }>(
      "select public.finish_job($1, $2, $3) as done",
      lockOf(job),
    );
    if (rows[0]?.done) return;
    deps.log.warn({ job: name, jobId: job.id }, "a job was taken from its worker before it was finished");
    // What fails is only released, and only if it is still ours.
    throw new Error("The job was taken from this worker before it was finished.");
  };
}

const lockOf = ({ id, locked_by, locked_at }: QueuedJob) => [id, locked_by, locked_at];

async function failed(
  { log }: Pick<Deps, "log">,
  { name, maxAttempts }: Pick<Job, "name" | "maxAttempts">,
  { job, query }: JobHelpers,
  error: unknown,
): Promise<void> {
  const retryAfterSeconds = error instanceof AppError ? error.retryAfterSeconds : undefined;
  const pauseSeconds = retryPauseSeconds(job.attempts, retryAfterSeconds);
  const fields = { err: error, job: name, jobId: job.id, attempt: job.attempts };
  let outcome: PutOff | undefined;
  try {
    const { rows } = await query<{ outcome: PutOff }>(
      "select public.put_off_job($1, $2, $3, $4, $5, $6, $7) as outcome",
      [...lockOf(job), job.key, reasonOf(error), pauseSeconds, maxAttempts],
    );
    outcome = rows[0]?.outcome;
  } catch (queueError) {
    log.warn({ err: queueError, job: name, jobId: job.id }, "a failed job could not be put off: the queue does it");
  }
  if (outcome === "over") log.error(fields, "a job has failed for good (npm run jobs)");
  else log.warn({ ...fields, outcome, pauseSeconds }, "a job failed");
}

/** For the person who looks at what has failed: what was said, and what was behind it. */
function reasonOf(error: unknown): string {
  const said = error instanceof Error ? error.message || error.name : String(error);
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? said : `${said} (${reasonOf(cause)})`;
}
