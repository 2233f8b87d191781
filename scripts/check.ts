import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Count, execute } from "@/scripts/counted";
import { failWith } from "@/scripts/fail-with";
import { findBrowser } from "@/scripts/find-browser";
import { runJest } from "@/scripts/run-jest";
import { runPlaywright } from "@/scripts/run-playwright";

type Step = { name: string; run(): Promise<Count> };

/** `npm run check`: everything that CI runs, in the order in which a mistake shows fastest. Ends with a line that counts. */
async function main(): Promise<void> {
  const reports = await mkdtemp(join(tmpdir(), "wee5-check-"));
  const total = { passed: 0, failed: 0 };
  const failures: string[] = [];
  const again: string[] = [];
  for (const step of steps(reports)) {
    const started = Date.now();
    say(`\n── ${step.name}`);
    const count = await step.run().catch(unreadable);
    total.passed += count.passed;
    total.failed += count.failed;
    again.push(...(count.again ?? []));
    if (count.failed > 0) failures.push(step.name);
    const seconds = Math.round((Date.now() - started) / 1000);
    say(`── ${step.name}: ${count.failed === 0 ? "ok" : `${count.failed} failed`}, ${seconds} s`);
  }
  await rm(reports, { recursive: true, force: true });
  if (again.length > 0) say(`\nHeld only when tried again:\n${again.map((name) => `  ${name}`).join("\n")}`);
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
    {
      name: "unit and component tests",
      run: () => runJest({ projects: ["unit", "component"], reports, tryAgain: false }),
    },
    { name: "integration tests", run: () => runJest({ projects: ["integration"], reports, tryAgain: true }) },
    command("production build", "npx", ["tsx", "dev/build.ts"]),
    { name: "end-to-end tests", run: () => runPlaywright(join(reports, "e2e.json"), findBrowser(say)) },
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

/** A runner whose report cannot be read has failed as a whole. */
function unreadable(error: unknown): Count {
  say(`It could not be counted: ${error instanceof Error ? error.message : String(error)}`);
  return { passed: 0, failed: 1 };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch(failWith("The check could not run"));
