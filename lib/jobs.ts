import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { type Runner, run, type WorkerEvents, Logger as WorkerLogger } from "graphile-worker";
import { Pool } from "pg";
import { z } from "zod";
import type { Deps } from "@/lib/deps";
import { type Heartbeat, startHeartbeat, type Timing, USUAL_TIMING } from "@/lib/jobs/heartbeat";
import { taskList } from "@/lib/jobs/task-list";
import type { Logger } from "@/lib/log";

/** With the pauses of retry-pause.ts the twelfth attempt comes some 17 hours after the first. */
const MAX_ATTEMPTS = 12;

/**
 * One kind of job: what its payload must be and what is done with it. A handler that throws is tried again later. It may run twice,
 * also at the same time: a worker may be taken for dead that was only slow.
 */
export type Job = { name: string; maxAttempts: number; handle(deps: Deps, payload: unknown): Promise<void> };

/**
 * Declares a kind of job. A payload that is not what the schema says is a failure like any other: it ends where a person sees it.
 * @param options.maxAttempts after the last of which it stays with its reason, for a person; 12 unless said.
 */
export function job<S extends z.ZodType>(
  name: string,
  payload: S,
  handle: (deps: Deps, payload: z.output<S>) => Promise<unknown>,
  { maxAttempts = MAX_ATTEMPTS }: { maxAttempts?: number } = {},
): Job {
  return {
    name,
    maxAttempts,
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
  /** How soon a dead worker's jobs are taken up; the usual times when absent. */
  timing?: Timing;
};

export type Worker = {
  /** Lets jobs under way finish. */
  stop(): Promise<void>;
  /** Resolves when it has ended, whatever ended it. */
  ended: Promise<void>;
};

/** Of which three may be taken all the time: by what is sent, read from Whop, and filled back. */
const CONCURRENCY = 6;
/** One listens, one beats; each job may ask something of the queue. */
const MORE_CONNECTIONS = 2;

/** Works on jobs until `stop()`. */
export function startWorker(deps: Deps, jobs: readonly Job[], options: WorkerOptions): Promise<Worker> {
  return start(deps, jobs, options, new EventEmitter());
}

/** A run over what is due looks again this often; it is over when there was nothing for anybody. */
const LOOK_AGAIN_MS = 100;

/**
 * Works on the jobs that are due, and on those that the crontab should have started meanwhile, until none is left or the time is
 * over; those under way then finish. For where no worker lives. Several at once, beside workers or not, share the jobs.
 * @returns how many jobs were worked on.
 */
export async function runJobs(
  deps: Deps,
  jobs: readonly Job[],
  { until, ...options }: WorkerOptions & { until: Date },
): Promise<number> {
  const { concurrency = CONCURRENCY } = options;
  const events: WorkerEvents = new EventEmitter();
  const idle = new Set<string>();
  let worked = 0;
  let isScheduled = false;
  events.on("cron:started", () => {
    isScheduled = true;
  });
  events.on("job:start", () => {
    worked += 1;
    idle.clear();
  });
  const allIdle = new Promise<void>((resolve) =>
    events.on("worker:getJob:empty", ({ worker }) => {
      // Whoever looked earlier has not seen what the crontab has added.
      if (isScheduled) idle.add(worker.workerId);
      if (idle.size >= concurrency) resolve();
    }),
  );
  const worker = await start(deps, jobs, { ...options, pollInterval: LOOK_AGAIN_MS }, events);
  const abort = new AbortController();
  const timeIsOver = sleep(Math.max(0, until.getTime() - deps.now().getTime()), undefined, abort).catch(
    () => undefined,
  );
  await Promise.race([allIdle, timeIsOver, worker.ended]);
  abort.abort();
  await worker.stop();
  return worked;
}

async function start(
  deps: Deps,
  jobs: readonly Job[],
  options: WorkerOptions & { pollInterval?: number },
  events: WorkerEvents,
): Promise<Worker> {
  const { queueUrl, crontab, concurrency = CONCURRENCY, pollInterval, timing = USUAL_TIMING } = options;
  const pool = queuePool(deps, queueUrl, concurrency + MORE_CONNECTIONS);
  let heartbeat: Heartbeat | undefined;
  events.on("pool:create", ({ workerPool }) => {
    heartbeat = startHeartbeat(deps, pool, workerPool.id, timing);
  });
  const close = async () => {
    await heartbeat?.stop();
    await pool.end();
  };
  try {
    const runner = await run({
      pgPool: pool,
      taskList: taskList(deps, jobs),
      crontab,
      concurrency,
      pollInterval,
      events,
      noHandleSignals: true,
      // A pooler in transaction mode has no prepared statements.
      noPreparedStatements: true,
      // Batches try again when the database is away, and are waited for at the end. Single writes are not.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      logger: workerLogger(deps.log),
    });
    return asWorker(deps, runner, close);
  } catch (error) {
    await close();
    throw error;
  }
}

function asWorker({ log }: Pick<Deps, "log">, runner: Runner, close: () => Promise<void>): Worker {
  let stopping: Promise<void> | undefined;
  let isOver = false;
  const ended = runner.promise
    .catch((error: unknown) => log.error({ err: error }, "the worker broke down"))
    .then(() => {
      isOver = true;
      return close();
    });
  return {
    ended,
    async stop() {
      if (!isOver)
        stopping ??= runner
          .stop()
          .catch((error: unknown) => log.debug({ err: error }, "the worker was stopping by itself already"));
      await stopping;
      await ended;
    },
  };
}

function queuePool({ log }: Pick<Deps, "log">, connectionString: string, max: number): Pool {
  const pool = new Pool({ connectionString, max, connectionTimeoutMillis: 5_000, keepAlive: true });
  const report = (error: Error) => log.warn({ err: error }, "a connection of the job queue broke");
  pool.on("error", report);
  pool.on("connect", (client) => client.on("error", report));
  return pool;
}

function workerLogger(log: Logger): WorkerLogger {
  return new WorkerLogger((scope) => (level, message, meta) => {
    const fields = { worker: scope.workerId, job: scope.taskIdentifier };
    // Failures of jobs are told by task-list.ts, which knows what becomes of them.
    if (meta?.failure) log.debug(fields, message);
    else if (level === "error") log.error(fields, message);
    else if (level === "warning") log.warn(fields, message);
    else log.debug(fields, message);
  });
}
