import { randomUUID } from "node:crypto";
import { type Insertable, sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { decideReward } from "@/services/rewards/decide-reward";
import type { RewardAction } from "@/services/rewards/queue";
import { setBudget } from "@/services/rewards/set-budget";
import { aCommunity, aUserId } from "@/tests/support/community";
import { aDatabase, type TestDatabase } from "@/tests/support/database";
import { databaseContents } from "@/tests/support/database-contents";
import { aReward, FREE_DAYS, PROMO_CODE, rewardRow } from "@/tests/support/sending";
import type { DB } from "@/types/database";

let database: TestDatabase;
beforeAll(async () => {
  database = await aDatabase();
});
afterAll(() => database.drop());

const KEYED = { idempotency_key: "key", keyed_at: new Date(), request: "{}" };
const UNKNOWN = { ...FREE_DAYS, ...KEYED, state: "needs_attention", problem: "unknown_outcome" };
const REFUSED = { ...FREE_DAYS, state: "needs_attention", problem: "refused" };
const SENDING = { ...FREE_DAYS, ...KEYED, state: "sending" };
const LATER = { next_attempt_at: new Date(Date.now() + 3_600_000) };
const DELIVERED = { ...FREE_DAYS, state: "delivered", delivered_at: new Date(), delivered_how: "sent" };
type Reward = Pick<Insertable<DB["rewards"]>, "type" | "value"> & Partial<Insertable<DB["rewards"]>>;

async function aMember() {
  const communityId = await aCommunity(database);
  const userId = aUserId();
  await database.owner.insertInto("users").values({ community_id: communityId, user_id: userId }).execute();
  return { communityId, userId };
}

async function aStanding(reward: Reward) {
  const member = await aMember();
  const rewardId = await aReward(database, member.communityId, member.userId, reward);
  return { ...member, rewardId };
}

async function seenOf(rewardId: string): Promise<string> {
  const { rows } = await sql<{ seen: string }>`
    select ((extract(epoch from updated_at) * 1000000)::bigint)::text as seen from rewards where reward_id = ${rewardId}`.execute(
    database.owner,
  );
  return rows[0]?.seen ?? "";
}

type Standing = { communityId: string; rewardId: string };

async function decide({ communityId, rewardId }: Standing, action: RewardAction, seen?: string, by = "user_admin") {
  return decideReward(database, { communityId, rewardId, action, by, seen: seen ?? (await seenOf(rewardId)) });
}

async function jobsOf(communityId: string): Promise<string[]> {
  const { rows } = await sql<{ task: string }>`
    select task_identifier as task from graphile_worker.jobs where key like ${`%:${communityId}`} order by 1`.execute(
    database.owner,
  );
  return rows.map(({ task }) => task);
}

async function auditOf(communityId: string) {
  return database.owner
    .selectFrom("audit_log")
    .select(["actor_user_id as by", "action", "subject", "details"])
    .where("community_id", "=", communityId)
    .where("action", "like", "reward.%")
    .execute();
}

const refusedAs = (reason: string) => ({ code: "conflict", details: { reason } });

describe("what can be done in which state, and nothing else", () => {
  const MATRIX: [string, Reward, RewardAction[]][] = [
    ["due", { ...FREE_DAYS, state: "due" }, ["cancel"]],
    ["confirmed", FREE_DAYS, ["cancel"]],
    ["confirmed for later", { ...FREE_DAYS, ...LATER }, ["retry", "cancel"]],
    ["waiting for the budget", { ...FREE_DAYS, ...LATER, waits_for: "budget" }, ["cancel"]],
    ["waiting for a membership", { ...FREE_DAYS, state: "waiting", waits_for: "membership" }, ["retry", "cancel"]],
    ["being sent", SENDING, []],
    ["being sent, again later", { ...SENDING, ...LATER }, ["retry"]],
    ["of unknown outcome", UNKNOWN, ["retry", "settle_sent", "settle_not_sent", "cancel"]],
    ["refused", REFUSED, ["retry", "settle_sent", "cancel"]],
    ["refused, its level lost", { ...REFUSED, level_lost_at: new Date() }, ["settle_sent", "cancel"]],
    ["delivered", DELIVERED, []],
    ["cancelled", { ...FREE_DAYS, state: "cancelled", cancelled_because: "by_creator" }, []],
  ];
  const ACTIONS: RewardAction[] = ["retry", "cancel", "settle_sent", "settle_not_sent"];

  test.each(MATRIX)("%s", async (_name, reward, allowed) => {
    for (const action of ACTIONS) {
      const standing = await aStanding(reward);
      if (allowed.includes(action)) {
        expect([action, await decide(standing, action)]).toEqual([action, standing.userId]);
      } else {
        await expect(decide(standing, action)).rejects.toMatchObject(refusedAs("impossible"));
      }
    }
  });
});

test("what may have arrived is tried again under its key, so that it is looked for first", async () => {
  const standing = await aStanding({ ...UNKNOWN, calls: 20, failures: 9, last_error: "lost" });
  await decide(standing, "retry");
  expect(await rewardRow(database, standing.rewardId)).toMatchObject({
    state: "sending",
    idempotency_key: "key",
    calls: 0,
    failures: 0,
    problem: null,
  });
  expect(await jobsOf(standing.communityId)).toEqual(["send_rewards"]);
});

test("what Whop refused is tried again from the beginning", async () => {
  const standing = await aStanding(REFUSED);
  await decide(standing, "retry");
  expect(await rewardRow(database, standing.rewardId)).toMatchObject({ state: "confirmed", idempotency_key: null });
  expect(await jobsOf(standing.communityId)).toEqual(["send_rewards"]);
});

test("nobody tries one again while another of the member is on its way: reading could not tell them apart", async () => {
  const standing = await aStanding(UNKNOWN);
  await aReward(database, standing.communityId, standing.userId, SENDING);
  await expect(decide(standing, "retry")).rejects.toMatchObject(refusedAs("busy"));
});

test("cancelled is cancelled: free days count in no budget any more, and nobody is woken", async () => {
  const standing = await aStanding({ ...FREE_DAYS, state: "waiting", waits_for: "membership" });
  await decide(standing, "cancel");
  expect(await rewardRow(database, standing.rewardId)).toMatchObject({
    state: "cancelled",
    cancelled_because: "by_creator",
    waits_for: null,
    budget_month: null,
  });
  expect(await jobsOf(standing.communityId)).toEqual([]);
});

test("days that may have arrived stay in the budget when their reward is cancelled", async () => {
  const standing = await aStanding({ ...UNKNOWN, budget_month: "2026-05-01" });
  await decide(standing, "cancel");
  expect((await rewardRow(database, standing.rewardId)).budget_month).not.toBeNull();
});

test("one that a person saw at Whop is delivered by hand, with its code and in the month's budget", async () => {
  const days = await aStanding(UNKNOWN);
  await decide(days, "settle_sent");
  expect(await rewardRow(database, days.rewardId)).toMatchObject({
    state: "delivered",
    delivered_how: "by_hand",
    delivered_at: expect.any(Date),
    problem: null,
    budget_month: expect.anything(),
  });
  const code = await aStanding({ ...UNKNOWN, ...PROMO_CODE, code: "WEE5ABCD" });
  await decide(code, "settle_sent");
  expect(await rewardRow(database, code.rewardId)).toMatchObject({ state: "delivered", code: "WEE5ABCD" });
});

test("a code that Whop refused is not shown when a person says that the member has got something else", async () => {
  const standing = await aStanding({ ...REFUSED, ...PROMO_CODE, code: "WEE5ABCD" });
  await decide(standing, "settle_sent");
  expect(await rewardRow(database, standing.rewardId)).toMatchObject({ state: "delivered", code: null });
});

test("one of which a person saw nothing at Whop is sent anew, under another key and with another code", async () => {
  const standing = await aStanding({
    ...UNKNOWN,
    ...PROMO_CODE,
    code: "WEE5ABCD",
    budget_month: "2026-05-01",
    calls: 4,
  });
  await decide(standing, "settle_not_sent");
  expect(await rewardRow(database, standing.rewardId)).toMatchObject({
    state: "confirmed",
    idempotency_key: null,
    keyed_at: null,
    request: null,
    code: null,
    budget_month: null,
    calls: 0,
  });
  expect(await jobsOf(standing.communityId)).toEqual(["send_rewards"]);
});

test("one that was not sent and whose level is lost is to be earned again", async () => {
  const standing = await aStanding({ ...UNKNOWN, level_lost_at: new Date() });
  await decide(standing, "settle_not_sent");
  expect(await rewardRow(database, standing.rewardId)).toMatchObject({
    state: "cancelled",
    cancelled_because: "level_lost",
    level_lost_at: null,
  });
});

test("every decision is in the audit log, and none that was refused", async () => {
  const standing = await aStanding({ ...UNKNOWN, calls: 7 });
  const seen = await seenOf(standing.rewardId);
  await decide(standing, "settle_not_sent", seen, "user_one");
  await expect(decide(standing, "cancel", seen, "user_two")).rejects.toMatchObject(refusedAs("changed"));
  expect(await auditOf(standing.communityId)).toEqual([
    {
      by: "user_one",
      action: "reward.settle_not_sent",
      subject: standing.userId,
      details: {
        rewardId: standing.rewardId,
        type: "free_days",
        value: { days: 3 },
        from: "needs_attention",
        to: "confirmed",
        problem: "unknown_outcome",
        calls: 7,
      },
    },
  ]);
});

test("what one has not seen one does not decide, and a refusal changes nothing", async () => {
  const standing = await aStanding(UNKNOWN);
  const seen = await seenOf(standing.rewardId);
  const before = await databaseContents(database);
  for (const stale of [String(Number(seen) - 1), String(Number(seen) + 1), "0"]) {
    await expect(decide(standing, "cancel", stale)).rejects.toMatchObject(refusedAs("changed"));
  }
  expect(await databaseContents(database)).toEqual(before);
});

test("twenty admins at once: one decides, the others are told that it has changed", async () => {
  const actions: RewardAction[] = ["retry", "cancel", "settle_sent", "settle_not_sent"];
  const standing = await aStanding(UNKNOWN);
  const seen = await seenOf(standing.rewardId);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, at) => decide(standing, actions[at % 4] ?? "retry", seen, `user_${at}`)),
  );
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") expect(outcome.reason).toMatchObject(refusedAs("changed"));
  }
  expect(await auditOf(standing.communityId)).toHaveLength(1);
});

test("a reward that a worker has is left alone until its lease has ended", async () => {
  const lease = { lease_token: randomUUID(), leased_until: new Date(Date.now() + 60_000) };
  const standing = await aStanding({ ...FREE_DAYS, ...lease });
  await expect(decide(standing, "cancel")).rejects.toMatchObject(refusedAs("busy"));
  expect((await rewardRow(database, standing.rewardId)).state).toBe("confirmed");
  await sql`update rewards set leased_until = now() - interval '1 second' where reward_id = ${standing.rewardId}`.execute(
    database.owner,
  );
  await decide(standing, "cancel");
  expect(await rewardRow(database, standing.rewardId)).toMatchObject({ state: "cancelled", lease_token: null });
});

/** Claims the community's reward and writes down what it is about to ask of Whop; whether it may ask. */
async function workOn({ communityId, rewardId }: Standing): Promise<boolean> {
  return inCommunity(database.db, communityId, async (trx) => {
    const claimed = await sql<{ token: string }>`
      select lease_token as token from claim_rewards(1, 60, ${communityId})`.execute(trx);
    const token = claimed.rows[0]?.token;
    if (token === undefined) return false;
    const begun = await sql<{ outcome: string }>`
      select begin_reward(${communityId}, ${rewardId}, ${token}, 60, 'key', '{}') as outcome`.execute(trx);
    return begun.rows[0]?.outcome === "begun";
  });
}

test("cancelling and a worker at once, fifty times: what is sent is not cancelled, and what is cancelled is not sent", async () => {
  for (let round = 0; round < 50; round += 1) {
    const standing = await aStanding(FREE_DAYS);
    const cancelling = decide(standing, "cancel", await seenOf(standing.rewardId));
    const [cancelled, isSending] = await Promise.all([
      cancelling.then(
        () => true,
        (error) => {
          expect(error).toMatchObject({
            code: "conflict",
            details: { reason: expect.stringMatching(/^(busy|changed)$/) },
          });
          return false;
        },
      ),
      workOn(standing),
    ]);
    expect([round, cancelled !== isSending]).toEqual([round, true]);
    const { state } = await rewardRow(database, standing.rewardId);
    expect([round, state]).toEqual([round, cancelled ? "cancelled" : "sending"]);
  }
});

test("another community's reward is not there", async () => {
  const [own, other] = [await aStanding(UNKNOWN), await aStanding(UNKNOWN)];
  const foreign = { communityId: other.communityId, rewardId: own.rewardId };
  await expect(decide(foreign, "cancel")).rejects.toMatchObject({ code: "not_found" });
  expect((await rewardRow(database, own.rewardId)).state).toBe("needs_attention");
});

describe("the budget", () => {
  const budgetOf = async (communityId: string) =>
    (
      await database.owner
        .selectFrom("communities")
        .select("free_days_per_month")
        .where("community_id", "=", communityId)
        .executeTakeFirstOrThrow()
    ).free_days_per_month;

  test("more of it wakes what waits for it, and is in the audit log once", async () => {
    const standing = await aStanding({ ...FREE_DAYS, ...LATER, waits_for: "budget" });
    const { communityId } = standing;
    await setBudget(database, communityId, { by: "user_admin", freeDaysPerMonth: 0 });
    expect(await jobsOf(communityId)).toEqual([]);
    expect(await setBudget(database, communityId, { by: "user_admin", freeDaysPerMonth: 10 })).toBe(true);
    expect(await setBudget(database, communityId, { by: "user_admin", freeDaysPerMonth: 10 })).toBe(false);
    expect(await budgetOf(communityId)).toBe(10);
    expect((await rewardRow(database, standing.rewardId)).next_attempt_at.getTime()).toBeLessThanOrEqual(Date.now());
    expect(await jobsOf(communityId)).toEqual(["send_rewards"]);
    expect((await auditOf(communityId)).map(({ action, details }) => [action, details])).toEqual([
      ["reward.budget", { freeDaysPerMonth: 0, before: null }],
      ["reward.budget", { freeDaysPerMonth: 10, before: 0 }],
    ]);
  });

  test("none is no limit", async () => {
    const { communityId } = await aMember();
    await setBudget(database, communityId, { by: "user_admin", freeDaysPerMonth: 5 });
    await setBudget(database, communityId, { by: "user_admin", freeDaysPerMonth: null });
    expect(await budgetOf(communityId)).toBeNull();
  });
});
