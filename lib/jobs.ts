import { type Runner, run, type TaskList, Logger as WorkerLogger } from "graphile-worker";
import { Pool } from "pg";
import { z } from "zod";
import type { Deps } from "@/lib/deps";
import type { Logger } from "@/lib/log";

/** One kind of job: what its payload must be and what is done with it. A handler that throws is tried again later. */
export type Job = { name: string; handle(deps: Deps, payload: unknown): Promise<void> };

export function job<S extends z.ZodType>(
  name: string,
  payload: S,
  handle: (deps: Deps, payload: z.output<S>) => Promise<unknown>,
): Job {
  return {
    name,
    async handle(deps, given) {
      await handle(deps, payload.parse(given));
    },
  };
}

/** A job that `crontab` starts; its payload is graphile-worker's own. */
export const scheduled = (name: string, handle: (deps: Deps) => Promise<unknown>): Job =>
  job(name, z.unknown(), (deps) => handle(deps));

export type WorkerOptions = {
  /** The owner's connection: the queue's schema belongs to it. Handlers use `deps.db`. */
  queueUrl: string;
  /** graphile-worker's crontab, in UTC. */
  crontab: string;
  concurrency?: number;
};

/** Works on jobs until `stop()`, which lets those under way finish. */
export async function startWorker(deps: Deps, jobs: readonly Job[], options: WorkerOptions): Promise<Runner> {
  const pool = new Pool({
    connectionString: options.queueUrl,
    max: 4,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  const report = (error: Error) => deps.log.warn({ err: error }, "a connection of the job queue broke");
  pool.on("error", report);
  pool.on("connect", (client) => client.on("error", report));
  const taskList: TaskList = Object.fromEntries(
    jobs.map(({ name, handle }) => [name, (payload) => handle(deps, payload)]),
  );
  const runner = await run({
    pgPool: pool,
    taskList,
    crontab: options.crontab,
    concurrency: options.concurrency ?? 4,
    noHandleSignals: true,
    // A pooler in transaction mode has no prepared statements.
    noPreparedStatements: true,
    logger: workerLogger(deps.log),
  });
  void runner.promise.finally(() => pool.end());
  return runner;
}

function workerLogger(log: Logger): WorkerLogger {
  return new WorkerLogger((scope) => (level, message) => {
    const fields = { worker: scope.workerId, job: scope.taskIdentifier };
    if (level === "error") log.error(fields, message);
    else if (level === "warning") log.warn(fields, message);
    else log.debug(fields, message);
  });
}
