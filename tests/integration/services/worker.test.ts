import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCrontab } from "graphile-worker";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { startWorker, type Worker } from "@/lib/jobs";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import { CRONTAB, JOBS } from "@/services/worker";
import { awardActivity } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import { readRules } from "@/services/xp/stored-state";
import { anApp } from "@/tests/support/app";
import { aMessage, anAdjustment, storedMember } from "@/tests/support/community";
import { aMemberOf, aPayingCommunity, aReward, effectsOf, FREE_DAYS, rewardRow } from "@/tests/support/sending";
import { aCommunityIn } from "@/tests/support/whop";

const app = anApp();
let worker: Worker | undefined;

afterEach(async () => {
  await worker?.stop();
  worker = undefined;
});

/** Works until nothing is left to do. */
async function work(): Promise<void> {
  worker = await startWorker(app().deps, JOBS, { queueUrl: app().database.ownerUrl, crontab: "" });
  for (let n = 0; n < 400; n += 1) {
    if ((await jobsLeft()) === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("There are jobs that nobody does.");
}

async function jobsLeft(): Promise<number> {
  const { rows } = await sql<{ left: number }>`select count(*) as left from graphile_worker._private_jobs`.execute(
    app().database.owner,
  );
  return rows[0]?.left ?? 0;
}

/** A community that WEE5 knows, and a member who has written a message an hour ago. */
async function aMember() {
  const place = aCommunityIn(app().whop);
  await app().deps.communities.resolve(place.companyId);
  const occurredAt = new Date(Date.now() - 3_600_000);
  await awardActivity(app().deps, place.companyId, aMessage({ userId: place.memberId, occurredAt }));
  return { communityId: place.companyId, userId: place.memberId };
}

const profileOf = (userId: string) =>
  app()
    .database.owner.selectFrom("profiles")
    .select(["name", "picture_url"])
    .where("user_id", "=", userId)
    .executeTakeFirst();

test("every job that our SQL queues, and every one that the crontab names, has somebody to do it", () => {
  const folder = join(process.cwd(), "supabase", "migrations");
  const migrations = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const queued = migrations.flatMap((text) =>
    [...text.matchAll(/(?:add_job|wake_worker)\('([^']+)'/g)].map(([, name]) => name ?? ""),
  );
  const scheduled = parseCrontab(CRONTAB).map(({ task }) => task);
  expect(new Set(queued).size).toBeGreaterThan(1);
  expect(JOBS.map(({ name }) => name)).toEqual(expect.arrayContaining([...queued, ...scheduled]));
  expect(new Set(JOBS.map(({ name }) => name)).size).toBe(JOBS.length);
});

test("a member's first activity brings their name and picture from Whop, once", async () => {
  const { communityId, userId } = await aMember();
  expect(await jobsLeft()).toBe(1);
  await awardActivity(app().deps, communityId, aMessage({ userId }));
  expect(await jobsLeft()).toBe(1);
  await work();
  expect(await profileOf(userId)).toEqual({ name: "Mia Member", picture_url: expect.stringContaining(userId) });
});

test("what Whop cannot tell now is asked again later, by the same job", async () => {
  const { userId } = await aMember();
  app().whop.faults.add({ kind: "status", operation: "users.retrieve", status: 500, times: 3 });
  await work();
  expect(await profileOf(userId)).toMatchObject({ name: "Mia Member" });
});

test("settings for all history are applied to what was earned before, until every number is the fold's", async () => {
  const { communityId, userId } = await aMember();
  const { settings } = await findSettings(app().deps, communityId);
  const { message } = settings.actions;
  if (!message) throw new Error("The default settings have a rate for messages.");
  await changeSettings(app().deps, communityId, {
    settings: { ...settings, actions: { ...settings.actions, message: { ...message, minXp: 800, maxXp: 800 } } },
    validFrom: new Date(0),
    by: "user_owner",
  });
  expect(await storedMember(app().database, communityId, userId)).toMatchObject({ xp: 20 });
  await work();
  expect(await storedMember(app().database, communityId, userId)).toMatchObject({ xp: 800, level: 5 });
  const differences = await inCommunity(app().deps.db, communityId, async (trx) =>
    checkMember(trx, await readRules(trx, communityId), userId),
  );
  expect(differences).toEqual([]);
});

test("months ahead that are missing are made", async () => {
  const ahead = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 7).replace("-", "_");
  const { owner } = app().database;
  await sql.raw(`drop table activity_log_${ahead}, corrections_${ahead}`).execute(owner);
  await sql`select graphile_worker.add_job('keep_partitions')`.execute(owner);
  await work();
  const { rows } = await sql`
    select to_regclass(${`activity_log_${ahead}`}) is not null as log, to_regclass(${`corrections_${ahead}`}) is not null as corrections`.execute(
    owner,
  );
  expect(rows).toEqual([{ log: true, corrections: true }]);
});

test("months that are not over the retention stay when closing runs", async () => {
  const { communityId, userId } = await aMember();
  const before = await storedMember(app().database, communityId, userId);
  await sql`select graphile_worker.add_job('close_months')`.execute(app().database.owner);
  await work();
  expect(await storedMember(app().database, communityId, userId)).toEqual(before);
});

test("an award that brings a level with a reward has it sent, once, by the jobs it has queued", async () => {
  const communityId = await aPayingCommunity(app().database, app().whop);
  const userId = await aMemberOf(app().database, app().whop, communityId);
  const receipt = await awardActivity(app().deps, communityId, anAdjustment(800, { userId }));
  expect([receipt.newLevel, receipt.rewards.length]).toEqual([5, 1]);
  await work();
  const sent = effectsOf(app().whop).freeDays.filter((effect) => effect.user_id === userId);
  expect(sent).toEqual([expect.objectContaining({ free_days: 3 })]);
});

test("a reward that no job wakes for is found by the sweep, and the daily comparison with Whop finds nothing to say of it", async () => {
  const communityId = await aPayingCommunity(app().database, app().whop);
  const userId = await aMemberOf(app().database, app().whop, communityId);
  const rewardId = await aReward(app().database, communityId, userId, FREE_DAYS);
  await work();
  expect(await rewardRow(app().database, rewardId)).toMatchObject({ state: "confirmed" });
  await worker?.stop();
  for (const task of ["sweep", "reconcile_rewards"]) {
    await sql`select graphile_worker.add_job(${task})`.execute(app().database.owner);
    await work();
    await worker?.stop();
  }
  expect(await rewardRow(app().database, rewardId)).toMatchObject({ state: "delivered", delivered_how: "sent" });
});
