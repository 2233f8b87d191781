import { portraitOf, ROBIN_ID } from "@/components/site/sample-people";
import type { Card } from "@/services/leaderboard/card";
import type { Ladder, Rung } from "@/services/rewards/ladder";
import { xpAtLevel } from "@/services/xp/curve";
import { type Progress, progressOf, type RankName } from "@/services/xp/progress";

/** A made-up community: the default curve and the default rewards, so that every number is one the rules would give. */
const RANKS: readonly RankName[] = [
  { level: 1, name: "Newcomer" },
  { level: 5, name: "Regular" },
  { level: 10, name: "Insider" },
  { level: 25, name: "Veteran" },
  { level: 50, name: "Expert" },
  { level: 100, name: "Legend" },
];

const REWARDS: readonly Pick<Rung, "level" | "type" | "value">[] = [
  { level: 5, type: "free_days", value: { days: 3 } },
  { level: 10, type: "free_days", value: { days: 7 } },
  { level: 25, type: "free_days", value: { days: 14 } },
  { level: 50, type: "free_days", value: { days: 30 } },
  { level: 100, type: "promo_code", value: { percentOff: 50 } },
];

const START_XP = 2_642;
/** What messages and reactions pay, one after the other. */
const AWARDS = [20, 20, 5, 20, 5];
/** What those ahead of Robin have, the nearest first. */
const AHEAD = [2_679, 2_774, 2_812, 2_990, 3_225, 3_640];
const START_RANK = 18;

/** How many awards it takes to the next gate, where the sample ends. */
export const LAST_STEP = stepsTo(levelStart(10));

export function sampleProgress(xp: number): Progress {
  return progressOf(null, RANKS, xp);
}

/** Robin after so many awards. */
export function sampleCard(step: number): Card {
  const xp = xpAfter(step);
  const passed = AHEAD.filter((ahead) => ahead <= xp).length;
  return {
    userId: ROBIN_ID,
    name: "Robin Hale",
    username: "robin",
    pictureUrl: portraitOf(ROBIN_ID),
    visibility: "public",
    progress: sampleProgress(xp),
    rank: START_RANK - passed,
    members: 248,
    rankChange: 4 + passed,
    weekXp: 612 + xp - START_XP,
    xpPerDay: 90,
    streak: { days: 6, longest: 11, freezes: 1, isActiveToday: true, isRestDay: false },
    version: step,
  };
}

/** What the card shows as just earned; null before the first award. */
export function sampleGain(step: number): { xp: number; version: number } | null {
  return step === 0 ? null : { xp: awardAt(step - 1), version: step };
}

export function sampleLadder(step: number): Ladder {
  const xp = xpAfter(step);
  return {
    isConfirmed: true,
    granted: [],
    streaks: [],
    rungs: REWARDS.map((reward) => {
      const startsAt = levelStart(reward.level);
      return {
        ...reward,
        ruleId: `level-${reward.level}`,
        startsAt,
        state: startsAt <= xp ? "due" : "locked",
        changedAt: null,
        waitsFor: null,
        isTriedAgain: false,
        code: null,
      };
    }),
  };
}

function xpAfter(step: number): number {
  let xp = START_XP;
  for (let index = 0; index < step; index += 1) xp += awardAt(index);
  return xp;
}

function awardAt(index: number): number {
  return AWARDS[index % AWARDS.length] ?? 0;
}

function stepsTo(xp: number): number {
  let step = 0;
  while (xpAfter(step) < xp) step += 1;
  return step;
}

function levelStart(level: number): number {
  return xpAtLevel(null, level) ?? 0;
}
