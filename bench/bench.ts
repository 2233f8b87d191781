import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { startDatabases } from "@/bench/databases";
import { type BenchOptions, type RowName, readOptions } from "@/bench/options";
import type { Row } from "@/bench/row";
import { measureAward } from "@/bench/rows/award";
import { measureBackFill } from "@/bench/rows/back-fill";
import { measureBatch } from "@/bench/rows/batch";
import type { Bench } from "@/bench/rows/bench";
import { measureBoard, measureRank } from "@/bench/rows/board";
import { measureGrowth } from "@/bench/rows/growth";
import { measureLate } from "@/bench/rows/late";
import { measureLevelUp } from "@/bench/rows/level-up";
import { measureLighthouse } from "@/bench/rows/lighthouse";
import { measureRoute } from "@/bench/rows/route";
import { measureScreen } from "@/bench/rows/screen";
import { measureScripts } from "@/bench/rows/scripts";
import { measureSync } from "@/bench/rows/sync";
import { measureWriteCost } from "@/bench/rows/write-cost";
import { asTable } from "@/bench/table";
import { failWith } from "@/scripts/fail-with";

const MEASURES: Record<RowName, (bench: Bench) => Promise<Row>> = {
  A: measureAward,
  B: measureWriteCost,
  C: measureBatch,
  D: measureRoute,
  E: measureGrowth,
  F: measureRank,
  G: measureBoard,
  H: measureLate,
  I: measureScreen,
  J: measureScripts,
  K: measureLighthouse,
  L: measureLevelUp,
  M: measureSync,
  N: measureBackFill,
};

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => ending.abort(new Error(`stopped by ${signal}`)));
  }
  const rows = await measure(options, ending.signal);
  process.stdout.write(`\n${asTable(rows)}\n`);
  if (options.quick)
    process.stdout.write("\nQuick: smaller databases and fewer rounds. The bar is for the whole run.\n");
  if (options.json) await writeFile(options.json, `${JSON.stringify(report(rows, options), null, 2)}\n`);
}

async function measure({ rows, quick }: BenchOptions, signal: AbortSignal): Promise<Row[]> {
  const databases = await startDatabases(quick);
  const measured: Row[] = [];
  try {
    const stopped = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    stopped.catch(() => undefined); // heard by whichever row is under way
    for (const name of rows) {
      process.stdout.write(`measuring ${name} …\n`);
      const bench = { databases, quick, rounds: quick ? 3 : 5, seconds: quick ? 1 : 2 };
      measured.push(await Promise.race([MEASURES[name](bench), stopped]));
    }
    return measured;
  } finally {
    await databases.stop();
  }
}

const report = (rows: Row[], { quick }: BenchOptions) => ({
  measuredAt: new Date().toISOString(),
  cores: availableParallelism(),
  node: process.version,
  quick,
  rows,
});

main().catch(failWith("The benchmark did not finish"));
