import type { RateLimiter } from "@/lib/redis/rate-limit";

/** Whop allows 600 calls a minute for each of its operations; a tenth is left to pages, which do not ask here. */
const CALLS_PER_SECOND = 9;

export interface WhopShare {
  /**
   * Asks for one call of `operation` ("memberships.addFreeDays"), to be made at once. `retryAfterSeconds` is whole seconds, 0 when
   * allowed.
   */
  take(operation: string): Promise<{ allowed: boolean; retryAfterSeconds: number }>;
}

/**
 * What background work may take of Whop's limit, over all instances: 9 calls of an operation in each second of the clock, 540 a
 * minute. Seconds, so that what is claimed in turns is also sent in turns, rather than a minute's calls going to whoever wakes first.
 * While Redis is away each process has as much for itself: neither without bound nor nothing.
 */
export function createWhopShare({ limiter, now }: { limiter: RateLimiter; now: () => Date }): WhopShare {
  return {
    async take(operation) {
      const second = Math.floor(now().getTime() / 1_000);
      // Each second has a key of its own: a window that slides would give whoever comes back after a second, as told, half of it.
      const limit = { name: "whop", key: `${operation}:${second}`, max: CALLS_PER_SECOND, windowSeconds: 60 };
      const { allowed } = await limiter.limit(limit);
      return { allowed, retryAfterSeconds: allowed ? 0 : 1 };
    },
  };
}
