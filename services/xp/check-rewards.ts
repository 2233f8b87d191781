import type { Transaction } from "kysely";
import type { Difference } from "@/services/xp/compare-states";
import type { MemberState } from "@/services/xp/fold";
import { findUser, listRewardRules, listRewards } from "@/services/xp/xp.queries";
import type { DB } from "@/types/database";

/** States of a reward that has not left us: losing what earned it still cancels it. */
const UNSENT = new Set(["due", "confirmed", "waiting"]);

/** What a rule asks for, or what earned a reward: one of the two. */
type Goal = { level: number | null; streak_days: number | null };
type Reached = { level: number; streak: Pick<MemberState["streak"], "longest"> };

/**
 * Rewards that do not fit the level and the longest streak of the fold: unsent above them, cancelled at or below them, or missing
 * although the rule was there before the member.
 */
export async function checkRewards(
  trx: Transaction<DB>,
  communityId: string,
  userId: string,
  folded: Reached,
): Promise<Difference[]> {
  const user = await findUser(trx, communityId, userId);
  const rules = await listRewardRules(trx, communityId);
  const rewards = new Map((await listRewards(trx, communityId, userId)).map((reward) => [reward.rule_id, reward]));
  return rules.flatMap((rule): Difference[] => {
    const reward = rewards.get(rule.rule_id);
    const what = `reward of ${inWords(reward ?? rule)}`;
    if (!reward) {
      const owed = rule.active && hasReached(rule, folded) && user !== undefined && user.created_at >= rule.created_at;
      return owed ? [{ what, stored: "none", folded: "due" }] : [];
    }
    const isReached = hasReached(reward, folded);
    if (!isReached && UNSENT.has(reward.state)) return [{ what, stored: reward.state, folded: "cancelled" }];
    // What a person has cancelled stays so at whatever level.
    const isLost = reward.cancelled_because === "level_lost" || reward.cancelled_because === "streak_lost";
    return isReached && isLost ? [{ what, stored: "cancelled", folded: "due" }] : [];
  });
}

function hasReached({ level, streak_days }: Goal, folded: Reached): boolean {
  return level !== null ? level <= folded.level : (streak_days ?? 0) <= folded.streak.longest;
}

const inWords = ({ level, streak_days }: Goal) => (level !== null ? `level ${level}` : `${streak_days} days in a row`);
