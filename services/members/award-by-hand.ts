import { randomUUID } from "node:crypto";
import { sql, type Transaction } from "kysely";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { inBackground } from "@/lib/http/background";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import { afterAward } from "@/services/leaderboard/after-award";
import type { Activity } from "@/services/xp/activity";
import { awardActivities } from "@/services/xp/award-activity";
import { cooldownSecondsLeft } from "@/services/xp/cooldown-key";
import type { Receipt } from "@/services/xp/receipt";
import type { DB } from "@/types/database";

export type AwardByHand = {
  communityId: string;
  /** Who awards: a creator or moderator of the community. */
  by: string;
  userId: string;
  experienceId: string;
  action: string;
  /** Of the request; the same key is the same award. */
  idempotencyKey?: string;
};

/**
 * Awards an activity that happens now, on the word of a creator or moderator. Audited.
 * @throws AppError not_found when the user is no member · cooldown with the seconds left · idempotency_mismatch when the key
 * stands for another award · unavailable.
 */
export async function awardByHand(deps: Deps, award: AwardByHand): Promise<Receipt> {
  const { communityId, userId, action, experienceId, idempotencyKey } = award;
  const { settings } = await findSettings(deps, communityId);
  if (idempotencyKey === undefined) {
    // A request with a key may be the retry of an award that was made, which only Postgres knows.
    const secondsLeft = await cooldownSecondsLeft(deps, settings, { communityId, userId, action });
    if (secondsLeft > 0) throw coolingDown(secondsLeft);
  }
  if ((await deps.access.roleIn(communityId, userId)) === null) {
    throw new AppError("not_found", "There is no such member in this community.");
  }

  const activityId = `api:${award.by}:${idempotencyKey ?? randomUUID()}`;
  const activity: Activity = { activityId, userId, action, occurredAt: deps.now(), experienceId, source: "api" };
  const [receipt] = await awardActivities(deps, communityId, [activity], async (trx, [made]) => {
    // Thrown in the transaction, so that what is refused leaves no trace: neither a cooldown that Redis would have answered,
    // nor another's key.
    if (made) refuse(made, award, settings);
    await audit(trx, award, made);
  });
  if (!receipt) throw new Error("The award gave no receipt.");
  inBackground(deps, afterAward(deps, communityId, receipt));
  return receipt;
}

/** A duplicate is answered as it stands now, whatever became of it. */
function refuse(receipt: Receipt, { userId, action, experienceId }: AwardByHand, settings: Settings): void {
  const { duplicate, outcome, occurredAt, lastPaidAt } = receipt;
  if (!duplicate && outcome === "cooldown") {
    const cooldownMs = (settings.actions[action]?.cooldownSeconds ?? 0) * 1000;
    const endsAt = (lastPaidAt ?? occurredAt).getTime() + cooldownMs;
    throw coolingDown(Math.max(1, Math.ceil((endsAt - occurredAt.getTime()) / 1000)));
  }
  const isAnother =
    receipt.userId !== userId || receipt.action !== action || (receipt.experienceId ?? experienceId) !== experienceId;
  if (duplicate && isAnother) {
    throw new AppError("idempotency_mismatch", "This Idempotency-Key was used for another award.");
  }
}

function coolingDown(retryAfterSeconds: number): AppError {
  return new AppError("cooldown", `No XP: still cooling down, ${retryAfterSeconds} s left.`, { retryAfterSeconds });
}

async function audit(
  trx: Transaction<DB>,
  { communityId, by, userId }: AwardByHand,
  receipt: Receipt | undefined,
): Promise<void> {
  if (!receipt || receipt.duplicate) return;
  const details = JSON.stringify({ activityId: receipt.activityId, outcome: receipt.outcome, xp: receipt.xp });
  await sql`select write_audit(${communityId}, ${by}, 'xp.awarded', ${userId}, ${details}::jsonb)`.execute(trx);
}
