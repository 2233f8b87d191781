import { Ratelimit } from "@upstash/ratelimit";
import type { Redis } from "@upstash/redis";
import { LRUCache } from "lru-cache";
import { AppError } from "@/lib/errors";
import type { RedisClient } from "@/lib/redis/guard";

export type Limit = {
  /** What is limited: part of the key and of the log. */
  name: string;
  /** Who: a caller, an address, a community. */
  key: string;
  max: number;
  windowSeconds: number;
  /** How much this request takes of the window. Default 1. */
  cost?: number;
};

export type Verdict = {
  allowed: boolean;
  /** For `Retry-After`: whole seconds until the window ends; 0 when allowed. */
  retryAfterSeconds: number;
  remaining: number;
};

export type RateLimiter = { limit(limit: Limit): Promise<Verdict> };

type Judge = { limit(limit: Limit): Promise<Pick<Verdict, "allowed" | "retryAfterSeconds">> };

/** Takes one of what a limit allows. @throws AppError rate_limited when there is none left */
export async function refuseOver(limiter: Judge, limit: Limit): Promise<void> {
  const { allowed, retryAfterSeconds } = await limiter.limit(limit);
  if (!allowed) throw new AppError("rate_limited", "Too many requests. Wait a moment.", { retryAfterSeconds });
}

/** Bounds the memory an attacker with many addresses can fill, not what any one of them may do. */
const KEYS_KEPT = 50_000;
const LIMITERS_KEPT = 1_000;

/**
 * Limits how often something may happen, in a sliding window that all instances share through Redis. While Redis is away a
 * window of the same size in this process decides: never unlimited, never an error.
 */
export function createRateLimiter(redis: RedisClient, now: () => number = Date.now): RateLimiter {
  const limiters = new LRUCache<string, Ratelimit>({ max: LIMITERS_KEPT });
  const local = createLocalLimiter(now);

  function limiterFor(client: Redis, { name, max, windowSeconds }: Limit): Ratelimit {
    const id = `${name}:${max}:${windowSeconds}`;
    const known = limiters.get(id);
    if (known) return known;
    const made = new Ratelimit({
      redis: client,
      limiter: Ratelimit.slidingWindow(max, `${windowSeconds} s`),
      prefix: `limit:${name}`,
      // Its own way out of a timeout is to allow, and its memory has no bound: both are ours to decide.
      timeout: 0,
      ephemeralCache: false,
      enableTelemetry: false,
    });
    limiters.set(id, made);
    return made;
  }

  return {
    async limit(limit) {
      const cost = limit.cost ?? 1;
      const answer = await redis.run(`limit ${limit.name}`, (client) =>
        // Braces keep both windows of a key on one node of a cluster.
        limiterFor(client, limit).limit(`{${limit.key}}`, { rate: cost }),
      );
      if (!answer.ok) return local(limit);
      const { success, remaining, reset } = answer.value;
      return {
        allowed: success,
        retryAfterSeconds: success ? 0 : secondsUntil(reset, now()),
        remaining: Math.max(0, remaining),
      };
    },
  };
}

/** Fixed windows in memory. */
function createLocalLimiter(now: () => number): (limit: Limit) => Verdict {
  const windows = new LRUCache<string, { index: number; used: number }>({ max: KEYS_KEPT });
  return ({ name, key, max, windowSeconds, cost = 1 }) => {
    const time = now();
    const index = Math.floor(time / (windowSeconds * 1000));
    const id = `${name}:${max}:${windowSeconds}:${key}`;
    const known = windows.get(id);
    const window = known?.index === index ? known : { index, used: 0 };
    const allowed = window.used + cost <= max;
    if (allowed) window.used += cost;
    windows.set(id, window);
    return {
      allowed,
      retryAfterSeconds: allowed ? 0 : secondsUntil((index + 1) * windowSeconds * 1000, time),
      remaining: Math.max(0, max - window.used),
    };
  };
}

function secondsUntil(momentMs: number, nowMs: number): number {
  return Math.max(1, Math.ceil((momentMs - nowMs) / 1000));
}
