import { sql } from "kysely";
import type { Deps } from "@/lib/deps";

/** Three heartbeats missed: the work of one that dies resumes within two minutes even where only a cron each minute looks. */
export const SILENT_SECONDS = 45;

type Recovered = { job_id: string; task: string; is_over: boolean };

/**
 * Gives back the jobs of workers that have been killed or frozen, that is of which nothing was heard for so long. Calling it at any
 * time, also twice at once, is harmless: a worker that was only slow cannot finish what has been taken from it.
 * @returns how many jobs.
 */
export async function recoverDeadJobs(
  { db, log }: Pick<Deps, "db" | "log">,
  silentSeconds = SILENT_SECONDS,
): Promise<number> {
  const { rows } = await sql<Recovered>`select * from recover_dead_jobs(${silentSeconds})`.execute(db);
  for (const { job_id, task, is_over } of rows) {
    const fields = { job: task, jobId: job_id };
    if (is_over) log.error(fields, "a job has failed for good: its workers died of it (npm run jobs)");
    else log.warn(fields, "a job is taken up again: its worker died");
  }
  return rows.length;
}
