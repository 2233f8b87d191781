import { ACTIVE, awardsPerSecond } from "@/bench/award-load";
import { inTurns, median, type Row, ratioOf } from "@/bench/row";
import type { Bench } from "@/bench/rows/bench";

const BAR = 0.9;

/**
 * E: awards among a million members, held against awards among ten thousand. To members who have been active today: of ten thousand
 * all have been soon, of a million not, and the first award of a member's day does more.
 */
export async function measureGrowth({ databases, rounds, seconds }: Bench): Promise<Row> {
  const [small, large] = [await databases.get("small"), await databases.get("large")];
  const members = large.communities.reduce((sum, one) => sum + one.members, 0);
  const figures = await inTurns(rounds, {
    small: () => awardsPerSecond(small, ACTIVE, seconds),
    large: () => awardsPerSecond(large, ACTIVE, seconds),
  });
  const ratio = ratioOf(figures.large, figures.small);
  return {
    row: "E",
    what: `award among ${members.toLocaleString("en")} members`,
    figure: `${Math.round(median(figures.large))}/s`,
    yardstick: `among 10,000: ${Math.round(median(figures.small))}/s`,
    ratio,
    bar: `≥ ${BAR}`,
    ok: ratio >= BAR,
    figures: { largePerSecond: median(figures.large), smallPerSecond: median(figures.small) },
  };
}
