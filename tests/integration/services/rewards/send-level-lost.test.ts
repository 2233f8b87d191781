import { sendRewards } from "@/services/rewards/send-rewards";
import { awardActivity } from "@/services/xp/award-activity";
import { anAdjustment } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { sendDeps } from "@/tests/support/send-deps";
import { aPayingCommunity, effectsOf, passTime } from "@/tests/support/sending";
import { aWhop } from "@/tests/support/whop";

/** XP at which level 5, which pays three free days, begins. */
const LEVEL_5 = 770;
const DAY_SECONDS = 24 * 3600 + 120;

describe("a level that is lost", () => {
  const database = useDatabase();
  let aheadMs = 0;
  const whop = aWhop({ rateLimitPerMinute: 0, now: () => new Date(Date.now() + aheadMs) });

  async function aMemberOfLevel5() {
    const communityId = await aPayingCommunity(database, whop());
    const userId = whop().world.addUser().id;
    whop().world.join(communityId, userId);
    const give = (xp: number) => awardActivity(database, communityId, anAdjustment(xp, { userId }));
    await give(LEVEL_5);
    const send = (deps = {}) => sendRewards({ ...sendDeps(database, whop()), ...deps }, { communityId });
    const reward = () =>
      database.owner.selectFrom("rewards").selectAll().where("user_id", "=", userId).executeTakeFirstOrThrow();
    const effects = () => effectsOf(whop()).freeDays.filter((one) => one.user_id === userId).length;
    return { communityId, give, send, reward, effects };
  }

  async function pass(seconds: number): Promise<void> {
    aheadMs += seconds * 1000;
    await passTime(database, seconds);
  }

  const lose = (operation: "drop_before" | "drop_after" | "crash_before") =>
    whop().faults.add({ kind: operation, operation: "memberships.addFreeDays" });

  test("before it is sent: the reward is cancelled, and sent once the level is reached again", async () => {
    const { give, send, reward, effects } = await aMemberOfLevel5();
    expect(await reward()).toMatchObject({ state: "confirmed", level: 5 });
    await give(-10);
    expect(await send()).toBe(0);
    expect(await reward()).toMatchObject({ state: "cancelled", cancelled_because: "level_lost" });
    await give(10);
    await send();
    expect(await reward()).toMatchObject({ state: "delivered", level_lost_at: null });
    expect(effects()).toBe(1);
  });

  test("when a worker has it and has not called yet: there is no call", async () => {
    const { give, send, reward, effects } = await aMemberOfLevel5();
    const client = sendDeps(database, whop()).whop;
    const listMemberships = async (of: { companyId: string; userId: string }) => {
      await give(-10);
      return client.listMemberships(of);
    };
    await send({ whop: { ...client, listMemberships } });
    expect(await reward()).toMatchObject({ state: "cancelled", cancelled_because: "level_lost", calls: 0 });
    expect(effects()).toBe(0);
  });

  test("whatever has forgotten to cancel it: the level is looked at before the first call", async () => {
    const { communityId, send, reward, effects } = await aMemberOfLevel5();
    await database.owner.updateTable("users").set({ level: 4 }).where("community_id", "=", communityId).execute();
    await send();
    expect(await reward()).toMatchObject({ state: "cancelled", cancelled_because: "level_lost", lease_token: null });
    expect(effects()).toBe(0);
  });

  test("while it is sent, and it has arrived: it stays, and says that its level is lost", async () => {
    const { give, send, reward, effects } = await aMemberOfLevel5();
    lose("drop_after");
    await send();
    await give(-10);
    await pass(10);
    await send();
    expect(await reward()).toMatchObject({
      state: "delivered",
      delivered_how: "found",
      level_lost_at: expect.any(Date),
    });
    expect(effects()).toBe(1);
    await give(10);
    expect(await send()).toBe(0);
    expect(await reward()).toMatchObject({ state: "delivered", level_lost_at: null });
    expect(effects()).toBe(1);
  });

  test("while it is sent, and nothing has arrived: no further call, and cancelled when none can arrive any more", async () => {
    const { give, send, reward, effects } = await aMemberOfLevel5();
    lose("crash_before");
    await send();
    await give(-10);
    await pass(3600);
    await send();
    expect(await reward()).toMatchObject({ state: "sending", calls: 1, level_lost_at: expect.any(Date) });
    await pass(DAY_SECONDS);
    await send();
    expect(await reward()).toMatchObject({
      state: "cancelled",
      cancelled_because: "level_lost",
      idempotency_key: null,
      budget_month: null,
    });
    await give(10);
    await send();
    expect(await reward()).toMatchObject({ state: "delivered", level_lost_at: null });
    expect(effects()).toBe(1);
  });

  test("while it is sent, and reached again before that is settled: the same attempt goes on", async () => {
    const { give, send, reward, effects } = await aMemberOfLevel5();
    lose("drop_before");
    await send();
    const { idempotency_key } = await reward();
    await give(-10);
    await give(10);
    await pass(10);
    await send();
    expect(await reward()).toMatchObject({ state: "delivered", idempotency_key, level_lost_at: null });
    expect(effects()).toBe(1);
  });

  test("after it has arrived: it stays, and reaching the level again sends nothing more", async () => {
    const { give, send, reward, effects } = await aMemberOfLevel5();
    await send();
    await give(-10);
    expect(await reward()).toMatchObject({ state: "delivered", level_lost_at: expect.any(Date) });
    await give(10);
    expect(await send()).toBe(0);
    expect(effects()).toBe(1);
  });
});
