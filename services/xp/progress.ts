import { type Curve, levelAt, xpAtLevel } from "@/services/xp/curve";

/** A rank name holds from its level until the next one that is named. */
export type RankName = { level: number; name: string };

/** Where a member stands on the curve. XP are shown ones, never below 0. */
export type Progress = {
  xp: number;
  level: number;
  rankName: string | null;
  /** Total XP at which the level begins. */
  levelStartsAt: number;
  /** Total XP at which the next begins; null on the curve's last level. */
  nextLevelAt: number | null;
  /** A custom curve's last level; null where there always is another. */
  lastLevel: number | null;
};

/** @param ranks in any order. */
export function progressOf(curve: Curve, ranks: readonly RankName[], xp: number): Progress {
  const level = levelAt(curve, xp);
  return {
    xp: Math.max(0, xp),
    level,
    rankName: rankNameAt(ranks, level),
    levelStartsAt: xpAtLevel(curve, level) ?? 0,
    nextLevelAt: xpAtLevel(curve, level + 1) ?? null,
    lastLevel: curve === null ? null : curve.length,
  };
}

/** The name that holds at a level; null below the first that is named. */
export function rankNameAt(ranks: readonly RankName[], level: number): string | null {
  const reached = ranks.filter((rank) => rank.level <= level);
  const last = reached.reduce<RankName | null>((best, rank) => (best && best.level > rank.level ? best : rank), null);
  return last?.name ?? null;
}
