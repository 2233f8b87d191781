import { sql } from "kysely";
import type { Deps } from "@/lib/deps";

export type Check = { ok: boolean; latencyMs: number };
/** How long the oldest job that could run has been waiting, and how many have failed for good and wait for a person. */
export type QueueCheck = Check & { ageSeconds: number; failedJobs: number };
/**
 * Of reading from Whop: how long the first community in the line has waited for its turn; how far behind the worst is, of what we may read;
 * and how many features have a problem. The latter two are mostly one community's (a permission that is missing, a list of Whop's that has
 * no end), and make nothing unhealthy.
 */
export type SyncCheck = Check & {
  communities: number;
  waitingSeconds: number;
  lagSeconds: number;
  failingFeatures: number;
};
/** `degraded`: awards still work; `down`: they do not. */
export type Health = {
  status: "ok" | "degraded" | "down";
  checks: Record<"database" | "redis" | "whop", Check> & { queue: QueueCheck; sync: SyncCheck };
};

/** A job that waits longer than this says that no worker is at work. */
const QUEUE_AGE_LIMIT_SECONDS = 300;
/** A community that waits longer for its turn says that nobody reads, or that there are more than our share of Whop's limit allows. */
const SYNC_WAIT_LIMIT_SECONDS = 900;

/** Asks every part that we depend on, at the same time. Never throws. */
export async function checkHealth(deps: Pick<Deps, "db" | "redis" | "whop" | "log">): Promise<Health> {
  const [database, redis, whop, queue, sync] = await Promise.all([
    check(deps, "database", async () => {
      await sql`select 1`.execute(deps.db);
    }),
    check(deps, "redis", async () => {
      const answer = await deps.redis.run("ping", (redis) => redis.ping());
      if (!answer.ok) throw new Error("Redis is away.");
    }),
    check(deps, "whop", () => deps.whop.ping()),
    checkQueue(deps),
    checkSync(deps),
  ]);
  const status = !database.ok ? "down" : redis.ok && whop.ok && queue.ok && sync.ok ? "ok" : "degraded";
  return { status, checks: { database, redis, whop, queue, sync } };
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

async function checkSync(deps: Pick<Deps, "db" | "log">): Promise<SyncCheck> {
  let found = { communities: 0, waitingSeconds: 0, lagSeconds: 0, failingFeatures: 0 };
  const result = await check(deps, "sync", async () => {
    const { rows } = await sql<typeof found>`
      select communities, waiting_seconds as "waitingSeconds", lag_seconds as "lagSeconds", failing_features as "failingFeatures"
      from sync_health()`.execute(deps.db);
    found = rows[0] ?? found;
  });
  return { ...result, ok: result.ok && found.waitingSeconds <= SYNC_WAIT_LIMIT_SECONDS, ...found };
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
