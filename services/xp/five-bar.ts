import type { Progress } from "@/services/xp/progress";

/** A part of the five bar: one level. */
export type Segment = {
  level: number;
  /** 0 to 1. */
  filled: number;
};

/** Levels of one bar; the last of them is the gate. */
const LEVELS_PER_BAR = 5;

/** The gate that a level is on the way to: the next multiple of five above it, or the curve's last level before that. */
export function gateOf(level: number, lastLevel: number | null): number {
  const gate = Math.floor(level / LEVELS_PER_BAR) * LEVELS_PER_BAR + LEVELS_PER_BAR;
  return lastLevel === null ? gate : Math.min(gate, Math.max(lastLevel, 1));
}

/** How much of the level has been done, 0 to 1; 1 on the curve's last level. */
export function shareOfLevel({ xp, levelStartsAt, nextLevelAt }: Progress): number {
  if (nextLevelAt === null || nextLevelAt <= levelStartsAt) return 1;
  return Math.min(1, Math.max(0, (xp - levelStartsAt) / (nextLevelAt - levelStartsAt)));
}

/**
 * The levels up to the next gate. One is full when it has been reached; the next fills with what has been done of the level, so
 * a newcomer already has one.
 */
export function fiveBar(progress: Progress): Segment[] {
  const { level, lastLevel } = progress;
  const gate = gateOf(level, lastLevel);
  const first = Math.max(1, gate - ((gate - 1) % LEVELS_PER_BAR));
  return Array.from({ length: gate - first + 1 }, (_, index) => {
    const one = first + index;
    if (one <= level) return { level: one, filled: 1 };
    return { level: one, filled: one === level + 1 ? shareOfLevel(progress) : 0 };
  });
}
