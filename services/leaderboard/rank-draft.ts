import type { Redis } from "@upstash/redis";
import type { Deps } from "@/lib/deps";
import type { Score } from "@/services/leaderboard/leaderboard.queries";
import { entries, KEPT_SECONDS, parts, SLOW_MS, SYNCED } from "@/services/leaderboard/rank-set";

const LOCKED_MS = 30_000;
const DRAFT_SECONDS = 300;

/** A set in the making, which replaces the present one when it is complete. */
export type Draft = {
  add(scores: readonly Score[]): Promise<boolean>;
  /** @param syncedAtMs before the first of its scores was read. */
  publish(syncedAtMs: number): Promise<boolean>;
  end(): Promise<void>;
};

/** Begins to make a set anew; null when another process is at it, or there is no Redis. All its steps say whether they succeeded. */
export async function beginDraft(deps: Pick<Deps, "redis">, key: string, token: string): Promise<Draft | null> {
  const [lock, draft] = [`${key}:lock`, `${key}:draft:${token}`];
  const run = async (what: string, command: (redis: Redis) => Promise<unknown>) =>
    (await deps.redis.run(what, command, { timeoutMs: SLOW_MS })).ok;

  const locked = await deps.redis.run("lock ranks", (redis) => redis.set(lock, token, { nx: true, px: LOCKED_MS }));
  if (!locked.ok || locked.value === null) return null;
  return {
    async add(scores) {
      for (const part of parts(scores)) {
        const added = await run("rebuild ranks", async (redis) => {
          const pipeline = redis.pipeline();
          pipeline
            .zadd(draft, ...entries(part))
            .expire(draft, DRAFT_SECONDS)
            .pexpire(lock, LOCKED_MS);
          await pipeline.exec();
        });
        if (!added) return false;
      }
      return true;
    },
    publish: (syncedAtMs) =>
      run("publish ranks", async (redis) => {
        const pipeline = redis.pipeline();
        pipeline.zadd(draft, { score: -syncedAtMs, member: SYNCED }).expire(draft, KEPT_SECONDS).rename(draft, key);
        await pipeline.exec();
      }),
    async end() {
      await run("unlock ranks", (redis) => redis.del(lock));
    },
  };
}
