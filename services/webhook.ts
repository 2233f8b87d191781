import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { inBackground } from "@/lib/http/background";
import { countWebhook } from "@/services/activity/community-rate";
import { type Reading, readEvent } from "@/services/activity/read-event";
import { afterAward } from "@/services/leaderboard/after-award";
import { awardActivity } from "@/services/xp/award-activity";
import type { Receipt } from "@/services/xp/receipt";

/** Requests that fail verification, a minute and address. */
const REFUSALS_PER_MINUTE = 10;

export type WebhookRequest = { headers: Headers; rawBody: Uint8Array; address: string };

/**
 * Takes a webhook: verifies it on its raw bytes, reads the event and awards it. Resolves only after commit, so that a 2xx means
 * durable; whatever throws here makes the sender try again.
 * @returns the receipt, null for an event that does not count.
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
  const receipt = await awardActivity(deps, communityId, reading.activity);
  inBackground(deps, afterAward(deps, communityId, receipt));
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
async function communityOf(deps: Deps, reading: Extract<Reading, { kind: "activity" }>): Promise<string> {
  const { experienceId, companyId } = reading;
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
