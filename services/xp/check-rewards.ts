import type { Transaction } from "kysely";
import type { Difference } from "@/services/xp/compare-states";
import type { MemberState } from "@/services/xp/fold";
import { findUser, listRewardRules, listRewards } from "@/services/xp/xp.queries";
import type { DB } from "@/types/database";

/** States of a reward that has not left us: losing the level still cancels it. */
const UNSENT = new Set(["due", "confirmed", "waiting"]);

/**
 * Rewards that do not fit the level of the fold: unsent above it, cancelled at or below it, or missing although the rule was
 * there before the member.
 */
export async function checkRewards(
  trx: Transaction<DB>,
  communityId: string,
  userId: string,
  folded: Pick<MemberState, "level">,
): Promise<Difference[]> {
  const user = await findUser(trx, communityId, userId);
  const rules = await listRewardRules(trx, communityId);
  const rewards = new Map((await listRewards(trx, communityId, userId)).map((reward) => [reward.rule_id, reward]));
  return rules.flatMap((rule): Difference[] => {
    const reward = rewards.get(rule.rule_id);
    const what = `reward of level ${reward?.level ?? rule.level}`;
    if (!reward) {
      const owed =
        rule.active && rule.level <= folded.level && user !== undefined && user.created_at >= rule.created_at;
      return owed ? [{ what, stored: "none", folded: "due" }] : [];
    }
    const reached = reward.level <= folded.level;
    if (!reached && UNSENT.has(reward.state)) return [{ what, stored: reward.state, folded: "cancelled" }];
    // What a person has cancelled stays so at whatever level.
    if (reached && reward.cancelled_because === "level_lost") return [{ what, stored: "cancelled", folded: "due" }];
    return [];
  });
}
