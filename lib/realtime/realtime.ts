import type { Env } from "@/lib/env";
import { type Broadcaster, createBroadcaster } from "@/lib/realtime/broadcaster";
import type { RealtimeLog } from "@/lib/realtime/send";
import { mintRealtimeToken, type RealtimeToken } from "@/lib/realtime/token";
import { createViewers, type Viewers } from "@/lib/realtime/viewers";
import type { RedisClient } from "@/lib/redis/client";

export type Realtime = {
  broadcaster: Broadcaster;
  viewers: Viewers;
  /**
   * For the page of somebody who has just been verified as a member, who counts as a viewer from then on.
   * @throws Error for ids that are not Whop's.
   */
  mintToken(communityId: string, userId: string): Promise<RealtimeToken>;
  /** What a page needs to know to connect; public. */
  forPages: { url: string; anonKey: string };
};

/** All that has to do with telling pages what happens; null where the environment has no Realtime. */
export function createRealtime(
  { supabase }: Pick<Env, "supabase">,
  { redis, log, now }: { redis: RedisClient; log: RealtimeLog; now(): Date },
): Realtime | null {
  if (!supabase) return null;
  const { url, anonKey, serviceRoleKey, jwtSecret, messagesPerSecond } = supabase;
  const viewers = createViewers({ redis, now });
  const broadcaster = createBroadcaster({
    supabaseUrl: url,
    serviceRoleKey,
    redis,
    log,
    now,
    planMessagesPerSecond: messagesPerSecond,
    viewers: viewers.count,
  });
  return {
    broadcaster,
    viewers,
    forPages: { url, anonKey },
    async mintToken(communityId, userId) {
      const minted = await mintRealtimeToken({ jwtSecret, communityId, userId, now: now() });
      await viewers.note(communityId, userId, minted.expiresAt);
      return minted;
    },
  };
}
