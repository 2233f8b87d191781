import type { RewardRule } from "@/services/communities/onboarding";
import type { Card } from "@/services/leaderboard/card";
import type { Ladder } from "@/services/rewards/ladder";
import { type Curve, xpAtLevel } from "@/services/xp/curve";
import { progressOf, type RankName } from "@/services/xp/progress";

const LEVEL = 8;
const SHARE_OF_LEVEL = 0.63;

/** A member who does not exist, on the community's own curve and under its own rank names. */
export function sampleCard(curve: Curve, ranks: readonly RankName[]): Card {
  const level = curve ? Math.min(LEVEL, curve.length) : LEVEL;
  const start = xpAtLevel(curve, level) ?? 0;
  const end = xpAtLevel(curve, level + 1) ?? start;
  return {
    userId: "user_sample",
    name: "A member",
    username: null,
    pictureUrl: null,
    visibility: "public",
    progress: progressOf(curve, ranks, Math.round(start + (end - start) * SHARE_OF_LEVEL)),
    rank: 12,
    members: 248,
    rankChange: 3,
    weekXp: 420,
    streak: { days: 6, longest: 11, freezes: 1, isActiveToday: true, isRestDay: false },
    xpPerDay: 90,
    version: 0,
  };
}

/** What the rules that are on look like to that member. */
export function sampleLadder(rules: readonly RewardRule[], curve: Curve, { progress }: Card): Ladder {
  const on = rules.filter(({ active }) => active);
  return {
    isConfirmed: true,
    granted: [],
    streaks: on.flatMap(({ streakDays, ...rule }) =>
      streakDays === null ? [] : [{ ...reward(rule), days: streakDays, state: "locked" as const }],
    ),
    rungs: on.flatMap(({ level, ...rule }) => {
      if (level === null) return [];
      const state = level <= progress.level ? ("delivered" as const) : ("locked" as const);
      return [{ ...reward(rule), level, startsAt: xpAtLevel(curve, level) ?? null, state }];
    }),
  };
}

function reward({ ruleId, type, value }: Pick<RewardRule, "ruleId" | "type" | "value">) {
  return { ruleId, type, value, changedAt: null, waitsFor: null, isTriedAgain: false, code: null };
}
