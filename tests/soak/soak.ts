import { parseArgs } from "node:util";
import { seededRandom } from "@/dev/whop/random";
import { failWith } from "@/scripts/fail-with";
import { breakNetwork } from "@/tests/soak/break-network";
import type { Experiment, Finding } from "@/tests/soak/experiment";
import { fillDisk } from "@/tests/soak/fill-disk";
import { freezeClient } from "@/tests/soak/freeze-client";
import { killApp } from "@/tests/soak/kill-app";
import { killPostgres } from "@/tests/soak/kill-postgres";
import { longProperty } from "@/tests/soak/long-property";
import { loseRedis } from "@/tests/soak/lose-redis";
import { skewClock } from "@/tests/soak/skew-clock";
import { starveConnections } from "@/tests/soak/starve-connections";
import { theBuild } from "@/tests/soak/the-build";
import type { AppKind } from "@/tests/support/app-process";

const EXPERIMENTS: readonly Experiment[] = [
  killPostgres,
  fillDisk,
  loseRedis,
  freezeClient,
  skewClock,
  killApp,
  starveConnections,
  breakNetwork,
  longProperty,
];
const DEFAULT_MINUTES = 10;

/**
 * `npm run soak -- 5`: the fault experiments for about five minutes (default 10). `--only f2,f5` runs some, `--seed 7` repeats a
 * plan, `--handlers` takes the route handlers without Next. Exits 1 when a promise does not hold.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: "string" }, seed: { type: "string" }, handlers: { type: "boolean", default: false } },
  });
  const seconds = 60 * number(positionals[0], DEFAULT_MINUTES, "minutes");
  const seed = number(values.seed, Date.now() % 1_000_000, "seed");
  const chosen = choose(values.only);
  const app: AppKind = values.handlers ? "handlers" : await theBuild(say);
  const weights = chosen.reduce((sum, { weight }) => sum + weight, 0);
  say(`${chosen.length} experiments, about ${Math.round(seconds / 6) / 10} min of load, seed ${seed}`);

  let failed = 0;
  for (const experiment of chosen) {
    const started = performance.now();
    // A source of its own, so that a seed means the same whichever others run.
    const random = seededRandom(seed + EXPERIMENTS.indexOf(experiment) * 1_000_003);
    const finding = await attempt(experiment, {
      seconds: (seconds * experiment.weight) / weights,
      random,
      app,
      slack: 1,
    });
    report(experiment, finding, (performance.now() - started) / 1000);
    if (finding.broken.length > 0) failed += 1;
  }
  say(`\n${chosen.length - failed} passed, ${failed} failed (seed ${seed})`);
  if (failed > 0) process.exitCode = 1;
}

/** An experiment that cannot be carried out is a failure, and no reason to leave out the others. */
async function attempt(experiment: Experiment, plan: Parameters<Experiment["run"]>[0]): Promise<Finding> {
  try {
    return await experiment.run(plan);
  } catch (error) {
    return { figures: {}, broken: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
  }
}

function choose(only: string | undefined): readonly Experiment[] {
  if (only === undefined) return EXPERIMENTS;
  const ids = only.toLowerCase().split(",");
  const unknown = ids.find((id) => !EXPERIMENTS.some((experiment) => experiment.id === id));
  if (unknown !== undefined) {
    throw new Error(`There is no experiment "${unknown}", only ${EXPERIMENTS.map(({ id }) => id).join(", ")}.`);
  }
  return EXPERIMENTS.filter(({ id }) => ids.includes(id));
}

function report({ id, title }: Experiment, { figures, broken, skipped }: Finding, tookSeconds: number): void {
  const verdict = skipped ? `skipped: ${skipped}` : broken.length > 0 ? "BROKEN" : "holds";
  say(`\n${id.toUpperCase().padEnd(4)} ${title}: ${verdict} (${Math.round(tookSeconds)} s)`);
  for (const [what, value] of Object.entries(figures)) say(`     ${what}: ${value}`);
  for (const sentence of broken) say(`     NOT TRUE: ${sentence}`);
}

function number(text: string | undefined, fallback: number, what: string): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`"${text}" is no number of ${what}.`);
  return value;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch(failWith("The soak could not run"));
