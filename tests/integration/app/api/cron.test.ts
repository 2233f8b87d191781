import { sql } from "kysely";
import { checkHealth } from "@/lib/health";
import { awardActivity } from "@/services/xp/award-activity";
import { anApp } from "@/tests/support/app";
import { aMessage } from "@/tests/support/community";
import { databaseContents } from "@/tests/support/database-contents";
import { aMemberOf, aPayingCommunity, aReward, FREE_DAYS, rewardRow } from "@/tests/support/sending";
import { aCommunityIn } from "@/tests/support/whop";

const SECRET = "a-secret-of-the-scheduler";
const app = anApp({ env: { CRON_SECRET: SECRET } });

/** As where the queue's address is known; the app of the tests is started before there is one. */
beforeEach(() => {
  app().deps.env.directDatabaseUrl = app().database.ownerUrl;
  app().deps.env.cronSecret = SECRET;
});

const call = (authorization?: string, method = "GET") =>
  app().call("/api/cron", { method, headers: authorization === undefined ? {} : { authorization } });

async function cron() {
  const response = await call(`Bearer ${SECRET}`);
  return { status: response.status, cache: response.headers.get("cache-control"), body: await response.json() };
}

/** Jobs that our SQL queues: each new member's name and picture. */
async function newMembers(count: number): Promise<string[]> {
  const { world } = app().whop;
  const { companyId } = aCommunityIn(app().whop);
  await app().deps.communities.resolve(companyId);
  const userIds = Array.from({ length: count }, () => world.addUser({ name: "Mia Member" }).id);
  for (const userId of userIds) await awardActivity(app().deps, companyId, aMessage({ userId }));
  return userIds;
}

async function namesOf(userIds: string[]): Promise<(string | null)[]> {
  const { owner } = app().database;
  const rows = await owner.selectFrom("profiles").select("name").where("user_id", "in", userIds).execute();
  return rows.map(({ name }) => name);
}

/** From now on the clock starts no job, whichever minute comes while a test runs. */
async function stopClock(): Promise<void> {
  await sql`update graphile_worker._private_known_crontabs set last_execution = now() + interval '1 day'`.execute(
    app().database.owner,
  );
}

test.each([
  ["nothing", undefined],
  ["another secret", "Bearer another-secret-of-somebody"],
  ["the secret and something more", `Bearer ${SECRET}x`],
  ["a part of the secret", `Bearer ${SECRET.slice(0, -1)}`],
  ["the secret alone", SECRET],
  ["the secret in another scheme", `Basic ${SECRET}`],
  ["an empty secret", "Bearer "],
])("whoever sends %s is answered 401 and nothing is done", async (_what, authorization) => {
  const userIds = await newMembers(1);
  for (const method of ["GET", "HEAD"]) expect((await call(authorization, method)).status).toBe(401);
  expect(await namesOf(userIds)).toEqual([]);
});

test("where no secret is set nobody passes, not even with an empty one", async () => {
  app().deps.env.cronSecret = undefined;
  for (const authorization of [undefined, "Bearer ", "Bearer undefined", `Bearer ${SECRET}`]) {
    expect([authorization, (await call(authorization)).status]).toEqual([authorization, 401]);
  }
});

test("who knows the secret has the due jobs done, and no cache may answer instead", async () => {
  const userIds = await newMembers(3);
  const { status, cache, body } = await cron();
  expect([status, cache, body]).toEqual([200, "no-store", { success: true, recovered: 0, jobs: expect.any(Number) }]);
  expect(body.jobs).toBeGreaterThanOrEqual(3);
  expect(await namesOf(userIds)).toEqual(["Mia Member", "Mia Member", "Mia Member"]);
});

test("runs that overlap share the work, and one more run finds nothing to do and changes nothing", async () => {
  await cron();
  await stopClock();
  const userIds = await newMembers(40);
  app().whop.faults.add({ kind: "delay", operation: "users.retrieve", delayMs: 50, times: 40 });
  const [one, two] = await Promise.all([cron(), cron()]);
  expect([one.status, two.status]).toEqual([200, 200]);
  expect(one.body.jobs + two.body.jobs).toBe(40);
  expect(await namesOf(userIds)).toHaveLength(40);
  const before = await databaseContents(app().database);
  expect(await cron()).toMatchObject({ status: 200, body: { recovered: 0, jobs: 0 } });
  expect(await databaseContents(app().database)).toEqual(before);
});

test("after two days without a worker one run makes up for it: what waited, what a dead one held, what the day brings", async () => {
  await cron();
  const userIds = await newMembers(4);
  const { owner } = app().database;
  await sql`update graphile_worker._private_jobs set run_at = now() - interval '2 days', created_at = now() - interval '2 days'`.execute(
    owner,
  );
  await sql`
    update graphile_worker._private_jobs set attempts = 1, locked_by = 'dead', locked_at = now() - interval '2 days'
    where id in (select id from graphile_worker._private_jobs order by id limit 2)`.execute(owner);
  await sql`
    update graphile_worker._private_known_crontabs set known_since = now() - interval '9 days', last_execution = now() - interval '2 days'`.execute(
    owner,
  );
  expect((await checkHealth(app().deps)).checks.queue).toMatchObject({ ok: false, ageSeconds: expect.any(Number) });

  const { body } = await cron();
  // Four members, and once each what is done daily, and hourly; one of these again where its minute has just come.
  expect(body).toMatchObject({ recovered: 2, jobs: expect.any(Number) });
  expect([11, 12, 13]).toContain(body.jobs);
  expect(await namesOf(userIds)).toHaveLength(4);
  expect((await checkHealth(app().deps)).checks.queue).toMatchObject({ ok: true, ageSeconds: 0, failedJobs: 0 });
  await stopClock();
  expect((await cron()).body).toMatchObject({ recovered: 0, jobs: 0 });
});

test("without the queue's address the dead are still known and all that is due is sent", async () => {
  app().deps.env.directDatabaseUrl = undefined;
  const userIds = await newMembers(1);
  const communityId = await aPayingCommunity(app().database, app().whop);
  const userId = await aMemberOf(app().database, app().whop, communityId);
  const rewardId = await aReward(app().database, communityId, userId, FREE_DAYS);
  expect((await cron()).body).toEqual({ success: true, recovered: 0, jobs: null });
  expect(await namesOf(userIds)).toEqual([]);
  expect(await rewardRow(app().database, rewardId)).toMatchObject({ state: "delivered", delivered_how: "sent" });
});

test("a queue that cannot be reached keeps nothing else from being done, and is told in the log", async () => {
  app().deps.env.directDatabaseUrl = "postgres://nobody:wrong@127.0.0.1:1/nothing";
  expect((await cron()).body).toEqual({ success: true, recovered: 0, jobs: null });
  expect(app().log.join("\n")).toContain("the job queue could not be worked on");
});
