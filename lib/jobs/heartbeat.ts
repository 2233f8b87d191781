import type { Pool } from "pg";
import type { Deps } from "@/lib/deps";
import { recoverDeadJobs, SILENT_SECONDS } from "./recover";

export type Timing = {
  /** Between two heartbeats. */
  beatSeconds: number;
  /** Who has been silent for so long is taken for dead. */
  silentSeconds: number;
  /** Between two looks for dead workers' jobs. */
  recoverSeconds: number;
};

export const USUAL_TIMING: Timing = { beatSeconds: 15, silentSeconds: SILENT_SECONDS, recoverSeconds: 30 };

export type Heartbeat = { stop(): Promise<void> };

/** Says that a worker lives, from now until `stop()`, and looks whether others still do. Database trouble is logged and outlived. */
export function startHeartbeat(
  deps: Pick<Deps, "db" | "log">,
  queue: Pool,
  workerId: string,
  { beatSeconds, silentSeconds, recoverSeconds }: Timing,
): Heartbeat {
  let isKnown = false;
  let recoveredAt = Number.NEGATIVE_INFINITY;
  let underWay = Promise.resolve();

  async function beat(): Promise<void> {
    const wasGone = await saySeen(queue, workerId);
    if (wasGone && isKnown)
      deps.log.warn({ worker: workerId }, "this worker was silent for too long: its jobs are others' now");
    isKnown = true;
    // After the heartbeat: one that wakes up must not take itself for dead.
    if (performance.now() - recoveredAt < recoverSeconds * 1000) return;
    recoveredAt = performance.now();
    await recoverDeadJobs(deps, silentSeconds);
  }

  function next(): void {
    underWay = underWay
      .then(beat)
      .catch((error: unknown) => deps.log.warn({ err: error, worker: workerId }, "a worker's heartbeat failed"));
  }

  next();
  const timer = setInterval(next, Math.min(beatSeconds, recoverSeconds) * 1000);
  return {
    async stop() {
      clearInterval(timer);
      await underWay;
      await queue
        .query("delete from public.worker_heartbeats where worker_id = $1", [workerId])
        .catch((error: unknown) => deps.log.warn({ err: error, worker: workerId }, "a worker left without a word"));
    },
  };
}

/** @returns true when nobody knew of the worker (any more). */
async function saySeen(queue: Pool, workerId: string): Promise<boolean> {
  const { rows } = await queue.query<{ is_new: boolean }>(
    `insert into public.worker_heartbeats (worker_id) values ($1)
     on conflict (worker_id) do update set seen_at = now() returning started_at = seen_at as is_new`,
    [workerId],
  );
  return rows[0]?.is_new === true;
}
