import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { failWith } from "@/scripts/fail-with";
import { findBrowser } from "@/scripts/find-browser";

type Count = { passed: number; failed: number };
type Step = { name: string; run(): Promise<Count> };

const JestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numRuntimeErrorTestSuites: z.number(),
});
const PlaywrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
});

/** `npm run check`: everything that CI runs, in the order in which a mistake shows fastest. Ends with a line that counts. */
async function main(): Promise<void> {
  const reports = await mkdtemp(join(tmpdir(), "wee5-check-"));
  const total: Count = { passed: 0, failed: 0 };
  const failures: string[] = [];
  for (const step of steps(reports)) {
    const started = Date.now();
    say(`\n── ${step.name}`);
    const { passed, failed } = await step.run();
    total.passed += passed;
    total.failed += failed;
    if (failed > 0) failures.push(step.name);
    say(`── ${step.name}: ${failed === 0 ? "ok" : `${failed} failed`}, ${Math.round((Date.now() - started) / 1000)} s`);
  }
  await rm(reports, { recursive: true, force: true });
  if (failures.length > 0) say(`\nFailed: ${failures.join(", ")}`);
  say(`\n${total.passed} passed, ${total.failed} failed`);
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
}

function steps(reports: string): Step[] {
  return [
    command("lint", "npx", ["biome", "check", ".", "--error-on-warnings"]),
    command("route types", "npx", ["next", "typegen"]),
    command("types", "npx", ["tsc", "--noEmit"]),
    command("generated types are current", "npm", ["run", "-s", "types", "--", "--check"]),
    command("schema dump is current", "npm", ["run", "-s", "schema", "--", "--check"]),
    jest("unit and component tests", ["unit", "component"], join(reports, "unit.json")),
    jest("integration tests", ["integration"], join(reports, "integration.json")),
    command("production build", "npx", ["tsx", "dev/build.ts"]),
    { name: "end-to-end tests", run: () => playwright(join(reports, "e2e.json")) },
  ];
}

function command(name: string, program: string, args: string[]): Step {
  return {
    name,
    async run() {
      return (await execute(program, args)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
    },
  };
}

function jest(name: string, projects: string[], report: string): Step {
  return {
    name,
    async run() {
      const selected = projects.flatMap((project) => ["--selectProjects", project]);
      const status = await execute(
        "npx",
        // Much of their time they wait for servers, so that each core has one of them.
        ["jest", ...selected, "--maxWorkers=100%", "--json", `--outputFile=${report}`, "--silent=false"],
        "stderr",
      );
      return counted(status, async () => {
        const result = JestReport.parse(JSON.parse(await readFile(report, "utf8")));
        return { passed: result.numPassedTests, failed: result.numFailedTests + result.numRuntimeErrorTestSuites };
      });
    },
  };
}

async function playwright(report: string): Promise<Count> {
  const environment = { CHROME_PATH: findBrowser(say), PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const status = await execute("npx", ["playwright", "test", "--reporter=list,json"], "both", environment);
  return counted(status, async () => {
    const { stats } = PlaywrightReport.parse(JSON.parse(await readFile(report, "utf8")));
    if (stats.flaky > 0) say(`${stats.flaky} held only when tried again; they are listed above as flaky.`);
    return { passed: stats.expected + stats.flaky, failed: stats.unexpected };
  });
}

/** A runner that fails without a failed test (it could not start, or ended in an error) counts as one failure. */
async function counted(status: number, read: () => Promise<Count>): Promise<Count> {
  try {
    const count = await read();
    return status !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
  } catch (error) {
    say(`The report could not be read: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1 };
  }
}

/** @param output jest writes its results to stderr, and the report once more to stdout. */
function execute(
  program: string,
  args: string[],
  output: "both" | "stderr" = "both",
  environment: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["ignore", output === "both" ? "inherit" : "ignore", "inherit"],
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ...environment },
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch(failWith("The check could not run"));
