import type { RowName } from "@/bench/options";

/** One line of the table. Figures that mean nothing without another come as the ratio of the two. */
export type Row = {
  row: RowName;
  what: string;
  /** What was measured, with its unit. */
  figure: string;
  /** What it is held against, measured in the same minutes. */
  yardstick: string;
  ratio?: number;
  /** In words, as in "≥ 0.8". */
  bar: string;
  ok: boolean;
  /** Everything measured, by name, for the file. */
  figures: Record<string, number>;
};

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new Error("There is no median of nothing.");
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** The smallest value that is not below `percent` per cent of them. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error("There is no percentile of nothing.");
  return value;
}

/** Runs the sides in turns, so that whatever else the machine does meets all of them alike. Figures of every round, by side. */
export async function inTurns<Side extends string>(
  rounds: number,
  sides: Record<Side, () => Promise<number>>,
): Promise<Record<Side, number[]>> {
  const names = Object.keys(sides) as Side[]; // its own keys, by its type
  const figures = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Side, number[]>; // one each
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) figures[name].push(await sides[name]());
  }
  return figures;
}

/** The median of the rounds' ratios: a slow minute of the machine slows both sides of a round. */
export function ratioOf(figures: readonly number[], yardstick: readonly number[]): number {
  return median(figures.map((figure, round) => figure / (yardstick[round] ?? Number.NaN)));
}
