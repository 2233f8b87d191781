import { randomUUID } from "node:crypto";
import type { Deps } from "@/lib/deps";
import { drain } from "@/lib/drain";
import type { LeaderboardDeps } from "@/services/leaderboard/read-leaderboard";
import { claimNotifications } from "@/services/notifications/notifications.queries";
import { sendNotification } from "@/services/notifications/send-notification";

export type SendDeps = LeaderboardDeps & Pick<Deps, "env" | "whop" | "whopShare" | "log" | "now">;

export type SendOptions = {
  /** Only of this community; of all where it is left out. */
  communityId?: string;
  /** Nothing is begun later. */
  until?: Date;
};

const CONCURRENCY = 8;

/**
 * Sends every message that may be sent now, each once: replies first, then communities in turns. Running it twice, or at the
 * same time in two places, does no harm. @returns how many were worked on.
 */
export async function sendNotifications(deps: SendDeps, { communityId, until }: SendOptions = {}): Promise<number> {
  return drain({
    // Anew for each turn: who has been taken over from must not look like who took over.
    claim: (limit) => claimNotifications(deps.db, { token: randomUUID(), limit, communityId }),
    work: (notification) => sendNotification(deps, notification),
    concurrency: CONCURRENCY,
    until,
    now: deps.now,
  });
}
