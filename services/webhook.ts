import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { countWebhook } from "@/services/activity/community-rate";
import { recordedUnder } from "@/services/activity/facts";
import { type Place, type Reading, readEvent } from "@/services/activity/read-event";
import { findSettings } from "@/services/communities/find-settings";
import { recordMembership } from "@/services/members/record-membership";
import { queueReply } from "@/services/notifications/commands/queue-reply";
import { deliverSoon, replySoon } from "@/services/notifications/deliver-soon";
import { tellAwards } from "@/services/notifications/tell-awards";
import type { Activity } from "@/services/xp/activity";
import { awardActivities, awardActivity } from "@/services/xp/award-activity";
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

  const reading = readEvent(deps, verdict.body, verdict.timestamp);
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
    case "reaction":
      return awardReaction(deps, communityId, reading.activities);
    case "command": {
      const queued = await queueReply(deps, communityId, reading.asked);
      // Who took the message the first time may have been ended before the reply went out.
      if (queued === "queued" || queued === "repeated") replySoon(deps, communityId);
      return null;
    }
    case "membership": {
      // First, so that what the joining pays counts for who has come back.
      await recordMembership(deps, communityId, [reading.fact]);
      const receipt = reading.activity ? await award(deps, communityId, reading.activity) : null;
      deliverSoon(deps, communityId);
      return receipt;
    }
  }
}

async function award(deps: Deps, communityId: string, activity: Activity): Promise<Receipt> {
  const receipt = await awardActivity(deps, communityId, activity);
  tellAwards(deps, communityId, [receipt]);
  return receipt;
}

/** Both members of it in one transaction, where the author's part counts. */
async function awardReaction(deps: Deps, communityId: string, found: readonly Activity[]): Promise<Receipt | null> {
  const { settings } = await findSettings(deps, communityId);
  const activities = recordedUnder(settings, found);
  const [given, received] = activities;
  if (given && !received) return award(deps, communityId, given);
  const receipts = await awardActivities(deps, communityId, activities);
  tellAwards(deps, communityId, receipts);
  return receipts[0] ?? null;
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
