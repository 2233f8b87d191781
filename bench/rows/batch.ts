import { awardsPerSecond, BATCHES, SINGLE } from "@/bench/award-load";
import { inTurns, median, type Row, ratioOf } from "@/bench/row";
import type { Bench } from "@/bench/rows/bench";

const BAR = 4;

/** C: awards a second in batches of a hundred, held against one at a time. */
export async function measureBatch({ databases, rounds, seconds }: Bench): Promise<Row> {
  const database = await databases.get("middle");
  const { batches, single } = await inTurns(rounds, {
    single: () => awardsPerSecond(database, SINGLE, seconds),
    batches: () => awardsPerSecond(database, BATCHES, seconds),
  });
  const ratio = ratioOf(batches, single);
  return {
    row: "C",
    what: `awards in batches of ${BATCHES.batch}, ${BATCHES.clients} clients`,
    figure: `${Math.round(median(batches))}/s`,
    yardstick: `one at a time: ${Math.round(median(single))}/s`,
    ratio,
    bar: `≥ ${BAR}`,
    ok: ratio >= BAR,
    figures: { batchedPerSecond: median(batches), singlePerSecond: median(single) },
  };
}
