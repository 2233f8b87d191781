import { setTimeout as sleep } from "node:timers/promises";
import type { KyselyPlugin } from "kysely";
import { sendRewards } from "@/services/rewards/send-rewards";
import { useDatabase } from "@/tests/support/database";
import { sendDeps } from "@/tests/support/send-deps";
import { useSenders } from "@/tests/support/sender-process";
import {
  aMemberOf,
  aPayingCommunity,
  aReward,
  BADGE,
  effectsOf,
  FREE_DAYS,
  PROMO_CODE,
  passTime,
  rewardRow,
} from "@/tests/support/sending";
import { aWhop } from "@/tests/support/whop";

const LEASE_SECONDS = 1;

describe("two workers, of which one is frozen for longer than its lease", () => {
  const database = useDatabase();
  const startSender = useSenders();
  const whop = aWhop({ rateLimitPerMinute: 0 });

  async function until(what: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 20_000; !(await what()); await sleep(2)) {
      if (Date.now() > end) throw new Error("It did not come to it.");
    }
  }

  test.each([
    ["free days", FREE_DAYS, "memberships.addFreeDays", 0],
    ["free days", FREE_DAYS, "memberships.addFreeDays", 40],
    ["free days", FREE_DAYS, "memberships.addFreeDays", 120],
    ["a promo code", PROMO_CODE, "promoCodes.create", 0],
    ["a promo code", PROMO_CODE, "promoCodes.create", 60],
  ] as const)("%s: arrives once, and the late worker's word is refused (%#)", async (_, reward, operation, afterMs) => {
    const communityId = await aPayingCommunity(database, whop());
    const userId = await aMemberOf(database, whop(), communityId);
    const id = await aReward(database, communityId, userId, reward);
    const { apiKey, appId, baseUrl } = whop();
    const frozen = await startSender();
    try {
      // Long enough to be in the middle of it, short enough for the answer to be waiting when it wakes.
      whop().faults.add({ kind: "slow", delayMs: 80, operation });
      frozen.begin({ appUrl: database.appUrl, whop: { apiKey, appId, baseUrl }, leaseSeconds: LEASE_SECONDS });
      await until(async () => (await rewardRow(database, id)).state === "sending");
      await sleep(afterMs);
      frozen.freeze();
      await sleep(LEASE_SECONDS * 1_000 + 200);
      await passTime(database, 30); // whatever pause it may have written before it froze
      await sendRewards(sendDeps(database, whop()), { communityId });
      const before = await rewardRow(database, id);
      expect(before).toMatchObject({ state: "delivered", lease_token: null });

      frozen.wake();
      // It takes up another only when it is done with the first.
      const next = await aReward(database, communityId, userId, BADGE);
      await until(async () => (await rewardRow(database, next)).state === "delivered");
      expect(await rewardRow(database, id)).toEqual(before);
      const { freeDays, promoCodes } = effectsOf(whop());
      expect(freeDays.filter((one) => one.user_id === userId)).toHaveLength(reward.type === "free_days" ? 1 : 0);
      expect(promoCodes.filter(({ code }) => code === before.code)).toHaveLength(reward.type === "promo_code" ? 1 : 0);
    } finally {
      await frozen.kill();
    }
  });

  test("one whose row another has decided about meanwhile neither begins nor calls", async () => {
    const communityId = await aPayingCommunity(database, whop());
    const userId = await aMemberOf(database, whop(), communityId);
    const id = await aReward(database, communityId, userId);
    const deps = sendDeps(database, whop());
    const listMemberships = async (of: { companyId: string; userId: string }) => {
      await database.owner
        .updateTable("rewards")
        .set({ state: "cancelled", cancelled_because: "by_creator", lease_token: null, leased_until: null })
        .where("reward_id", "=", id)
        .execute();
      return deps.whop.listMemberships(of);
    };
    await sendRewards({ ...deps, whop: { ...deps.whop, listMemberships } }, { communityId });
    expect(await rewardRow(database, id)).toMatchObject({ state: "cancelled", idempotency_key: null, calls: 0 });
    expect(effectsOf(whop()).freeDays.filter((one) => one.user_id === userId)).toEqual([]);
  });

  test("one that comes to its call after half of its lease leaves it to the next", async () => {
    const communityId = await aPayingCommunity(database, whop());
    const userId = await aMemberOf(database, whop(), communityId);
    const id = await aReward(database, communityId, userId);
    // On a busy machine a shorter one may be over before its worker begins; in a longer one the transaction would idle for too long.
    const leaseSeconds = 3;
    const frozenOnceBegun: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        if (result.rows[0]?.answer === "begun") await sleep(leaseSeconds * 600);
        return result;
      },
    };
    const deps = sendDeps({ db: database.db.withPlugin(frozenOnceBegun) }, whop());
    await sendRewards(deps, { communityId, leaseSeconds });
    expect(await rewardRow(database, id)).toMatchObject({ state: "sending", calls: 1 });
    expect(effectsOf(whop()).freeDays.filter((one) => one.user_id === userId)).toEqual([]);
    await passTime(database, 61);
    await sendRewards(sendDeps(database, whop()), { communityId });
    expect(await rewardRow(database, id)).toMatchObject({ state: "delivered", calls: 2 });
  });
});
