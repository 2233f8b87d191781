import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import { upsertVisibility } from "@/services/leaderboard/leaderboard.queries";
import { setPreferences } from "@/services/notifications/preferences";
import { awardActivities } from "@/services/xp/award-activity";
import { removeActivity } from "@/services/xp/remove-activity";
import { replayCommunity } from "@/services/xp/replay-community";
import { aCommunity, aMessage, anAdjustment, aUserId } from "@/tests/support/community";
import { aDatabase, type TestDatabase } from "@/tests/support/database";
import { nth, withInstances } from "@/tests/support/instances";
import { give, leave, messageRows, tellBy, treatLeavers, XP_OF_LEVEL } from "@/tests/support/notifying";
import { redisAway } from "@/tests/support/redis-away";

let database: TestDatabase;
beforeAll(async () => {
  database = await aDatabase();
});
afterAll(() => database.drop());
const HOUR_MS = 3_600_000;

/** What is due, as "channel from-to". */
async function due(communityId: string): Promise<string[]> {
  const rows = await messageRows(database, communityId);
  return rows
    .filter(({ state }) => state === "due")
    .map(({ channel, from_level, to_level }) => `${channel} ${from_level}-${to_level}`);
}

const ANNOUNCED = { enabled: true, experienceId: "exp_chat", template: "{name}: {level}" };
const WRITTEN = { enabled: true, template: "{level}" };

test("a jump of several levels is one message by each way that is switched on, and wakes the senders", async () => {
  const communityId = await aCommunity(database);
  await tellBy(database, communityId, { announcement: ANNOUNCED, directMessage: WRITTEN });
  await give(database, communityId, "user_a", XP_OF_LEVEL[5]);
  expect(await due(communityId)).toEqual(["announcement 1-5", "direct_message 1-5", "push 1-5"]);
  const { rows } = await sql`select 1 from graphile_worker.jobs
    where task_identifier = 'send_notifications' and key = ${`send_notifications:${communityId}`}`.execute(
    database.owner,
  );
  expect(rows).toHaveLength(1);
});

test("no way that is switched off is used; a community begins with pushes alone", async () => {
  const communityId = await aCommunity(database);
  await give(database, communityId, "user_a", XP_OF_LEVEL[2]);
  await tellBy(database, communityId, { levelUpPush: false });
  await give(database, communityId, "user_b", XP_OF_LEVEL[2]);
  expect(await messageRows(database, communityId)).toMatchObject([{ user_id: "user_a", channel: "push" }]);
});

test("a level that comes while the message about another is due makes that one longer", async () => {
  const communityId = await aCommunity(database);
  await give(database, communityId, "user_a", XP_OF_LEVEL[2]);
  await give(database, communityId, "user_a", XP_OF_LEVEL[4] - XP_OF_LEVEL[2]);
  expect(await due(communityId)).toEqual(["push 1-4"]);
});

test("a level that comes when the message before has its words gets one of its own", async () => {
  const communityId = await aCommunity(database);
  await give(database, communityId, "user_a", XP_OF_LEVEL[2]);
  await sql`update notifications set state = 'sending', request = '{}', idempotency_key = 'k', keyed_at = now()
    where community_id = ${communityId}`.execute(database.owner);
  await give(database, communityId, "user_a", XP_OF_LEVEL[3] - XP_OF_LEVEL[2]);
  expect(await due(communityId)).toEqual(["push 2-3"]);
});

test("a level that was lost and reached again is told once", async () => {
  const communityId = await aCommunity(database);
  await give(database, communityId, "user_a", XP_OF_LEVEL[4]);
  const more = await give(database, communityId, "user_a", XP_OF_LEVEL[5] - XP_OF_LEVEL[4]);
  await sql`update notifications set state = 'sent', sent_at = now() where community_id = ${communityId}`.execute(
    database.owner,
  );
  await removeActivity({ db: database.db, redis: redisAway }, communityId, more.activityId);
  await give(database, communityId, "user_a", XP_OF_LEVEL[5] - XP_OF_LEVEL[4]);
  expect(await due(communityId)).toEqual([]);
  await give(database, communityId, "user_a", XP_OF_LEVEL[6] - XP_OF_LEVEL[5]);
  expect(await due(communityId)).toEqual(["push 5-6"]);
});

test("twenty awards at once on four instances, each of them a level or none: no level is told twice, none is left out", async () => {
  const communityId = await aCommunity(database);
  await withInstances(database, 4, (instances) =>
    Promise.all(Array.from({ length: 20 }, (_, n) => give(nth(instances, n), communityId, "user_a", 40))),
  );
  expect(await messageRows(database, communityId)).toMatchObject([
    { channel: "push", from_level: 1, to_level: 5, state: "due" },
  ]);
});

test("twenty awards at once while what is due keeps getting its words: the messages follow upon each other", async () => {
  const communityId = await aCommunity(database);
  const wording = async () => {
    for (let times = 0; times < 40; times += 1) {
      await sql`update notifications set state = 'sent', sent_at = now() where community_id = ${communityId} and state = 'due'`.execute(
        database.owner,
      );
    }
  };
  await withInstances(database, 4, async (instances) => {
    const awards = Array.from({ length: 20 }, (_, n) => give(nth(instances, n), communityId, "user_a", 60));
    await Promise.all([...awards, wording()]);
  });
  const rows = (await messageRows(database, communityId)).map(({ from_level, to_level }) => [
    from_level ?? 0,
    to_level ?? 0,
  ]);
  rows.sort(([one = 0], [other = 0]) => one - other);
  const [first] = rows;
  expect([first?.[0], rows.at(-1)?.[1]]).toEqual([1, 6]);
  for (const [n, [from]] of rows.entries()) if (n > 0) expect(from).toBe(rows[n - 1]?.[1]);
});

describe("history is no news", () => {
  test.each([
    ["from two days ago", { occurredAt: new Date(Date.now() - 48 * HOUR_MS) }],
    ["out of a seed", { source: "seed" as const }],
  ])("an award %s tells nothing, also when its level is lost and reached again today", async (_name, facts) => {
    const communityId = await aCommunity(database);
    const old = await give(database, communityId, "user_a", XP_OF_LEVEL[5], facts);
    await removeActivity({ db: database.db, redis: redisAway }, communityId, old.activityId);
    await give(database, communityId, "user_a", XP_OF_LEVEL[5]);
    expect(await messageRows(database, communityId)).toEqual([]);
  });

  test("an award of 23 hours ago, as after an outage, is told", async () => {
    const communityId = await aCommunity(database);
    await give(database, communityId, "user_a", XP_OF_LEVEL[3], { occurredAt: new Date(Date.now() - 23 * HOUR_MS) });
    expect(await due(communityId)).toEqual(["push 1-3"]);
  });

  test("levels that a change of the rates for all history brings are not told", async () => {
    const communityId = await aCommunity(database);
    const [first, second] = [aMessage({ occurredAt: new Date(Date.now() - 3 * HOUR_MS) }), aMessage()];
    await awardActivities(database, communityId, [first, second]);
    const { settings } = await findSettings(database, communityId);
    const message = { ...settings.actions.message, minXp: 500, maxXp: 500 };
    const dearer = { ...settings, actions: { ...settings.actions, message } } as typeof settings;
    await changeSettings(database, communityId, { settings: dearer, validFrom: new Date(0), by: "user_owner" });
    await replayCommunity(database, communityId, new Date(0));
    const { rows } = await sql<{ level: number }>`select level from users where community_id = ${communityId}`.execute(
      database.owner,
    );
    expect(rows).toEqual([{ level: 5 }]);
    expect(await messageRows(database, communityId)).toEqual([]);
  });
});

test("who wants no messages gets none", async () => {
  const communityId = await aCommunity(database);
  await tellBy(database, communityId, { announcement: ANNOUNCED, directMessage: WRITTEN });
  await setPreferences(database, communityId, "user_a", { notifications: false, timeZone: null });
  await give(database, communityId, "user_a", XP_OF_LEVEL[5]);
  expect(await messageRows(database, communityId)).toEqual([]);
});

test.each(["anonymous", "hidden"] as const)("who is %s is not announced, and is told alone", async (visibility) => {
  const communityId = await aCommunity(database);
  const userId = aUserId();
  await tellBy(database, communityId, { announcement: ANNOUNCED, directMessage: WRITTEN });
  await inCommunity(database.db, communityId, (trx) => upsertVisibility(trx, communityId, userId, visibility));
  await give(database, communityId, userId, XP_OF_LEVEL[5]);
  expect(await due(communityId)).toEqual(["direct_message 1-5", "push 1-5"]);
});

test.each(["left", "banned"] as const)("who is %s is announced only where such keep their place", async (why) => {
  const communityId = await aCommunity(database);
  await tellBy(database, communityId, { levelUpPush: false, announcement: ANNOUNCED });
  const [hidden, kept] = [aUserId(), aUserId()];
  await leave(database, communityId, hidden, why);
  await give(database, communityId, hidden, XP_OF_LEVEL[5]);
  expect(await due(communityId)).toEqual([]);
  await treatLeavers(database, communityId, "keep");
  await leave(database, communityId, kept, why);
  await give(database, communityId, kept, XP_OF_LEVEL[5]);
  expect(await due(communityId)).toEqual(["announcement 1-5"]);
});

test("awards to many members at once, some with a reward and some without, meet no deadlock", async () => {
  const communityId = await aCommunity(database);
  await sql`update communities set rewards_confirmed_at = now() where community_id = ${communityId}`.execute(
    database.owner,
  );
  const deadlocks = async () => {
    await sql`select pg_stat_clear_snapshot()`.execute(database.owner);
    const { rows } = await sql<{ deadlocks: number }>`
      select deadlocks from pg_stat_database where datname = current_database()`.execute(database.owner);
    return rows[0]?.deadlocks;
  };
  const before = await deadlocks();
  await withInstances(database, 6, (instances) =>
    Promise.all(
      // Each one batch after the other: so few wait in line for the community's jobs that none waits longer than it may.
      instances.map(async (instance, at) => {
        for (let n = at; n < 24; n += instances.length) {
          const xps = Array.from({ length: 6 }, (_, m) => XP_OF_LEVEL[(n + m) % 2 === 0 ? 2 : 5]);
          const awards = xps.map((xp) => anAdjustment(xp, { userId: aUserId() }));
          await awardActivities(instance, communityId, awards);
        }
      }),
    ),
  );
  expect(await due(communityId)).toHaveLength(24 * 6);
  expect(await deadlocks()).toBe(before);
}, 60_000);
