import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { decideReward } from "@/services/rewards/decide-reward";
import type { RewardAction } from "@/services/rewards/queue";
import { sendRewards } from "@/services/rewards/send-rewards";
import { aDatabase, type TestDatabase } from "@/tests/support/database";
import { sendDeps } from "@/tests/support/send-deps";
import {
  aMemberOf,
  aPayingCommunity,
  aReward,
  effectsOf,
  FREE_DAYS,
  PROMO_CODE,
  passTime,
  rewardRow,
} from "@/tests/support/sending";
import { aWhop } from "@/tests/support/whop";

const whop = aWhop();
let database: TestDatabase;
beforeAll(async () => {
  database = await aDatabase();
});
afterAll(() => database.drop());

type Lost = { communityId: string; userId: string; rewardId: string };

/** A reward whose call was lost on the way there or back, and with which nobody knows what to do any more. */
async function aLost(reward: Parameters<typeof aReward>[3], fault: "drop_before" | "drop_after"): Promise<Lost> {
  const communityId = await aPayingCommunity(database, whop());
  const userId = await aMemberOf(database, whop(), communityId);
  const rewardId = await aReward(database, communityId, userId, reward);
  const operation = reward === PROMO_CODE ? "promoCodes.create" : "memberships.addFreeDays";
  whop().faults.add({ kind: fault, operation, times: 1 });
  await send(communityId);
  const { numUpdatedRows } = await database.owner
    .updateTable("rewards")
    .set({ state: "needs_attention", problem: "unknown_outcome" })
    .where("reward_id", "=", rewardId)
    .where("idempotency_key", "is not", null)
    .executeTakeFirst();
  expect(numUpdatedRows).toBe(1n);
  return { communityId, userId, rewardId };
}

const send = (communityId: string) => sendRewards(sendDeps(database, whop()), { communityId });

async function decide({ communityId, rewardId }: Lost, action: RewardAction): Promise<void> {
  const { rows } = await sql<{ seen: string }>`
    select ((extract(epoch from updated_at) * 1000000)::bigint)::text as seen from rewards where reward_id = ${rewardId}`.execute(
    database.owner,
  );
  await decideReward(database, { communityId, rewardId, action, by: "user_admin", seen: rows[0]?.seen ?? "" });
}

function daysOf({ userId }: Lost): number[] {
  return effectsOf(whop())
    .freeDays.filter((effect) => effect.user_id === userId)
    .map((effect) => effect.free_days);
}

const codesOf = ({ communityId }: Lost) =>
  whop()
    .world.promoCodesOf(communityId)
    .map(({ code }) => code);

test("tried again, what had arrived is found and not sent a second time", async () => {
  const lost = await aLost(FREE_DAYS, "drop_after");
  await decide(lost, "retry");
  await send(lost.communityId);
  expect(await rewardRow(database, lost.rewardId)).toMatchObject({ state: "delivered", delivered_how: "found" });
  expect(daysOf(lost)).toEqual([3]);
});

test("tried again, what had not arrived is sent once", async () => {
  const lost = await aLost(FREE_DAYS, "drop_before");
  await decide(lost, "retry");
  await send(lost.communityId);
  expect(await rewardRow(database, lost.rewardId)).toMatchObject({ state: "delivered", delivered_how: "sent" });
  expect(daysOf(lost)).toEqual([3]);
});

test("said not to have arrived, a code is made anew: another one, and one that the member sees", async () => {
  const lost = await aLost(PROMO_CODE, "drop_before");
  const before = (await rewardRow(database, lost.rewardId)).code;
  await decide(lost, "settle_not_sent");
  await send(lost.communityId);
  const { state, code } = await rewardRow(database, lost.rewardId);
  expect([state, codesOf(lost)]).toEqual(["delivered", [code]]);
  expect(code).not.toBe(before);
});

test.each(["settle_sent", "cancel"] as const)("after %s nothing is called any more", async (action) => {
  const lost = await aLost(FREE_DAYS, "drop_before");
  await decide(lost, action);
  await passTime(database, 3 * 86_400);
  await send(lost.communityId);
  expect(daysOf(lost)).toEqual([]);
});

test("a worker that wakes after its lease writes nothing over what a person has decided", async () => {
  const communityId = await aPayingCommunity(database, whop());
  const userId = await aMemberOf(database, whop(), communityId);
  const lost = { communityId, userId, rewardId: await aReward(database, communityId, userId) };
  const claimed = await sql<{ token: string }>`
    select lease_token as token from claim_rewards(1, 60, ${communityId})`.execute(database.db);
  const token = claimed.rows[0]?.token;
  await passTime(database, 61);
  await decide(lost, "cancel");
  const late = await inCommunity(database.db, communityId, (trx) =>
    sql<{ outcome: string }>`
      select begin_reward(${communityId}, ${lost.rewardId}, ${token}, 60, 'key', '{}') as outcome`.execute(trx),
  );
  expect(late.rows).toEqual([{ outcome: "lost" }]);
  expect((await rewardRow(database, lost.rewardId)).state).toBe("cancelled");
});
