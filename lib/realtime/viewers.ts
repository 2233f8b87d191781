import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import type { RedisClient } from "@/lib/redis/client";

export type Viewers = {
  /** To be told of every token that was minted: who got it listens until then, or has one more soon. Never rejects. */
  note(communityId: string, userId: string, expiresAt: Date): Promise<void>;
  /** At most how many connections listen to a community now. While Redis is away, as many as it said last. Never rejects. */
  count(communityId: string): Promise<number>;
  /** Who of these may have a page open. While nobody can say, all of them. Never rejects. */
  watching(communityId: string, userIds: readonly string[]): Promise<Set<string>>;
  /** Whether telling the community anything is of use. Never rejects. */
  isWatched(communityId: string): Promise<boolean>;
};

/** As long as a token lasts: so much later, whoever Redis has forgotten has asked for a new one. */
const REMEMBERED_MS = 5 * 60_000;

/** When Redis could not be told of a viewer. */
const AGAIN_MS = 500;

type Viewer = { communityId: string; userId: string; expiresAt: Date; id: string };

const keyOf = (communityId: string) => `realtime:{${communityId}}:viewers`;
const membersKeyOf = (communityId: string) => `realtime:{${communityId}}:members`;

/**
 * How many watch a community, counted in tokens that have not ended: with those that were renewed early somewhat too many,
 * which only makes the broadcasts rarer. And which members they are, so that nobody else's own news are sent.
 */
export function createViewers({ redis, now }: { redis: RedisClient; now(): Date }): Viewers {
  const last = new Map<string, number>();
  // A Redis that was emptied must not silence those who listen.
  const remembered = new LRUCache<string, true>({ max: 10_000, ttl: REMEMBERED_MS });
  // Nor one that has not been told yet: whom this process has noted, and until when. Milliseconds since 1970.
  const noted = new LRUCache<string, number>({ max: 50_000 });
  const notedKey = (communityId: string, userId: string) => `${communityId} ${userId}`;

  async function write({ communityId, userId, expiresAt, id }: Viewer): Promise<boolean> {
    const [key, membersKey, expiresAtMs] = [keyOf(communityId), membersKeyOf(communityId), expiresAt.getTime()];
    const answer = await redis.run("note a viewer", async (client) => {
      const pipeline = client.pipeline();
      for (const one of [key, membersKey]) pipeline.zremrangebyscore(one, 0, now().getTime());
      pipeline.zadd(key, { score: expiresAtMs, member: id });
      pipeline.zadd(membersKey, { score: expiresAtMs, member: userId });
      for (const one of [key, membersKey]) pipeline.pexpireat(one, expiresAtMs);
      await pipeline.exec();
    });
    return answer.ok;
  }

  /** Other instances would tell somebody whom Redis does not know nothing until the next token. */
  async function insist(viewer: Viewer): Promise<void> {
    do await sleep(AGAIN_MS, undefined, { ref: false });
    while (viewer.expiresAt > now() && !(await write(viewer)));
  }

  async function count(communityId: string): Promise<number> {
    const answer = await redis.run("count viewers", (client) =>
      client.zcount(keyOf(communityId), now().getTime() + 1, "+inf"),
    );
    if (answer.ok) last.set(communityId, answer.value);
    return last.get(communityId) ?? 0;
  }

  return {
    count,
    async note(communityId, userId, expiresAt) {
      remembered.set(communityId, true);
      noted.set(notedKey(communityId, userId), expiresAt.getTime());
      const viewer = { communityId, userId, expiresAt, id: randomUUID() };
      if (!(await write(viewer))) void insist(viewer);
    },
    async watching(communityId, userIds) {
      if (userIds.length === 0) return new Set();
      const answer = await redis.run("look who watches", (client) =>
        client.zmscore(membersKeyOf(communityId), [...userIds]),
      );
      if (!answer.ok) return new Set(userIds);
      const scores = answer.value ?? [];
      const until = (userId: string, at: number) =>
        Math.max(scores[at] ?? 0, noted.get(notedKey(communityId, userId)) ?? 0);
      return new Set(userIds.filter((userId, at) => until(userId, at) > now().getTime()));
    },
    async isWatched(communityId) {
      if (remembered.has(communityId)) return true;
      const answer = await redis.run("look whether anybody watches", (client) =>
        client.zcount(keyOf(communityId), now().getTime() + 1, "+inf"),
      );
      if (!answer.ok) return true;
      if (answer.value > 0) remembered.set(communityId, true);
      return answer.value > 0;
    },
  };
}
