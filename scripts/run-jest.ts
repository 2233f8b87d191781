import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Count, counted, execute } from "@/scripts/counted";
import { isTriedOnce } from "@/scripts/tried-once";

/** More than these, and it is no accident. */
const FILES_TRIED_AGAIN = 4;

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});
type File = z.infer<typeof Report>["testResults"][number];

export type JestRun = {
  projects: string[];
  /** A folder for reports. */
  reports: string;
  /** Whole files whose tests failed are run once more by themselves, with servers and a database of their own. */
  tryAgain: boolean;
  cwd?: string;
  /** Shows nothing. */
  isQuiet?: boolean;
};

/** Runs projects of Jest. What held only when tried again counts as passed, and is named in `again`. */
export async function runJest(run: JestRun): Promise<Count> {
  // Much of their time they wait for servers, so that each core has one of them.
  const first = await once(run, `${run.projects.join("-")}.json`, ["--maxWorkers=100%"]);
  const failed = first.files.filter(isBroken);
  const fit = failed.filter((file) => !namesOf(file).some((name) => isTriedOnce(file.name, name)));
  if (!run.tryAgain || fit.length === 0 || failed.length > FILES_TRIED_AGAIN) return countOf(first.files, first.status);

  const second = await once(run, `${run.projects.join("-")}-again.json`, [
    "--maxWorkers=1",
    "--runTestsByPath",
    ...fit.map(({ name }) => name),
  ]);
  const anew = new Map(second.files.map((file) => [file.name, file]));
  const files = first.files.map((file) => anew.get(file.name) ?? file);
  const again = fit.flatMap((file) => {
    const now = anew.get(file.name);
    return now && !isBroken(now) ? namesOf(file) : [];
  });
  // That the first run ended in a failure is known; anything else that the second ended in is not.
  return { ...countOf(files, files.some(isBroken) ? 1 : second.status), again };
}

async function once(
  { projects, reports, cwd, isQuiet }: JestRun,
  name: string,
  besides: string[],
): Promise<{ files: File[]; status: number }> {
  const report = join(reports, name);
  const selected = projects.flatMap((project) => ["--selectProjects", project]);
  const args = ["jest", ...selected, "--json", `--outputFile=${report}`, "--silent=false", ...besides];
  // Jest writes its results to stderr, and the report once more to stdout.
  const status = await execute("npx", args, { output: isQuiet ? "none" : "stderr", cwd });
  const { testResults } = Report.parse(JSON.parse(await readFile(report, "utf8")));
  return { files: testResults, status };
}

const isBroken = ({ status }: File) => status === "failed";

/** Of the tests that failed, or of the file where it failed as a whole. */
function namesOf({ name, assertionResults }: File): string[] {
  const failed = assertionResults.filter(({ status }) => status === "failed");
  return failed.length > 0 ? failed.map(({ fullName }) => fullName) : [name];
}

function countOf(files: File[], status: number): Count {
  const passed = files.flatMap(({ assertionResults }) => assertionResults).filter((one) => one.status === "passed");
  const failed = files.filter(isBroken).flatMap(namesOf);
  return counted(status, { passed: passed.length, failed: failed.length });
}
