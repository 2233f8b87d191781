import type { Deps } from "@/lib/deps";
import { drain } from "@/lib/drain";
import { sendReward } from "@/services/rewards/send-reward";
import { claimRewards } from "@/services/rewards/send-rewards.queries";

export type SendDeps = Pick<Deps, "db" | "log" | "now" | "whop" | "whopShare">;

export type SendOptions = {
  /** Only of this community; of all, in turns, where it is left out. */
  communityId?: string;
  /** Nothing is begun later. */
  until?: Date;
  /** Told of each member one of whose rewards is in another state than before. */
  onChanged?(communityId: string, userId: string): void;
  /** For so long a reward is one worker's alone; another takes it over after that. Seconds, 60 by default. */
  leaseSeconds?: number;
  /** Draws promo codes. */
  drawCode?(): string;
};

const LEASE_SECONDS = 60;
/** As many are asked of Whop at once; each takes some 0.3 s, and Whop's share is 9 a second. */
const CONCURRENCY = 6;

/**
 * Sends every reward that may be sent now, or finds out what has become of it. Exactly once, whatever is lost on the way: see
 * docs/decisions/0011. Rewards for which it is too early (or Whop away) stay in their rows until their next attempt.
 * @returns how many were worked on. @throws what the database throws when no reward can be claimed.
 */
export function sendRewards(deps: SendDeps, options: SendOptions = {}): Promise<number> {
  const { communityId, until, leaseSeconds = LEASE_SECONDS } = options;
  return drain({
    claim: (limit) => claimRewards(deps.db, { limit, leaseSeconds, communityId }),
    work: (lease) => sendReward(deps, lease, { ...options, leaseSeconds }),
    concurrency: CONCURRENCY,
    until,
    now: deps.now,
  });
}
