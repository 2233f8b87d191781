/**
 * The ranks of rows that follow each other on a board: one more than there are members with more XP, so that equals share a
 * rank and the next one's leaves a gap.
 * @param xps of the rows, best first.
 * @param ahead the rank of the first row, and of the first row with less XP (where there is one): its equals may begin
 * before these rows. Absent: the rows are the board's first.
 */
export function competitionRanks(
  xps: readonly number[],
  ahead: { first: number; next?: number } = { first: 1 },
): number[] {
  const equals = firstWithLess(xps) ?? xps.length;
  // Looked up a moment apart from the rows: at least those that we see stand before it.
  const next = Math.max(ahead.next ?? 0, ahead.first + equals);
  const ranks: number[] = [];
  xps.forEach((xp, index) => {
    if (index < equals) ranks.push(ahead.first);
    else if (xp === xps[index - 1]) ranks.push(ranks[index - 1] ?? next);
    else ranks.push(next + index - equals);
  });
  return ranks;
}

/** Index of the first row with less XP than the first; undefined when all are equal. */
export function firstWithLess(xps: readonly number[]): number | undefined {
  const index = xps.findIndex((xp) => xp !== xps[0]);
  return index < 0 ? undefined : index;
}
