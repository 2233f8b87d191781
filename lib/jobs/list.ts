import type { ClientBase } from "pg";

export type JobState = "waiting" | "running" | "failed";

export type ListedJob = {
  id: string;
  task: string;
  state: JobState;
  attempts: number;
  max_attempts: number;
  payload: unknown;
  /** When it may run next, since when it runs, or when it failed for good. */
  at: Date;
  /** Of its newest attempt that failed. */
  last_error: string | null;
};

const STATE = `case when j.locked_by is not null then 'running' when j.attempts >= j.max_attempts then 'failed' else 'waiting' end`;

/** The jobs of one state, the next or the newest first. @param queue a client of the owner's. */
export async function listJobs(queue: ClientBase, state: JobState, limit: number): Promise<ListedJob[]> {
  const at = { waiting: "j.run_at", running: "j.locked_at", failed: "j.updated_at" }[state];
  const { rows } = await queue.query<ListedJob>(
    `select j.id, t.identifier as task, $1 as state, j.attempts, j.max_attempts, j.payload, ${at} as at, j.last_error
     from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where ${STATE} = $1 order by ${at} ${state === "failed" ? "desc" : "asc"}, j.id limit $2`,
    [state, limit],
  );
  return rows;
}

/** How many jobs there are of each state. */
export async function countJobs(queue: ClientBase): Promise<Record<JobState, number>> {
  const { rows } = await queue.query<{ state: JobState; jobs: number }>(
    `select ${STATE} as state, count(*)::integer as jobs from graphile_worker._private_jobs j group by 1`,
  );
  const count = (state: JobState) => rows.find((row) => row.state === state)?.jobs ?? 0;
  return { waiting: count("waiting"), running: count("running"), failed: count("failed") };
}

/** Lets jobs that have failed for good run again now, with all their attempts; leaves others alone. @returns the ids of those. */
export async function redriveJobs(queue: ClientBase, which: readonly string[] | "all"): Promise<string[]> {
  const { rows } = await queue.query<{ id: string }>(
    `select id from graphile_worker.reschedule_jobs(
       array(select j.id from graphile_worker._private_jobs j where ${STATE} = 'failed' and ($1::bigint[] is null or j.id = any($1))),
       run_at => now(), attempts => 0)`,
    [which === "all" ? null : which],
  );
  return rows.map(({ id }) => id);
}
