import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { sql } from "kysely";
import { Client } from "pg";
import { z } from "zod";
import { AppError } from "@/lib/errors";
import { checkHealth } from "@/lib/health";
import { type Job, job, runJobs, startWorker } from "@/lib/jobs";
import type { Timing } from "@/lib/jobs/heartbeat";
import { listJobs, redriveJobs } from "@/lib/jobs/list";
import { recoverDeadJobs } from "@/lib/jobs/recover";
import { anApp } from "@/tests/support/app";

const app = anApp();
const numbered = z.object({ n: z.number() });
/** Times of a test: what takes a minute in life takes a second here. */
const QUICK: Timing = { beatSeconds: 0.1, silentSeconds: 1, recoverSeconds: 0.1 };

type Row = {
  id: string;
  attempts: number;
  max_attempts: number;
  last_error: string | null;
  locked_by: string | null;
  /** Seconds between its failure and its next attempt. */
  pause: number;
};

afterEach(async () => {
  await sql`delete from graphile_worker._private_jobs`.execute(app().database.owner);
  await sql`delete from worker_heartbeats`.execute(app().database.owner);
  app().log.length = 0;
});

const soon = () => new Date(Date.now() + 30_000);
const run = (jobs: readonly Job[], until = soon()) =>
  runJobs(app().deps, jobs, { queueUrl: app().database.ownerUrl, crontab: "", until });

/** As many jobs as there are numbers, as our SQL queues them. */
async function queue(task: string, numbers: number[], key: string | null = null): Promise<void> {
  await sql`
    select graphile_worker.add_job(${task}, json_build_object('n', n), job_key => ${key})
    from unnest(${numbers}::int[]) n`.execute(app().database.owner);
}

async function rows(): Promise<Row[]> {
  const found = await sql<Row>`
    select id, attempts, max_attempts, last_error, locked_by, extract(epoch from run_at - updated_at)::float8 as pause
    from graphile_worker._private_jobs order by id`.execute(app().database.owner);
  return found.rows;
}

/** The pauses pass. */
async function laterOn(): Promise<void> {
  await sql`update graphile_worker._private_jobs set run_at = now() where locked_by is null`.execute(
    app().database.owner,
  );
}

async function asOwner<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: app().database.ownerUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function gate(): { open(): void; opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

async function eventually(what: string, isTrue: () => Promise<boolean> | boolean): Promise<void> {
  for (let n = 0; n < 500; n += 1) {
    if (await isTrue()) return;
    await sleep(20);
  }
  throw new Error(`It never came to this: ${what}.`);
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const npmRunJobs = async (...args: string[]) => {
  const script = ["--import", "tsx", join(process.cwd(), "scripts/jobs.ts"), ...args];
  const env = { ...process.env, DIRECT_DATABASE_URL: app().database.ownerUrl };
  return (await promisify(execFile)(process.execPath, script, { env })).stdout;
};

test("one job that always fails keeps none of 999 others from being done, and ends where a person sees why and sets it going again", async () => {
  const done: number[] = [];
  let isPoison = true;
  const counted = job(
    "counted",
    numbered,
    async (_deps, { n }) => {
      if (n === 500 && isPoison) throw new Error("It always breaks here.", { cause: new Error("a bad number") });
      done.push(n);
    },
    { maxAttempts: 3 },
  );
  await queue("counted", upTo(1000));
  expect(await run([counted])).toBe(1000);
  expect(new Set(done)).toEqual(new Set(upTo(1000).filter((n) => n !== 500)));
  expect(done).toHaveLength(999);
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    expect(await rows()).toMatchObject([{ attempts: attempt, max_attempts: 3, last_error: /a bad number/ }].map(some));
    await laterOn();
    expect(await run([counted])).toBe(attempt < 3 ? 1 : 0);
  }

  expect(app().log.filter((line) => line.includes('"error"') && line.includes("failed for good"))).toHaveLength(1);
  expect((await checkHealth(app().deps)).checks.queue).toMatchObject({ ok: true, failedJobs: 1 });
  const [poison] = await rows();
  const shown = await npmRunJobs("--failed");
  expect(shown).toContain("1 failed");
  expect(shown).toContain(`${poison?.id}  counted  3 of 3 attempts`);
  expect(shown).toContain('{"n":500}  It always breaks here. (a bad number)');

  isPoison = false;
  expect(await npmRunJobs("--redrive", String(poison?.id))).toContain("1 set going again");
  expect(await run([counted])).toBe(1);
  expect([done.length, await rows()]).toEqual([1000, []]);
  expect((await checkHealth(app().deps)).checks.queue).toMatchObject({ ok: true, failedJobs: 0 });
});

/** Patterns in an expected row match as patterns. */
function some(row: Record<string, unknown>): Record<string, unknown> {
  const asMatcher = ([key, value]: [string, unknown]) => [
    key,
    value instanceof RegExp ? expect.stringMatching(value) : value,
  ];
  return Object.fromEntries(Object.entries(row).map(asMatcher));
}

test("a hundred jobs that fail together come back apart, each pause within a fifth of the schedule", async () => {
  const failing = job("failing", numbered, async () => Promise.reject(new Error("Away.")));
  await queue("failing", upTo(100));
  for (const seconds of [5, 15, 45, 135]) {
    await run([failing]);
    const pauses = (await rows()).map(({ pause }) => pause);
    expect(pauses).toHaveLength(100);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(0.8 * seconds);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1.2 * seconds);
    expect(Math.min(...pauses)).toBeLessThan(0.9 * seconds);
    expect(Math.max(...pauses)).toBeGreaterThan(1.1 * seconds);
    await laterOn();
  }
});

test("nobody comes back sooner than the other side has asked for", async () => {
  const refused = new AppError("unavailable", "Whop is busy.", { retryAfterSeconds: 600 });
  await queue("failing", upTo(100));
  await run([job("failing", numbered, async () => Promise.reject(refused))]);
  const pauses = (await rows()).map(({ pause }) => pause);
  expect(pauses).toHaveLength(100);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(600);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(720);
});

test("the last attempts come some seventeen hours after the first, and then it is over", async () => {
  await queue("failing", [1]);
  let seconds = 0;
  for (let attempt = 1; attempt <= 12; attempt += 1) {
    await run([job("failing", numbered, async () => Promise.reject(new Error("Away.")))]);
    if (attempt < 12) seconds += (await rows())[0]?.pause ?? 0;
    await laterOn();
  }
  expect(seconds / 3600).toBeGreaterThan(13);
  expect(seconds / 3600).toBeLessThan(21);
  expect(await rows()).toMatchObject([{ attempts: 12, max_attempts: 12 }]);
});

test("a run ends with its time, and leaves what it has not begun", async () => {
  await queue("slow", upTo(100));
  const started = performance.now();
  const worked = await run([job("slow", numbered, () => sleep(100))], new Date(Date.now() + 1_000));
  expect(performance.now() - started).toBeLessThan(5_000);
  expect([worked > 0, worked < 100, (await rows()).length]).toEqual([true, true, 100 - worked]);
  expect((await rows()).filter(({ locked_by }) => locked_by !== null)).toEqual([]);
});

test("what wakes a job while it runs is not lost: it runs once more", async () => {
  const [begun, held] = [gate(), gate()];
  let runs = 0;
  const wake = job("send_rewards", z.unknown(), async () => {
    runs += 1;
    begun.open();
    await held.opened;
  });
  await sql`select wake_worker('send_rewards', 'biz_1')`.execute(app().database.owner);
  const running = run([wake]);
  await begun.opened;
  await sql`select wake_worker('send_rewards', 'biz_1')`.execute(app().database.owner);
  held.open();
  expect([await running, runs, await rows()]).toEqual([2, 2, []]);
});

test("nor is what wakes it while it begins", async () => {
  const wake = (client: Client) => client.query("select public.wake_worker('send_rewards', 'biz_1')");
  await asOwner(wake);
  await asOwner(async (worker) => {
    // As graphile-worker takes a job; its commit comes after the other has looked whether one is running.
    await worker.query("begin");
    await worker.query("update graphile_worker._private_jobs set attempts = 1, locked_by = 'other', locked_at = now()");
    const woken = asOwner(wake);
    await eventually("it waits for the worker's commit", async () => {
      const { rows: waiting } = await sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
        app().database.owner,
      );
      return waiting.length > 0;
    });
    await worker.query("commit");
    await woken;
  });
  expect((await rows()).map(({ locked_by }) => locked_by)).toEqual(["other", null]);
});

test("jobs of one named queue run one after the other, each as soon as the one before has finished or failed", async () => {
  const seen: string[] = [];
  const inLine = job("in_line", numbered, async (_deps, { n }) => {
    seen.push(`${n} begins`);
    await sleep(50);
    seen.push(`${n} ends`);
    if (n === 2) throw new Error("Away.");
  });
  await sql`select graphile_worker.add_job('in_line', json_build_object('n', n), queue_name => 'line') from generate_series(1, 3) n`.execute(
    app().database.owner,
  );
  expect(await run([inLine])).toBe(3);
  expect(seen).toEqual([1, 2, 3].flatMap((n) => [`${n} begins`, `${n} ends`]));
  await laterOn();
  expect(await run([inLine])).toBe(1);
});

test("what fails after another has taken its place is gone, and nobody is told of a failure for good", async () => {
  const [begun, held] = [gate(), gate()];
  const wake = job("wake", numbered, async (_deps, { n }) => {
    if (n === 2) return;
    begun.open();
    await held.opened;
    throw new Error("Too late.");
  });
  await queue("wake", [1], "wake:biz_1");
  const running = run([wake]);
  await begun.opened;
  await queue("wake", [2], "wake:biz_1");
  held.open();
  expect([await running, await rows()]).toEqual([2, []]);
});

test("of the same job that fails for good again and again only the newest is kept", async () => {
  const failing = job("wake", numbered, async () => Promise.reject(new Error("Away.")), { maxAttempts: 1 });
  for (const n of [1, 2, 3]) {
    await queue("wake", [7], "wake:biz_1");
    expect([n, await run([failing])]).toEqual([n, 1]);
  }
  expect(await rows()).toHaveLength(1);
});

describe("a worker that has died", () => {
  /** Takes every job that is due, as a worker does that is killed right afterwards. */
  async function taken(workerId: string, secondsAgo: number): Promise<void> {
    await sql`
      update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = ${workerId},
        locked_at = now() - make_interval(secs => ${secondsAgo}), updated_at = now() - interval '1 hour'
      where locked_by is null`.execute(app().database.owner);
  }

  test("is known by its silence: its jobs, and no other's, are given back", async () => {
    const { owner } = app().database;
    const at = (seconds: number) => sql`now() - make_interval(secs => ${seconds})`;
    await sql`insert into worker_heartbeats values ('dead', ${at(900)}, ${at(46)}), ('alive', ${at(900)}, ${at(44)})`.execute(
      owner,
    );
    for (const [n, [worker, seconds]] of (
      [
        ["dead", 300],
        ["alive", 300],
        ["unknown", 46],
        ["new", 44],
      ] as const
    ).entries()) {
      await queue("counted", [n]);
      await taken(worker, seconds);
    }
    expect(await recoverDeadJobs(app().deps)).toBe(2);
    expect(await recoverDeadJobs(app().deps)).toBe(0);
    expect((await rows()).map(({ locked_by }) => locked_by)).toEqual([null, "alive", null, "new"]);
    const done: number[] = [];
    await run([job("counted", numbered, async (_deps, { n }) => void done.push(n))]);
    expect(done.sort()).toEqual([0, 2]);
  });

  test("leaves nothing behind of a job that another has taken the place of", async () => {
    await queue("wake", [1], "wake:biz_1");
    await taken("dead", 100);
    await queue("wake", [2], "wake:biz_1");
    expect((await rows()).map(({ attempts }) => attempts)).toEqual([25, 0]);
    await recoverDeadJobs(app().deps);
    expect((await rows()).map(({ attempts }) => attempts)).toEqual([0]);
  });

  test("cannot die of one job for ever: it comes later each time, and ends where a person sees it", async () => {
    await queue("counted", [1]);
    for (let death = 1; death <= 25; death += 1) {
      await taken(`dead-${death}`, 100);
      await recoverDeadJobs(app().deps);
      const [{ pause = 0 } = {}] = await rows();
      expect([death, Math.round(pause)]).toEqual([death, Math.max(0, death - 4) * 60]);
      await laterOn();
    }
    expect(await asOwner((client) => listJobs(client, "failed", 10))).toMatchObject([
      { task: "counted", attempts: 25, last_error: expect.stringContaining("killed or frozen") },
    ]);
    expect(app().log.join("\n")).toContain("failed for good");
    expect(await asOwner((client) => redriveJobs(client, "all"))).toHaveLength(1);
  });

  test("and wakes again finishes nothing that has been taken from it, whatever it made of it", async () => {
    for (const outcome of ["done", "failed"]) {
      const [begun, held, again] = [gate(), gate(), gate()];
      const runs: number[] = [];
      const counted = job("counted", numbered, async () => {
        runs.push(runs.length);
        if (runs.length > 1) return again.opened;
        begun.open();
        await held.opened;
        if (outcome === "failed") throw new Error("It woke up to a lost connection.");
      });
      await queue("counted", [1]);
      const worker = await startWorker(app().deps, [counted], {
        queueUrl: app().database.ownerUrl,
        crontab: "",
        concurrency: 1,
        timing: { beatSeconds: 1_000, silentSeconds: 1_000, recoverSeconds: 1_000 },
      });
      await begun.opened;
      // As if it had been frozen: the one that takes over has heard nothing.
      await sleep(20);
      await sql`delete from worker_heartbeats`.execute(app().database.owner);
      expect(await recoverDeadJobs(app().deps, 0.01)).toBe(1);
      const other = run([counted]);
      await eventually("the job has another worker", async () => runs.length === 2);
      const [before] = await rows();
      held.open();
      await worker.stop();
      expect([outcome, await rows()]).toEqual([outcome, [before]]);
      expect(app().log.join("\n")).toContain(outcome === "done" ? "taken from its worker" : '"outcome":"lost"');
      again.open();
      await other;
      expect([runs.length, await rows()]).toEqual([2, []]);
    }
  });
});

test("a worker that lives keeps its jobs however long they take, and leaves no heartbeat when it stops", async () => {
  const held = gate();
  await queue("counted", [1]);
  const options = { queueUrl: app().database.ownerUrl, crontab: "", timing: QUICK };
  let runs = 0;
  const counted = job("counted", numbered, async () => {
    runs += 1;
    await held.opened;
  });
  const workers = await Promise.all([1, 2].map(() => startWorker(app().deps, [counted], options)));
  await eventually("it runs", () => runs === 1);
  await sleep(2_500);
  held.open();
  await Promise.all(workers.map((worker) => worker.stop()));
  expect([runs, await rows()]).toEqual([1, []]);
  const { rows: heartbeats } = await sql`select from worker_heartbeats`.execute(app().database.owner);
  expect(heartbeats).toEqual([]);
});
