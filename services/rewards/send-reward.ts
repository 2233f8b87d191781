import { inCommunity } from "@/lib/db/database";
import { isUnavailable } from "@/lib/db/unavailable";
import { AppError } from "@/lib/errors";
import { retryPauseSeconds } from "@/lib/retry-pause";
import { sendFreeDays } from "@/services/rewards/send-free-days";
import { randomCode, sendPromoCode } from "@/services/rewards/send-promo-code";
import type { SendDeps, SendOptions } from "@/services/rewards/send-rewards";
import {
  deliverReward,
  findClaimed,
  type Lease,
  referReward,
  releaseReward,
} from "@/services/rewards/send-rewards.queries";
import { sendThroughWhop } from "@/services/rewards/send-through-whop";
import { SEND_WORDS } from "@/services/rewards/send-words";
import type { Work } from "@/services/rewards/send-work";

/** Takes one reward a step further, or to its end. Never rejects: what goes wrong is written into its row, or its lease ends. */
export async function sendReward(
  deps: SendDeps,
  lease: Lease,
  { leaseSeconds, until, onChanged, drawCode = randomCode }: SendOptions & { leaseSeconds: number },
): Promise<void> {
  const write: Work["write"] = (query) => inCommunity(deps.db, lease.communityId, query);
  try {
    const reward = await write((trx) => findClaimed(trx, lease));
    if (reward === undefined) return;
    const work = { deps, lease, reward, leaseSeconds, until, write };
    const isOther = await byType(work, drawCode).catch((error: unknown) => putBack(work, error));
    if (isOther) onChanged?.(lease.communityId, reward.userId);
  } catch (error) {
    // The lease ends by itself, and whoever takes the reward over then reads how far it has come.
    deps.log.warn({ err: error, ...idsOf(lease) }, "a reward was left to the end of its lease");
  }
}

function byType(work: Work, drawCode: () => string): Promise<boolean> {
  switch (work.reward.type) {
    case "free_days":
      return sendThroughWhop(work, sendFreeDays(work.deps));
    case "promo_code":
      return sendThroughWhop(work, sendPromoCode(work.deps, drawCode));
    case "badge":
    case "custom":
      return work.write((trx) => deliverReward(trx, work.lease, { how: "here" }));
  }
}

/** @returns whether the reward is in another state than before. */
async function putBack(work: Work, error: unknown): Promise<boolean> {
  const { deps, lease, reward, write } = work;
  // It may have been thrown after the first call: a key that is there stays.
  const nothingSent = false;
  if (error instanceof AppError && error.code === "forbidden") {
    const referral = { problem: "no_permission", lastError: SEND_WORDS.noPermission, nothingSent } as const;
    return write((trx) => referReward(trx, lease, referral));
  }
  if (error instanceof AppError && error.code === "not_found") {
    const problem = reward.key === null ? "refused" : "unknown_outcome";
    return write((trx) => referReward(trx, lease, { problem, lastError: SEND_WORDS.notThere, nothingSent }));
  }
  const isAway = error instanceof AppError && error.code === "unavailable";
  // What loses the way to Whop looks like what loses the way to the database, where nothing can be written down.
  if (!isAway && isUnavailable(error)) throw error;
  if (!isAway) deps.log.error({ err: error, ...idsOf(lease) }, "a reward failed for a reason of our own");
  const asked = error instanceof AppError ? error.retryAfterSeconds : undefined;
  const release = {
    because: isAway ? "failed" : "error",
    pauseSeconds: retryPauseSeconds(reward.failures + 1, asked),
    lastError: isAway ? SEND_WORDS.whopAway : SEND_WORDS.own,
  } as const;
  await write((trx) => releaseReward(trx, lease, release));
  return false;
}

const idsOf = ({ communityId, rewardId }: Lease) => ({ communityId, rewardId });
