import { spawn } from "node:child_process";
import { once } from "node:events";
import { brokenAmong, type Experiment, type Finding, type Plan } from "@/tests/soak/experiment";

const TEST = "tests/integration/services/xp/fold.property.test.ts";
const RUNS_AT_ONCE = 400;

/** The property test with new seeds until the time is over: the database equals the fold for random histories. */
export const longProperty: Experiment = {
  id: "fold",
  title: "random histories: the database equals the fold",
  weight: 3,
  run: repeatProperty,
};

async function repeatProperty({ seconds, random }: Plan): Promise<Finding> {
  const until = Date.now() + seconds * 1000;
  const seeds: number[] = [];
  const failed: string[] = [];
  do {
    const seed = Math.floor(random() * 1_000_000_000);
    seeds.push(seed);
    const { code, words } = await runProperty(seed);
    if (code !== 0) failed.push(`PROPERTY_SEED=${seed} PROPERTY_RUNS=${RUNS_AT_ONCE}: ${words}`);
  } while (Date.now() < until && failed.length === 0);
  return {
    figures: { histories: seeds.length * RUNS_AT_ONCE, seeds: seeds.join(" ") },
    broken: brokenAmong(Object.fromEntries(failed.map((words) => [`the property holds (${words})`, false]))),
  };
}

async function runProperty(seed: number): Promise<{ code: number; words: string }> {
  const args = ["node_modules/jest/bin/jest.js", "--selectProjects", "integration", "--runTestsByPath", TEST];
  const env = { ...process.env, PROPERTY_SEED: String(seed), PROPERTY_RUNS: String(RUNS_AT_ONCE) };
  const jest = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  let words = "";
  jest.stderr.setEncoding("utf8").on("data", (part) => {
    words = (words + part).slice(-4_000);
  });
  const [code] = await once(jest, "close");
  return { code: Number(code ?? 1), words };
}
