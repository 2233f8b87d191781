/**
 * A level curve: null for the default, MEE6's, else the total XP at which each level begins (`thresholds[0]` is level 1's,
 * always 0). From MEE6's level n to n + 1 costs 5n² + 50n + 100 XP; WEE5 counts levels from 1.
 */
export type Curve = readonly number[] | null;

/** Total XP at which a level begins; undefined above a custom curve's last level. T(n) = 5n(2n² + 27n + 91) / 6, n = level − 1. */
export function xpAtLevel(curve: Curve, level: number): number | undefined {
  if (curve) return curve[level - 1];
  const n = level - 1;
  return (5 * n * (2 * n * n + 27 * n + 91)) / 6;
}

/** The level of a sum of XP (1 for nothing and below). */
export function levelAt(curve: Curve, xp: number): number {
  if (xp <= 0) return 1;
  let low = 1;
  let high = 2;
  while ((xpAtLevel(curve, high) ?? Number.POSITIVE_INFINITY) <= xp) high *= 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((xpAtLevel(curve, middle) ?? Number.POSITIVE_INFINITY) <= xp) low = middle;
    else high = middle;
  }
  return low;
}
