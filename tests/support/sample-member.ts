import type { Card, Profile } from "@/services/leaderboard/card";
import type { GrantedReward, Ladder, Rung, StreakRung } from "@/services/rewards/ladder";
import { xpAtLevel } from "@/services/xp/curve";
import type { HistoryEntry } from "@/services/xp/history-entry";
import { progressOf, type RankName } from "@/services/xp/progress";
import type { Rate, Rates } from "@/services/xp/rate";

export const RANK_NAMES: RankName[] = [
  { level: 1, name: "Newcomer" },
  { level: 5, name: "Regular" },
  { level: 10, name: "Insider" },
  { level: 25, name: "Veteran" },
];

/** Of a community in which nothing multiplies XP. */
export const NOTHING_MULTIPLIED: Rates["multipliers"] = { places: [], roles: [] };

/** A member on the default curve. */
export function aCard(xp: number, more: Partial<Card> = {}): Card {
  return {
    userId: "user_robin",
    name: "Robin Hale",
    username: "robin",
    pictureUrl: null,
    visibility: "public",
    progress: progressOf(null, RANK_NAMES, xp),
    rank: 18,
    members: 248,
    rankChange: 4,
    weekXp: 612,
    xpPerDay: 92,
    streak: { days: 6, longest: 11, freezes: 0, isActiveToday: true, isRestDay: false },
    version: 1,
    ...more,
  };
}

export function aProfile(more: Partial<Profile> = {}): Profile {
  return {
    userId: "user_amara",
    name: "Amara Okafor",
    username: "amara",
    pictureUrl: null,
    progress: progressOf(null, RANK_NAMES, 48_210),
    rank: 1,
    members: 248,
    weekXp: 1_310,
    streak: { days: 12, longest: 40 },
    totalMessages: 1_203,
    totalPosts: 24,
    totalReactions: 510,
    since: "2026-05-02T10:00:00Z",
    ...more,
  };
}

export function aRung(level: number, more: Partial<Rung> = {}): Rung {
  return {
    ruleId: `rule_${level}`,
    level,
    type: "free_days",
    value: { days: 7 },
    startsAt: xpAtLevel(null, level) ?? null,
    state: "locked",
    changedAt: null,
    waitsFor: null,
    isTriedAgain: false,
    code: null,
    ...more,
  };
}

export function aStreakRung(days: number, more: Partial<StreakRung> = {}): StreakRung {
  const { level: _, startsAt: _start, ...rung } = aRung(5);
  return { ...rung, ruleId: `rule_streak_${days}`, days, ...more };
}

/** Given by hand and on its way. */
export function aGrantedReward(more: Partial<GrantedReward> = {}): GrantedReward {
  return {
    rewardId: "b0b0b0b0-0000-4000-8000-000000000001",
    type: "free_days",
    value: { days: 3 },
    note: null,
    state: "confirmed",
    changedAt: "2026-11-21T10:00:00Z",
    waitsFor: null,
    isTriedAgain: false,
    code: null,
    ...more,
  };
}

/** What levels pay by default; level 5 has been reached. */
export function aLadder(more: Partial<Ladder> = {}): Ladder {
  return {
    isConfirmed: true,
    granted: [],
    streaks: [],
    rungs: [
      aRung(5, { value: { days: 3 }, state: "delivered", changedAt: "2026-05-02T10:00:00Z" }),
      aRung(10),
      aRung(25, { value: { days: 14 } }),
      aRung(50, { value: { days: 30 } }),
      aRung(100, { type: "promo_code", value: { percentOff: 50 } }),
    ],
    ...more,
  };
}

export function aRate(more: Partial<Rate> = {}): Rate {
  return { action: "message", minXp: 20, maxXp: 20, cooldownSeconds: 60, dailyXpCap: null, minLength: 0, ...more };
}

let entries = 0;

/** A message that was paid, of the day on which it happened in UTC. */
export function anEntry(occurredAt: string, more: Partial<HistoryEntry> = {}): HistoryEntry {
  entries += 1;
  return {
    activityId: `activity_${entries}`,
    action: "message",
    experienceName: "General",
    occurredAt,
    day: occurredAt.slice(0, 10),
    outcome: "awarded",
    xp: 20,
    xpBefore: null,
    why: {},
    levelReached: null,
    ...more,
  };
}
