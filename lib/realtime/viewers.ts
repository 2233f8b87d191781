import { randomUUID } from "node:crypto";
import type { RedisClient } from "@/lib/redis/client";

export type Viewers = {
  /** To be told of every token that was minted: who got it listens until then, or has one more soon. Never rejects. */
  note(communityId: string, expiresAt: Date): Promise<void>;
  /** At most how many connections listen to a community now. While Redis is away, as many as it said last. Never rejects. */
  count(communityId: string): Promise<number>;
};

const keyOf = (communityId: string) => `realtime:{${communityId}}:viewers`;

/**
 * How many watch a community, counted in tokens that have not ended: with those that were renewed early somewhat too many,
 * which only makes the broadcasts rarer.
 */
export function createViewers({ redis, now }: { redis: RedisClient; now(): Date }): Viewers {
  const last = new Map<string, number>();
  return {
    async note(communityId, expiresAt) {
      const key = keyOf(communityId);
      await redis.run("note a viewer", async (client) => {
        const pipeline = client.pipeline();
        pipeline.zremrangebyscore(key, 0, now().getTime());
        pipeline.zadd(key, { score: expiresAt.getTime(), member: randomUUID() });
        pipeline.pexpireat(key, expiresAt.getTime());
        await pipeline.exec();
      });
    },
    async count(communityId) {
      const answer = await redis.run("count viewers", (client) =>
        client.zcount(keyOf(communityId), now().getTime() + 1, "+inf"),
      );
      if (answer.ok) last.set(communityId, answer.value);
      return last.get(communityId) ?? 0;
    },
  };
}
