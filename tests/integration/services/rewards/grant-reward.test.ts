import { sql } from "kysely";
import type { Role } from "@/lib/auth/access";
import { grantReward, type RewardGrant } from "@/services/rewards/grant-reward";
import { aCommunity, aUserId } from "@/tests/support/community";
import { aDatabase, type TestDatabase } from "@/tests/support/database";
import { databaseContents } from "@/tests/support/database-contents";

let database: TestDatabase;
beforeAll(async () => {
  database = await aDatabase();
});
afterAll(() => database.drop());

const DAYS = { type: "free_days", value: { days: 5 } } as const;
const BADGE = { type: "badge", value: { name: "Speaker" } } as const;

const deps = (role: Role | null = "member") => ({ db: database.db, access: { roleIn: async () => role } });

async function aCommunityThatPays(): Promise<string> {
  const communityId = await aCommunity(database);
  await sql`update communities set rewards_confirmed_at = now() where community_id = ${communityId}`.execute(
    database.owner,
  );
  return communityId;
}

const aGrant = (communityId: string, userId: string, more: Partial<RewardGrant> = {}): RewardGrant => ({
  communityId,
  userId,
  by: "user_admin",
  ...DAYS,
  ...more,
});

async function countsOf(communityId: string) {
  const { rows } = await sql<{ rewards: number; users: number; jobs: number; audited: number }>`
    select (select count(*)::integer from rewards where community_id = ${communityId}) as rewards,
      (select count(*)::integer from users where community_id = ${communityId}) as users,
      (select count(*)::integer from graphile_worker.jobs where key like ${`%:${communityId}`}) as jobs,
      (select count(*)::integer from audit_log where community_id = ${communityId} and action = 'reward.granted') as audited`.execute(
    database.owner,
  );
  return rows[0];
}

test("a member who has done nothing yet is granted a reward, which is ready to be sent", async () => {
  const [communityId, userId] = [await aCommunityThatPays(), aUserId()];
  const rewardId = await grantReward(deps(), aGrant(communityId, userId, { note: "For your talk" }));
  const row = await database.owner
    .selectFrom("rewards")
    .selectAll()
    .where("reward_id", "=", rewardId)
    .executeTakeFirstOrThrow();
  expect(row).toMatchObject({
    community_id: communityId,
    user_id: userId,
    type: "free_days",
    value: { days: 5 },
    note: "For your talk",
    granted_by: "user_admin",
    state: "confirmed",
    rule_id: null,
    level: null,
  });
  expect(await countsOf(communityId)).toEqual({ rewards: 1, users: 1, jobs: 1, audited: 1 });
});

test("twenty requests with one key, at once, grant once, and each is told which reward", async () => {
  const [communityId, userId] = [await aCommunityThatPays(), aUserId()];
  // Several rounds: in the first one connections are still being made, and requests come one after the other.
  for (let round = 1; round <= 5; round += 1) {
    const grant = aGrant(communityId, userId, { idempotencyKey: `key-${round}`, note: "Thanks" });
    const rewardIds = await Promise.all(Array.from({ length: 20 }, () => grantReward(deps(), grant)));
    expect(new Set(rewardIds).size).toBe(1);
    expect(await countsOf(communityId)).toMatchObject({ rewards: round, users: 1, audited: round });
  }
});

test("without a key each request is a reward of its own", async () => {
  const [communityId, userId] = [await aCommunityThatPays(), aUserId()];
  await grantReward(deps(), aGrant(communityId, userId));
  await grantReward(deps(), aGrant(communityId, userId));
  expect(await countsOf(communityId)).toMatchObject({ rewards: 2, users: 1, audited: 2 });
});

test("a key stands for one reward: with another member, value or note it is refused, and changes nothing", async () => {
  const [communityId, userId] = [await aCommunityThatPays(), aUserId()];
  const grant = aGrant(communityId, userId, { idempotencyKey: "key-1", note: "Thanks" });
  await grantReward(deps(), grant);
  const before = await databaseContents(database);
  for (const change of [{ userId: aUserId() }, BADGE, { value: { days: 6 } }, { note: undefined }, { note: "Hi" }]) {
    await expect(grantReward(deps(), { ...grant, ...change })).rejects.toMatchObject({ code: "idempotency_mismatch" });
  }
  expect(await databaseContents(database)).toEqual(before);
});

test("a key is its admin's and its community's own", async () => {
  const [one, other] = [await aCommunityThatPays(), await aCommunityThatPays()];
  const userId = aUserId();
  const made = [
    await grantReward(deps(), aGrant(one, userId, { idempotencyKey: "key-1" })),
    await grantReward(deps(), aGrant(one, userId, { idempotencyKey: "key-1", by: "user_other" })),
    await grantReward(deps(), aGrant(other, userId, { idempotencyKey: "key-1" })),
  ];
  expect(new Set(made).size).toBe(3);
});

test("nothing is granted before the creator has confirmed that rewards are paid", async () => {
  const communityId = await aCommunity(database);
  const before = await databaseContents(database);
  await expect(grantReward(deps(), aGrant(communityId, aUserId()))).rejects.toMatchObject({
    code: "conflict",
    publicMessage: expect.stringContaining("setup"),
  });
  expect(await databaseContents(database)).toEqual(before);
});

test("nothing is granted to somebody who is no member, nor in a community that there is not", async () => {
  const communityId = await aCommunityThatPays();
  const before = await databaseContents(database);
  await expect(grantReward(deps(null), aGrant(communityId, aUserId()))).rejects.toMatchObject({ code: "not_found" });
  await expect(grantReward(deps(), aGrant("biz_nobody", aUserId()))).rejects.toMatchObject({ code: "conflict" });
  expect(await databaseContents(database)).toEqual(before);
});
