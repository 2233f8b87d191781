import type { RedisClient } from "@/lib/redis/client";

/** A Redis that is never there. */
export const redisAway: RedisClient = {
  run: async () => ({ ok: false }),
  state: () => "open",
  close: async () => undefined,
};
