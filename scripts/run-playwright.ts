import { readFile } from "node:fs/promises";
import { z } from "zod";
import { type Count, counted, execute } from "@/scripts/counted";

type Suite = { title: string; specs?: { title: string; tests: { status: string }[] }[]; suites?: Suite[] };

const Suite: z.ZodType<Suite> = z.object({
  title: z.string(),
  specs: z.array(z.object({ title: z.string(), tests: z.array(z.object({ status: z.string() })) })).optional(),
  get suites() {
    return z.array(Suite).optional();
  },
});
const Report = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
  suites: z.array(Suite),
});

/** Runs the end-to-end tests. Playwright tries a failed one once more; what held then counts as passed, and is named in `again`. */
export async function runPlaywright(report: string, browser: string): Promise<Count> {
  const environment = { CHROME_PATH: browser, PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  // Two files at a time, each with a stack of its own, of the app as it is built by now; part of the time they wait.
  const args = ["playwright", "test", "--workers=2", "--reporter=list,json"];
  const status = await execute("npx", args, { environment });
  const { stats, suites } = Report.parse(JSON.parse(await readFile(report, "utf8")));
  const again = suites.flatMap(flakyIn);
  return { ...counted(status, { passed: stats.expected + stats.flaky, failed: stats.unexpected }), again };
}

function flakyIn({ title, specs = [], suites = [] }: Suite): string[] {
  const own = specs.filter(({ tests }) => tests.some(({ status }) => status === "flaky"));
  return [...own.map((spec) => `${title}: ${spec.title}`), ...suites.flatMap(flakyIn)];
}
