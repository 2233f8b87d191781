import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { inBackground } from "@/lib/http/background";
import { countWebhook } from "@/services/activity/community-rate";
import { type Place, type Reading, readEvent } from "@/services/activity/read-event";
import { afterAward } from "@/services/leaderboard/after-award";
import { queueReply } from "@/services/notifications/commands/queue-reply";
import { deliverAfterAward, deliverSoon, replySoon } from "@/services/notifications/deliver-soon";
import { resumeWaiting } from "@/services/rewards/resume-waiting";
import type { Activity } from "@/services/xp/activity";
import { awardActivity } from "@/services/xp/award-activity";
import type { Receipt } from "@/services/xp/receipt";

/** Requests that fail verification, a minute and address. */
const REFUSALS_PER_MINUTE = 10;

export type WebhookRequest = { headers: Headers; rawBody: Uint8Array; address: string };

/**
 * Takes a webhook: verifies it on its raw bytes, reads the event and does what it is for. Resolves only after commit, so that a
 * 2xx means durable; whatever throws here makes the sender try again.
 * @returns the receipt, null for an event that is no activity.
 * @throws AppError unauthorized · rate_limited · bad_request · not_found for an experience that Whop does not know · unavailable.
 */
export async function receiveWebhook(
  deps: Deps,
  { headers, rawBody, address }: WebhookRequest,
): Promise<Receipt | null> {
  const verdict = deps.verifyWebhook({ headers, rawBody, now: deps.now() });
  if (!verdict.ok) throw await refusal(deps, verdict.reason, address);

  const reading = readEvent(deps, verdict.body);
  if (reading.kind === "ignored") {
    const event = reading.reason.replace(/[^\x20-\x7e]/g, "?"); // NUL is in JSON, and in no text of Postgres
    deps.log.info({ event }, "webhook ignored");
    await sql`select count_ignored_event(${event})`.execute(deps.db);
    return null;
  }
  const communityId = await communityOf(deps, reading);
  countWebhook(deps, communityId);
  return take(deps, communityId, reading);
}

/** What is said after the answer may fail: it is noted down with what is said here, and the jobs come to it. */
async function take(
  deps: Deps,
  communityId: string,
  reading: Exclude<Reading, { kind: "ignored" }>,
): Promise<Receipt | null> {
  switch (reading.kind) {
    case "activity":
      return award(deps, communityId, reading.activity);
    case "command": {
      const queued = await queueReply(deps, communityId, reading.asked);
      // Who took the message the first time may have been ended before the reply went out.
      if (queued === "queued" || queued === "repeated") replySoon(deps, communityId);
      return null;
    }
    case "membership": {
      const receipt = reading.activity ? await award(deps, communityId, reading.activity) : null;
      await resumeWaiting(deps, communityId, reading.userId);
      deliverSoon(deps, communityId);
      return receipt;
    }
  }
}

async function award(deps: Deps, communityId: string, activity: Activity): Promise<Receipt> {
  const receipt = await awardActivity(deps, communityId, activity);
  inBackground(deps, afterAward(deps, communityId, receipt));
  deliverAfterAward(deps, communityId, receipt);
  return receipt;
}

/** Ten failures a minute are told what is wrong; after that the address is told to wait. */
async function refusal(deps: Deps, reason: string, address: string): Promise<AppError> {
  const { allowed, retryAfterSeconds } = await deps.limiter.limit({
    name: "webhook-refused",
    key: address,
    max: REFUSALS_PER_MINUTE,
    windowSeconds: 60,
  });
  if (!allowed) return new AppError("rate_limited", "Too many webhooks that fail verification.", { retryAfterSeconds });
  return new AppError("unauthorized", "The signature of this webhook does not hold.", { details: { reason } });
}

/** Whop says which community an experience belongs to; its signed event may also name the company itself. */
async function communityOf(deps: Deps, { experienceId, companyId }: Place): Promise<string> {
  const community = experienceId ? await deps.communities.resolve(experienceId) : null;
  if (community) return community.communityId;
  if (companyId) {
    const company = await deps.communities.resolve(companyId);
    if (company) return company.communityId;
    // Whop signed for it, so it is there, even where our key may not read it.
    await inCommunity(deps.db, companyId, (trx) => sql`select ensure_community(${companyId}, '')`.execute(trx));
    return companyId;
  }
  throw new AppError("not_found", "Whop knows no such experience.");
}
