import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import type { RewardAction } from "@/services/rewards/queue";

export type RewardDecision = {
  communityId: string;
  /** An admin of the community. */
  by: string;
  rewardId: string;
  action: RewardAction;
  /** Of the entry that the admin saw. */
  seen: string;
};

type Outcome = "done" | "missing" | "changed" | "busy" | "impossible";

/**
 * An admin's decision about one reward: it counts only if the reward is as they saw it and nobody is sending it at this moment.
 * What is to be sent then is woken, not awaited. Audited.
 * @returns whose reward it is. @throws AppError not_found · conflict when it has changed since, is being sent, or is none that this can be done with.
 */
export async function decideReward(deps: Pick<Deps, "db">, decision: RewardDecision): Promise<string> {
  const { communityId, by, rewardId, action, seen } = decision;
  const { rows } = await inCommunity(deps.db, communityId, (trx) =>
    sql<{ outcome: Outcome; userId: string | null }>`
      select d ->> 'outcome' as outcome, d ->> 'userId' as "userId"
      from decide_reward(${communityId}, ${by}, ${rewardId}::uuid, ${action}, ${seen}::bigint) as d`.execute(trx),
  );
  const { outcome, userId } = rows[0] ?? {};
  if (outcome === undefined) throw new Error("The database gave no outcome.");
  if (outcome === "done" && userId) return userId;
  if (outcome === "done" || outcome === "missing") {
    throw new AppError("not_found", "There is no such reward in this community.");
  }
  throw new AppError("conflict", REFUSALS[outcome], { details: { reason: outcome } });
}

const REFUSALS: Record<Exclude<Outcome, "done" | "missing">, string> = {
  changed: "This reward has changed since. Look at it again, then decide.",
  busy: "A reward of this member is being sent right now. Try again in a moment.",
  impossible: "This cannot be done with the reward as it stands.",
};
