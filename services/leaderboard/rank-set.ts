import type { Deps } from "@/lib/deps";
import type { Score } from "@/services/leaderboard/leaderboard.queries";

/**
 * A board in Redis: a sorted set of user ids by XP. One more entry says up to which time of the database's clock the set is
 * complete. It lies inside the set, so that losing, replacing or restoring the set takes it along; a set without it counts as
 * none. Its name has blanks, as no user id has, and its score (the time in milliseconds, negative) is below every XP.
 */
export const SYNCED = "the time up to which this set is complete";

/** Sets that nobody reads go, those of past weeks too. */
export const KEPT_SECONDS = 24 * 60 * 60;
const PER_COMMAND = 2_000;
/** For commands with many members; nobody waits for an answer meanwhile. */
export const SLOW_MS = 4_000;

export type RankSet = {
  /** Milliseconds of the database's clock. */
  syncedAtMs: number;
  /** How many members have more XP, for each XP that was asked. */
  above: number[];
};

/** The set's answer; "missing" when there is no complete set, "away" when there is no Redis. */
export async function readRankSet(
  deps: Pick<Deps, "redis">,
  key: string,
  xps: readonly number[],
): Promise<RankSet | "missing" | "away"> {
  const answer = await deps.redis.run("read ranks", async (redis) => {
    const pipeline = redis.pipeline();
    pipeline.zscore(key, SYNCED);
    for (const xp of xps) pipeline.zcount(key, `(${xp}`, "+inf");
    // A key that is no sorted set answers with errors: there is no set then.
    return pipeline.exec({ keepErrors: true });
  });
  if (!answer.ok) return "away";
  const [synced, ...above] = answer.value.map(({ result }) => result);
  const isComplete = typeof synced === "number" && synced < 0 && above.every((count) => typeof count === "number");
  return isComplete ? { syncedAtMs: -synced, above: above as number[] } : "missing"; // checked a line above
}

/**
 * Writes members who have moved (0 or less XP takes one out) and that the set is complete up to a time. A set that has gone
 * meanwhile gets no such time, and so counts as none.
 */
export async function writeMoves(
  deps: Pick<Deps, "redis">,
  key: string,
  moved: readonly Score[],
  syncedAtMs: number,
): Promise<void> {
  await deps.redis.run("catch up with ranks", async (redis) => {
    const pipeline = redis.pipeline();
    for (const part of parts(moved.filter(({ xp }) => xp > 0))) pipeline.zadd(key, ...entries(part));
    for (const part of parts(moved.filter(({ xp }) => xp <= 0))) {
      pipeline.zrem(key, ...part.map(({ userId }) => userId));
    }
    pipeline.zadd(key, { xx: true }, { score: -syncedAtMs, member: SYNCED });
    pipeline.expire(key, KEPT_SECONDS);
    await pipeline.exec();
  });
}

/** New totals of members who are on the board already. They are hints: who reads the set catches up first. */
export async function hintScores(deps: Pick<Deps, "redis">, key: string, scores: readonly Score[]): Promise<void> {
  if (scores.length === 0) return;
  await deps.redis.run("push ranks", async (redis) => {
    const pipeline = redis.pipeline();
    for (const part of parts(scores)) pipeline.zadd(key, { xx: true }, ...entries(part));
    await pipeline.exec();
  });
}

/** Says of a set that it cannot be trusted: nobody reads it any more, and the next one to ask has it rebuilt. */
export async function distrust(deps: Pick<Deps, "redis">, key: string): Promise<void> {
  await deps.redis.run("distrust ranks", (redis) => redis.zrem(key, SYNCED));
}

/** Everything a set holds, for comparing; undefined when there is none or no Redis. */
export async function readAll(deps: Pick<Deps, "redis">, key: string): Promise<Score[] | undefined> {
  const scores: Score[] = [];
  let isComplete = false;
  for (let from = 0; ; from += PER_COMMAND) {
    const answer = await deps.redis.run(
      "read all ranks",
      (redis) => redis.zrange<(string | number)[]>(key, from, from + PER_COMMAND - 1, { withScores: true }),
      { timeoutMs: SLOW_MS },
    );
    if (!answer.ok) return undefined;
    for (let at = 0; at < answer.value.length; at += 2) {
      const [userId, xp] = [String(answer.value[at]), Number(answer.value[at + 1])];
      if (userId === SYNCED) isComplete = true;
      else scores.push({ userId, xp });
    }
    if (answer.value.length < 2 * PER_COMMAND) return isComplete ? scores : undefined;
  }
}

export function* parts<T>(all: readonly T[]): Generator<T[]> {
  for (let from = 0; from < all.length; from += PER_COMMAND) yield all.slice(from, from + PER_COMMAND);
}

export type Entry = { score: number; member: string };

/** Scores as the Redis client takes them. @throws Error for none: its command needs one. */
export function entries(scores: readonly Score[]): [Entry, ...Entry[]] {
  const [first, ...others] = scores.map(({ userId, xp }) => ({ score: xp, member: userId }));
  if (!first) throw new Error("There must be a score to write.");
  return [first, ...others];
}
