import { sendRewards } from "@/services/rewards/send-rewards";
import { useDatabase } from "@/tests/support/database";
import { sendDeps } from "@/tests/support/send-deps";
import {
  aMemberOf,
  aPayingCommunity,
  aReward,
  effectsOf,
  FREE_DAYS,
  membershipOf,
  PROMO_CODE,
  passTime,
  rewardRow,
} from "@/tests/support/sending";
import { aWhop } from "@/tests/support/whop";

const HOUR_SECONDS = 3600;
const DAY_MS = 86_400_000;

describe("what has become of a call that nobody answered", () => {
  const database = useDatabase();
  let aheadMs = 0;
  const whop = aWhop({ rateLimitPerMinute: 0, now: () => new Date(Date.now() + aheadMs) });

  /** Time passes here and at Whop. */
  async function pass(seconds: number): Promise<void> {
    aheadMs += seconds * 1000;
    await passTime(database, seconds);
  }

  const send = (communityId: string) => sendRewards(sendDeps(database, whop()), { communityId });

  const KINDS = [
    ["free days", FREE_DAYS, "memberships.addFreeDays"],
    ["a promo code", PROMO_CODE, "promoCodes.create"],
  ] as const;
  type Kind = readonly [string, typeof FREE_DAYS | typeof PROMO_CODE, string];

  /** A reward whose first call ended in this way. */
  async function aLost([, reward, operation]: Kind, kind: Fault) {
    const communityId = await aPayingCommunity(database, whop());
    const userId = await aMemberOf(database, whop(), communityId);
    const id = await aReward(database, communityId, userId, reward);
    whop().faults.add({ kind, operation });
    await send(communityId);
    const key = (await row(id)).idempotency_key;
    expect(await row(id)).toMatchObject({ state: "sending", calls: 1, lease_token: null });
    return { communityId, userId, id, key };
  }
  type Fault =
    | "drop_before"
    | "drop_after"
    | "crash_before"
    | "crash_after"
    | "error_before"
    | "error_after"
    | "garbage";

  const row = (id: string) => rewardRow(database, id);

  /** Effects of this community alone. */
  function effects(userId: string, code: string | null): number {
    const { freeDays, promoCodes } = effectsOf(whop());
    return (
      freeDays.filter((one) => one.user_id === userId).length + promoCodes.filter((one) => one.code === code).length
    );
  }

  async function hourByHour(communityId: string, hours: number): Promise<void> {
    for (let hour = 0; hour < hours; hour += 1) {
      await pass(HOUR_SECONDS);
      await send(communityId);
    }
  }

  describe.each(KINDS)("%s", (...kind) => {
    test.each(["drop_after", "crash_after", "error_after"] as const)(
      "arrived (%s): found by reading, at the next look, without another call",
      async (fault) => {
        const { communityId, userId, id, key } = await aLost(kind, fault);
        await pass(10);
        await send(communityId);
        const found = await row(id);
        expect(found).toMatchObject({ state: "delivered", delivered_how: "found", calls: 1, idempotency_key: key });
        expect(found.whop_id).toMatch(/^(mem|promo)_/);
        expect(effects(userId, found.code)).toBe(1);
      },
    );

    test.each(["drop_before", "garbage"] as const)(
      "did not arrive (%s): called again under the same key",
      async (fault) => {
        const { communityId, userId, id, key } = await aLost(kind, fault);
        await pass(10);
        await send(communityId);
        const sent = await row(id);
        expect(sent).toMatchObject({ state: "delivered", delivered_how: "sent", calls: 2, idempotency_key: key });
        expect(effects(userId, sent.code)).toBe(1);
      },
    );

    test.each(["crash_before", "error_before"] as const)(
      "the key is stuck for a day and nothing arrived (%s): one new attempt under a new key, not before the day is over",
      async (fault) => {
        const { communityId, userId, id, key } = await aLost(kind, fault);
        await hourByHour(communityId, 23);
        const stuck = await row(id);
        expect(stuck).toMatchObject({ state: "sending", idempotency_key: key });
        expect(effects(userId, stuck.code)).toBe(0);
        await hourByHour(communityId, 6);
        const sent = await row(id);
        expect(sent).toMatchObject({ state: "delivered", delivered_how: "sent", code: stuck.code });
        expect(sent.idempotency_key).not.toBe(key);
        expect(effects(userId, sent.code)).toBe(1);
      },
    );

    test("the answer is a 409 for a day although it arrived: found by reading", async () => {
      const { communityId, userId, id } = await aLost(kind, "crash_after");
      // Nothing could be read all day either.
      whop().faults.add({ kind: "status", status: 503, operation: "memberships.retrieve", probability: 1 });
      whop().faults.add({ kind: "status", status: 503, operation: "promoCodes.list", probability: 1 });
      await hourByHour(communityId, 26);
      expect(await row(id)).toMatchObject({ state: "sending", calls: 1 });
      whop().faults.clear();
      await pass(5 * HOUR_SECONDS);
      await send(communityId);
      const found = await row(id);
      expect(found).toMatchObject({ state: "delivered", delivered_how: "found", calls: 1 });
      expect(effects(userId, found.code)).toBe(1);
    });

    test.each(["crash_before", "crash_after"] as const)(
      "two days without a worker (%s): right, by reading",
      async (fault) => {
        const { communityId, userId, id, key } = await aLost(kind, fault);
        await pass(48 * HOUR_SECONDS);
        await send(communityId);
        const settled = await row(id);
        const how =
          fault === "crash_after" ? { delivered_how: "found", calls: 1 } : { delivered_how: "sent", calls: 2 };
        expect(settled).toMatchObject({ state: "delivered", ...how });
        expect(settled.idempotency_key === key).toBe(fault === "crash_after");
        expect(effects(userId, settled.code)).toBe(1);
      },
    );

    test("between 23 and 24 hours there is no call: the key may be known still or forgotten already", async () => {
      const { communityId, userId, id, key } = await aLost(kind, "drop_before");
      await pass(23 * HOUR_SECONDS + 1_800);
      await send(communityId);
      const between = await row(id);
      expect(between).toMatchObject({ state: "sending", calls: 1, idempotency_key: key, lease_token: null });
      const wait = between.next_attempt_at.getTime() - Date.now();
      expect(wait).toBeGreaterThan(1_800_000);
      expect(wait).toBeLessThanOrEqual(1_860_000);
      expect(effects(userId, between.code)).toBe(0);
      await pass(1_861);
      await send(communityId);
      expect(await row(id)).toMatchObject({ state: "delivered", calls: 2 });
      expect(effects(userId, between.code)).toBe(1);
    });

    test("just below 23 hours it is still the same key", async () => {
      const { communityId, userId, id, key } = await aLost(kind, "drop_after");
      whop().faults.clear();
      await pass(23 * HOUR_SECONDS - 60);
      await send(communityId);
      const settled = await row(id);
      expect(settled).toMatchObject({ state: "delivered", idempotency_key: key });
      expect(effects(userId, settled.code)).toBe(1);
    });
  });

  describe("free days, where the membership's end cannot tell", () => {
    const days = KINDS[0];
    const moved = (end: string | null, byDays: number) =>
      new Date(Date.parse(end ?? "") + byDays * DAY_MS).toISOString();

    test.each(["drop_before", "drop_after"] as const)(
      "it was moved by something else meanwhile (%s): a person decides, and nothing more is sent",
      async (fault) => {
        const { communityId, userId, id, key } = await aLost(days, fault);
        const { id: membershipId, renewalPeriodEnd } = membershipOf(whop(), communityId, userId);
        whop().world.changeMembership(membershipId, { renewalPeriodEnd: moved(renewalPeriodEnd, 30) });
        await pass(10);
        await send(communityId);
        expect(await row(id)).toMatchObject({
          state: "needs_attention",
          problem: "unknown_outcome",
          idempotency_key: key,
        });
        await pass(48 * HOUR_SECONDS);
        expect(await send(communityId)).toBe(0);
        expect(effects(userId, null)).toBe(fault === "drop_after" ? 1 : 0);
      },
    );

    test("a renewal by as many days as were to be given is not taken for them", async () => {
      aheadMs = 0;
      const communityId = await aPayingCommunity(database, whop());
      const userId = await aMemberOf(database, whop(), communityId);
      const { id: membershipId } = membershipOf(whop(), communityId, userId);
      const end = new Date(Date.now() + 1_800_000).toISOString();
      whop().world.changeMembership(membershipId, { renewalPeriodEnd: end });
      const id = await aReward(database, communityId, userId, { type: "free_days", value: { days: 30 } });
      whop().faults.add({ kind: "drop_before", operation: days[2] });
      await send(communityId);
      whop().world.changeMembership(membershipId, { renewalPeriodEnd: moved(end, 30) });
      await pass(10);
      await send(communityId);
      expect(await row(id)).toMatchObject({ state: "needs_attention", problem: "unknown_outcome" });
      expect(effects(userId, null)).toBe(0);
    });

    test("the membership is gone: a person decides", async () => {
      const { communityId, id } = await aLost(days, "drop_before");
      whop().faults.add({ kind: "status", status: 404, operation: "memberships.retrieve" });
      await pass(10);
      await send(communityId);
      expect(await row(id)).toMatchObject({ state: "needs_attention", problem: "unknown_outcome" });
    });

    test("it ended before the days arrived: only looked at until no call can arrive, then another gets them", async () => {
      const { communityId, userId, id } = await aLost(days, "crash_before");
      whop().world.leave(communityId, userId);
      await hourByHour(communityId, 22);
      expect(await row(id)).toMatchObject({ state: "sending", calls: 1 });
      await hourByHour(communityId, 6);
      expect(await row(id)).toMatchObject({ state: "waiting", idempotency_key: null });
      whop().world.join(communityId, userId);
      await hourByHour(communityId, 7);
      expect(await row(id)).toMatchObject({
        state: "delivered",
        whop_id: membershipOf(whop(), communityId, userId).id,
      });
      expect(effects(userId, null)).toBe(1);
    });
  });
});
