import { parseArgs } from "node:util";
import { Client } from "pg";
import { countJobs, type JobState, type ListedJob, listJobs, redriveJobs } from "@/lib/jobs/list";
import { environmentOfTools } from "@/scripts/environment";
import { failWith } from "@/scripts/fail-with";

const SHOWN: Record<JobState, number> = { failed: 200, running: 50, waiting: 20 };

/**
 * `npm run jobs`: what waits, runs and has failed for good, and why. `-- --failed` shows only the latter; `-- --redrive ID` or
 * `-- --redrive all` lets it run again.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { failed: { type: "boolean", default: false }, redrive: { type: "string", multiple: true } },
  });
  const { DIRECT_DATABASE_URL: ownerUrl } = await environmentOfTools();
  if (!ownerUrl) throw new Error("DIRECT_DATABASE_URL is missing: the queue belongs to the owner of the database.");
  const queue = new Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000, query_timeout: 30_000 });
  queue.on("error", () => undefined); // the query that is waiting fails by itself
  await queue.connect();
  try {
    if (values.redrive) await redrive(queue, values.redrive);
    else await show(queue, values.failed ? ["failed"] : ["running", "waiting", "failed"]);
  } finally {
    await queue.end();
  }
}

async function redrive(queue: Client, which: string[]): Promise<void> {
  const wrong = which.find((id) => id !== "all" && !/^\d{1,18}$/.test(id));
  if (wrong !== undefined) throw new Error(`${wrong} is not the number of a job: npm run jobs -- --failed shows them.`);
  const ids = await redriveJobs(queue, which.includes("all") ? "all" : which);
  say(ids.length === 0 ? "no such job has failed for good" : `${ids.length} set going again: ${ids.join(", ")}`);
  if (ids.length === 0 && !which.includes("all")) process.exitCode = 1;
}

async function show(queue: Client, states: JobState[]): Promise<void> {
  const counts = await countJobs(queue);
  for (const state of states) {
    say(`${counts[state]} ${state}`);
    for (const job of await listJobs(queue, state, SHOWN[state])) say(`  ${line(job)}`);
    if (counts[state] > SHOWN[state]) say(`  and ${counts[state] - SHOWN[state]} more`);
  }
}

function line({ id, task, attempts, max_attempts, at, payload, last_error }: ListedJob): string {
  const parts = [id, task, `${attempts} of ${max_attempts} attempts`, at.toISOString(), JSON.stringify(payload)];
  return [...parts, ...(last_error ? [last_error.replace(/\s+/g, " ")] : [])].join("  ");
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().catch(failWith("The jobs could not be read"));
