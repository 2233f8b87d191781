import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { z } from "zod";
import { job, startWorker, type Worker } from "@/lib/jobs";
import { type Timing, USUAL_TIMING } from "@/lib/jobs/heartbeat";
import { JOBS } from "@/services/worker";
import { awardActivity } from "@/services/xp/award-activity";
import { anApp } from "@/tests/support/app";
import { aMessage } from "@/tests/support/community";
import { aCommunityIn } from "@/tests/support/whop";
import { startWorkerProcess, type WorkerProcess } from "@/tests/support/worker-process";

/** `npm run worker` as it is, in processes that are killed and frozen; only those who take over wait for a second instead of 45. */
const app = anApp();
const QUICK: Timing = { beatSeconds: 0.1, silentSeconds: 1, recoverSeconds: 0.1 };
/** Both processes and their slow calls to Whop must begin before any of them times out. */
const SLOW = { kind: "delay", operation: "users.retrieve", delayMs: 2_500 } as const;

let process: WorkerProcess | undefined;
let other: Worker | undefined;
/** Lets a job end that a test holds up. */
let open: () => void = () => undefined;
afterEach(async () => {
  open();
  await Promise.all([process?.kill(), other?.stop()]);
  [process, other] = [undefined, undefined];
});

/** Members whose names and pictures a worker has to fetch. */
async function newMembers(count: number): Promise<string[]> {
  const { world } = app().whop;
  const { companyId } = aCommunityIn(app().whop);
  await app().deps.communities.resolve(companyId);
  const userIds = Array.from({ length: count }, () => world.addUser({ name: "Mia Member" }).id);
  for (const userId of userIds) await awardActivity(app().deps, companyId, aMessage({ userId }));
  return userIds;
}

async function jobs(): Promise<{ attempts: number; locked_by: string | null }[]> {
  const { rows } = await sql<{ attempts: number; locked_by: string | null }>`
    select attempts, locked_by from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
    where t.identifier = 'fetch_profile' order by j.id`.execute(app().database.owner);
  return rows;
}

async function eventually(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 1000; n += 1) {
    if (await isTrue()) return;
    await sleep(10);
  }
  throw new Error(`It never came to this: ${what}.`);
}

const named = async (userIds: string[]) => {
  const { owner } = app().database;
  const rows = await owner.selectFrom("profiles").select("name").where("user_id", "in", userIds).execute();
  return rows.map(({ name }) => name);
};

test("what is left by a worker that is killed is done by another, in less than two minutes", async () => {
  const { silentSeconds, recoverSeconds } = USUAL_TIMING;
  expect(silentSeconds + recoverSeconds).toBeLessThan(90);
  // Where no worker lives, a cron looks each minute.
  expect(silentSeconds + 60).toBeLessThan(120);

  process = await startWorkerProcess(app());
  app().whop.faults.add({ ...SLOW, times: 3 });
  const userIds = await newMembers(3);
  await eventually("it has all of them", async () => (await jobs()).every(({ locked_by }) => locked_by !== null));
  await process.kill();
  expect(await jobs()).toHaveLength(3);
  expect(await named(userIds)).toEqual([]);

  const killedAt = performance.now();
  other = await startWorker(app().deps, JOBS, { queueUrl: app().database.ownerUrl, crontab: "", timing: QUICK });
  await eventually("they are done", async () => (await jobs()).length === 0);
  expect(performance.now() - killedAt).toBeGreaterThan(500);
  expect(await named(userIds)).toEqual(["Mia Member", "Mia Member", "Mia Member"]);
});

test("a worker that was frozen and wakes takes nothing from the one that has its job by then", async () => {
  const frozen = await startWorkerProcess(app());
  process = frozen;
  app().whop.faults.add({ ...SLOW, times: 1 });
  await newMembers(1);
  await eventually("it has the job", async () => (await jobs())[0]?.locked_by != null);
  frozen.freeze();

  let finished = 0;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const again = job("fetch_profile", z.unknown(), async () => {
    await opened;
    finished += 1;
  });
  other = await startWorker(app().deps, [again], { queueUrl: app().database.ownerUrl, crontab: "", timing: QUICK });
  await eventually("another has it", async () => (await jobs())[0]?.attempts === 2);
  const [before] = await jobs();

  frozen.wake();
  // Whether Whop's answer still came in time to it or not.
  await eventually("it notices", async () => /taken from its worker|"outcome":"lost"/.test(frozen.words()));
  expect(await jobs()).toEqual([before]);
  open();
  await eventually("it is done", async () => (await jobs()).length === 0);
  expect(finished).toBe(1);
});

test("TERM lets a worker finish what it has begun", async () => {
  process = await startWorkerProcess(app());
  app().whop.faults.add({ ...SLOW, delayMs: 500, times: 1 });
  const userIds = await newMembers(1);
  await eventually("it has the job", async () => (await jobs())[0]?.locked_by != null);
  expect(await process.terminate()).toBe(0);
  expect([await jobs(), await named(userIds)]).toEqual([[], ["Mia Member"]]);
  const { rows } = await sql`select from worker_heartbeats`.execute(app().database.owner);
  expect(rows).toEqual([]);
});
