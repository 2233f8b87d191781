import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import type { RewardType, RewardValue } from "@/services/rewards/ladder";

export type RewardGrant = {
  communityId: string;
  /** An admin of the community. */
  by: string;
  userId: string;
  type: RewardType;
  value: RewardValue;
  /** What is said to the member with it. */
  note?: string;
  /** Of the request; the same key is the same reward. */
  idempotencyKey?: string;
};

/**
 * Gives a member a reward by hand, for no level; it is sent like any other. Audited.
 * @returns the reward's id. @throws AppError not_found when the user is no member · conflict before the community's rewards are confirmed ·
 * idempotency_mismatch when the key stands for another reward · unavailable.
 */
export async function grantReward(deps: Pick<Deps, "db" | "access">, grant: RewardGrant): Promise<string> {
  const { communityId, by, userId, type, value, note, idempotencyKey } = grant;
  if ((await deps.access.roleIn(communityId, userId)) === null) {
    throw new AppError("not_found", "There is no such member in this community.");
  }
  const key = idempotencyKey ?? randomUUID();
  const { rows } = await inCommunity(deps.db, communityId, (trx) =>
    sql<{ outcome: string; rewardId: string | null }>`
      select g ->> 'outcome' as outcome, g ->> 'rewardId' as "rewardId"
      from grant_reward(${communityId}, ${by}, ${userId}, ${type}, ${JSON.stringify(value)}::jsonb, ${note ?? null}, ${key}) as g`.execute(
      trx,
    ),
  );
  const { outcome, rewardId } = rows[0] ?? {};
  if (outcome === "not_confirmed") {
    throw new AppError(
      "conflict",
      "Nothing is sent here yet. Finish the setup on the overview first: it confirms what levels pay.",
    );
  }
  if (outcome === "other") {
    throw new AppError("idempotency_mismatch", "This Idempotency-Key was used for another reward.");
  }
  if (!rewardId) throw new Error("The database gave no reward.");
  return rewardId;
}
