import { randomUUID } from "node:crypto";
import { retryPauseSeconds } from "@/lib/retry-pause";
import { awaitShare } from "@/lib/whop/await-share";
import type { Written } from "@/lib/whop/client";
import type { Reading, SentThroughWhop } from "@/services/rewards/send-kind";
import {
  beginReward,
  callAgain,
  type Delivery,
  deliverReward,
  forgetKey,
  parkReward,
  type Referral,
  type Release,
  referReward,
  releaseReward,
} from "@/services/rewards/send-rewards.queries";
import { refusedBy, SEND_WORDS } from "@/services/rewards/send-words";
import type { Work } from "@/services/rewards/send-work";

/** Whop forgets a key after 24 hours; the minute is for clocks. */
const KEY_SECONDS = 24 * 3600 + 60;
const LOOK_AGAIN_SECONDS = 6 * 3600;
const BUSY_SECONDS = 5;
const LONGEST_WAIT_SECONDS = 10;

/** @returns whether the reward is in another state than before. */
export function sendThroughWhop<R extends object>(work: Work, kind: SentThroughWhop<R>): Promise<boolean> {
  return work.reward.key === null ? start(work, kind) : settle(work, kind);
}

/** Nothing has been asked yet, or nothing that still counts. */
async function start<R extends object>(work: Work, kind: SentThroughWhop<R>): Promise<boolean> {
  const { lease, reward, leaseSeconds } = work;
  // Both before the reading, for that has to be fresh when the call is written down.
  for (const operation of [kind.operations.call, kind.operations.prepare]) {
    if (operation && !(await mayCall(work, operation))) return false;
  }
  const prepared = await kind.prepare(lease, reward);
  if (prepared.kind === "waits") {
    const held = await work.write((trx) => parkReward(trx, lease, LOOK_AGAIN_SECONDS));
    return held && reward.state !== "waiting";
  }
  if (prepared.kind === "no_end") {
    return refer(work, { problem: "no_end", lastError: SEND_WORDS.noEnd, nothingSent: true });
  }
  const key = randomUUID();
  const since = performance.now();
  const begun = await work.write((trx) => beginReward(trx, lease, leaseSeconds, key, prepared.request));
  switch (begun) {
    case "begun":
      await call(work, kind, { request: prepared.request, key, isFirst: true, since });
      return true;
    case "busy":
      return release(work, { because: "not_now", pauseSeconds: BUSY_SECONDS });
    case "too_many":
      return refer(work, { problem: "too_many_attempts", lastError: SEND_WORDS.tooMany, nothingSent: true });
    case "cancelled":
    case "no_budget":
      return true;
    case "lost":
      return false;
  }
}

/** Something was asked, and what came of it is not known: that is read before anything else is done. */
async function settle<R extends object>(work: Work, kind: SentThroughWhop<R>): Promise<boolean> {
  const { lease, reward, leaseSeconds } = work;
  const request = kind.requestOf(reward.request);
  if (!(await mayCall(work, kind.operations.read))) return false;
  const reading = await kind.read(request, reward);
  if (reading.kind !== "absent") return conclude(work, reading);
  if (reward.levelLost || !reading.usable) return outwait(work, reward.levelLost ? "levelLost" : "ended");

  if (!(await mayCall(work, kind.operations.call))) return false;
  const newKey = randomUUID();
  const since = performance.now();
  const key = await work.write((trx) => callAgain(trx, lease, leaseSeconds, newKey));
  if (key === "lost" || key === "between") return false;
  if (key === "too_many") {
    return refer(work, { problem: "too_many_attempts", lastError: SEND_WORDS.tooMany, nothingSent: false });
  }
  return call(work, kind, { request, key, isFirst: false, since });
}

type Asked<R> = {
  request: R;
  key: string;
  /** Nothing was ever asked with this request: what Whop refuses, it has not done before. */
  isFirst: boolean;
  /** When the lease was made longer for it; `performance.now()`. */
  since: number;
};

async function call<R extends object>(work: Work, kind: SentThroughWhop<R>, asked: Asked<R>): Promise<boolean> {
  const { reward, leaseSeconds } = work;
  // Who was frozen meanwhile does not call: another may have the reward by now.
  if (performance.now() - asked.since > (leaseSeconds * 1000) / 2) return false;
  const written = await kind.call(asked.request, asked.key);
  switch (written.kind) {
    case "done":
      return deliver(work, { how: "sent", ...written.value });
    case "refused":
      return refused(work, kind, asked, written);
    case "busy": {
      const pauseSeconds = retryPauseSeconds(reward.failures + 1, written.retryAfterSeconds);
      return release(work, { because: "turned_away", pauseSeconds, lastError: SEND_WORDS.busy });
    }
    case "in_progress":
      return failed(work, SEND_WORDS.inProgress);
    case "unknown":
      return failed(work, SEND_WORDS.answerLost);
  }
}

/** This call had no effect. An earlier one under the same key may have had it, so that is read once more. */
async function refused<R extends object>(
  work: Work,
  kind: SentThroughWhop<R>,
  { request, isFirst }: Asked<R>,
  refusal: Extract<Written<never>, { kind: "refused" }>,
): Promise<boolean> {
  const { status, message } = refusal;
  if (isFirst && kind.isWorthAnother(refusal)) return forget(work, SEND_WORDS.another);
  const isForbidden = status === 403;
  if (!isForbidden || !isFirst) {
    const reading = await kind.read(request, { keyedAt: work.reward.keyedAt, readAt: work.reward.readAt });
    if (reading.kind === "there" || (!isFirst && reading.kind === "unclear")) return conclude(work, reading);
    if (isFirst && reading.kind === "absent" && !reading.usable) return forget(work, SEND_WORDS.another);
  }
  // Another form of the call is under the key, as from another version of WEE5: by reading, until Whop has forgotten it.
  if (!isFirst && /idempotency/i.test(message)) return failed(work, SEND_WORDS.inProgress);
  return refer(work, {
    problem: isForbidden ? "no_permission" : "refused",
    lastError: isForbidden ? SEND_WORDS.noPermission : refusedBy(message),
    nothingSent: isFirst,
  });
}

function conclude(work: Work, reading: Exclude<Reading, { kind: "absent" }>): Promise<boolean> {
  if (reading.kind === "there") return deliver(work, { how: "found", whopId: reading.whopId, read: reading.read });
  return refer(work, { problem: "unknown_outcome", lastError: reading.why, nothingSent: false });
}

/** It is not to be asked for any more, but a call under way may still arrive: until none can, it is only looked at. */
function outwait(work: Work, why: "levelLost" | "ended"): Promise<boolean> {
  const { keyedAt, readAt, failures } = work.reward;
  const leftSeconds = keyedAt ? KEY_SECONDS - (readAt.getTime() - keyedAt.getTime()) / 1000 : 0;
  if (leftSeconds <= 0) return forget(work, SEND_WORDS[why]);
  const pauseSeconds = Math.min(retryPauseSeconds(failures + 1), leftSeconds);
  return release(work, { because: "failed", pauseSeconds, lastError: SEND_WORDS[why] });
}

const failed = (work: Work, lastError: string) =>
  release(work, { because: "failed", pauseSeconds: retryPauseSeconds(work.reward.failures + 1), lastError });

const deliver = (work: Work, delivery: Delivery) => work.write((trx) => deliverReward(trx, work.lease, delivery));

const refer = (work: Work, referral: Referral) => work.write((trx) => referReward(trx, work.lease, referral));

async function forget(work: Work, lastError: string): Promise<boolean> {
  return (await work.write((trx) => forgetKey(trx, work.lease, 0, lastError))) !== null;
}

async function release(work: Work, how: Release): Promise<false> {
  await work.write((trx) => releaseReward(trx, work.lease, how));
  return false;
}

/** Asks for a call of Whop's share. Waits a little for it, because the reward would only go to the end of the queue; else puts it back. */
async function mayCall(work: Work, operation: string): Promise<boolean> {
  const { deps, until } = work;
  const leftSeconds = until ? (until.getTime() - deps.now().getTime()) / 1000 : LONGEST_WAIT_SECONDS;
  const pauseSeconds = await awaitShare(deps, operation, Math.min(LONGEST_WAIT_SECONDS, leftSeconds));
  return pauseSeconds === 0 || release(work, { because: "not_now", pauseSeconds });
}
