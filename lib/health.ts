import { sql } from "kysely";
import type { Deps } from "@/lib/deps";

export type Check = { ok: boolean; latencyMs: number };
/** How long the oldest job that could run has been waiting, and how many have failed for good and wait for a person. */
export type QueueCheck = Check & { ageSeconds: number; failedJobs: number };
/** `degraded`: awards still work; `down`: they do not. */
export type Health = {
  status: "ok" | "degraded" | "down";
  checks: Record<"database" | "redis" | "whop", Check> & { queue: QueueCheck };
};

/** A job that waits longer than this says that no worker is at work. */
const QUEUE_AGE_LIMIT_SECONDS = 300;

/** Asks every part that we depend on, at the same time. Never throws. */
export async function checkHealth(deps: Pick<Deps, "db" | "redis" | "whop" | "log">): Promise<Health> {
  const [database, redis, whop, queue] = await Promise.all([
    check(deps, "database", async () => {
      await sql`select 1`.execute(deps.db);
    }),
    check(deps, "redis", async () => {
      const answer = await deps.redis.run("ping", (redis) => redis.ping());
      if (!answer.ok) throw new Error("Redis is away.");
    }),
    check(deps, "whop", () => deps.whop.ping()),
    checkQueue(deps),
  ]);
  const status = !database.ok ? "down" : redis.ok && whop.ok && queue.ok ? "ok" : "degraded";
  return { status, checks: { database, redis, whop, queue } };
}

/** Jobs that have failed are told, and make nothing unhealthy: everything else goes on. */
async function checkQueue(deps: Pick<Deps, "db" | "log">): Promise<QueueCheck> {
  let [ageSeconds, failedJobs] = [0, 0];
  const result = await check(deps, "queue", async () => {
    const { rows } = await sql<{ age: number; failed: number }>`
      select queue_age_seconds() as age, failed_job_count() as failed`.execute(deps.db);
    [ageSeconds, failedJobs] = [rows[0]?.age ?? 0, rows[0]?.failed ?? 0];
  });
  return { ...result, ok: result.ok && ageSeconds <= QUEUE_AGE_LIMIT_SECONDS, ageSeconds, failedJobs };
}

async function check({ log }: Pick<Deps, "log">, what: string, ask: () => Promise<void>): Promise<Check> {
  const started = performance.now();
  try {
    await ask();
    return { ok: true, latencyMs: Math.round(performance.now() - started) };
  } catch (error) {
    log.warn({ err: error, what }, "health check failed");
    return { ok: false, latencyMs: Math.round(performance.now() - started) };
  }
}
