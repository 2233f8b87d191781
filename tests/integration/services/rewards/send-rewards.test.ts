import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { AppError } from "@/lib/errors";
import { type SendDeps, sendRewards } from "@/services/rewards/send-rewards";
import { useDatabase } from "@/tests/support/database";
import { sendDeps } from "@/tests/support/send-deps";
import {
  aMemberOf,
  aPayingCommunity,
  aReward,
  BADGE,
  CUSTOM,
  effectsOf,
  FREE_DAYS,
  membershipOf,
  PROMO_CODE,
  passTime,
  rewardRow,
  someRewards,
} from "@/tests/support/sending";
import { steadyPort } from "@/tests/support/steady-port";
import { aWhop } from "@/tests/support/whop";

const HOUR_SECONDS = 3600;

describe("sending rewards", () => {
  const database = useDatabase();
  const whop = aWhop({ rateLimitPerMinute: 0 });

  async function aMember(options?: { joins?: boolean }) {
    const communityId = await aPayingCommunity(database, whop());
    return { communityId, userId: await aMemberOf(database, whop(), communityId, options) };
  }

  const send = (communityId: string, deps: Partial<SendDeps> = {}) =>
    sendRewards({ ...sendDeps(database, whop()), ...deps }, { communityId });
  const daysOf = (userId: string) => effectsOf(whop()).freeDays.filter((one) => one.user_id === userId);

  test("each kind arrives once: days at Whop, a code at Whop, what is ours here", async () => {
    const { communityId, userId } = await aMember();
    const before = effectsOf(whop()).promoCodes.length;
    const kinds = [FREE_DAYS, PROMO_CODE, BADGE, CUSTOM];
    const ids = await Promise.all(kinds.map((kind) => aReward(database, communityId, userId, kind)));
    const told: string[] = [];
    const worked = await sendRewards(sendDeps(database, whop()), {
      communityId,
      onChanged: (...who) => told.push(who.join()),
    });
    expect(worked).toBe(4);
    expect(told).toEqual(Array(4).fill(`${communityId},${userId}`));
    const rows = await Promise.all(ids.map((id) => rewardRow(database, id)));
    expect(rows.map(({ state, delivered_how }) => [state, delivered_how])).toEqual([
      ["delivered", "sent"],
      ["delivered", "sent"],
      ["delivered", "here"],
      ["delivered", "here"],
    ]);
    const membership = membershipOf(whop(), communityId, userId);
    expect(daysOf(userId)).toMatchObject([{ membership_id: membership.id, free_days: 3 }]);
    expect(rows[0]).toMatchObject({ whop_id: membership.id, calls: 1, lease_token: null });
    expect(rows[0]?.request).toMatchObject({ days: 3, endAfter: membership.renewalPeriodEnd });
    expect(effectsOf(whop()).promoCodes.slice(before)).toMatchObject([{ id: rows[1]?.whop_id, code: rows[1]?.code }]);
    expect(rows[1]?.code).toMatch(/^WEE5[2-9A-Z]{10}$/);
    expect(await send(communityId)).toBe(0);
  });

  test("the member hears of it in the transaction that marks it delivered", async () => {
    const { communityId, userId } = await aMember();
    const id = await aReward(database, communityId, userId, BADGE);
    await send(communityId);
    const news = await database.owner.selectFrom("notifications").select("about").where("reward_id", "=", id).execute();
    expect(news).toEqual([{ about: "reward" }]);
  });

  describe("the membership that gets the days", () => {
    test("a member without one waits, and gets them as soon as one begins", async () => {
      const { communityId, userId } = await aMember({ joins: false });
      const id = await aReward(database, communityId, userId);
      await send(communityId);
      const waiting = await rewardRow(database, id);
      expect(waiting).toMatchObject({ state: "waiting", waits_for: "membership", failures: 0, calls: 0 });
      expect(waiting.next_attempt_at.getTime() - Date.now()).toBeGreaterThan(5.9 * HOUR_SECONDS * 1000);
      expect(await send(communityId)).toBe(0);

      whop().world.join(communityId, userId);
      await inCommunity(database.db, communityId, (trx) =>
        sql`select record_membership(${communityId}, ${userId}, 'e1', 'mem_1', 'joined', now(), 'webhook')`.execute(
          trx,
        ),
      );
      await send(communityId);
      expect(await rewardRow(database, id)).toMatchObject({ state: "delivered", waits_for: null });
      expect(daysOf(userId)).toHaveLength(1);
    });

    test("it is looked for every six hours also when nobody tells us of it", async () => {
      const { communityId, userId } = await aMember();
      whop().world.leave(communityId, userId);
      const id = await aReward(database, communityId, userId);
      await send(communityId);
      expect(await rewardRow(database, id)).toMatchObject({ state: "waiting" });
      whop().world.join(communityId, userId);
      await passTime(database, 6 * HOUR_SECONDS + 1);
      await send(communityId);
      expect(await rewardRow(database, id)).toMatchObject({ state: "delivered" });
      expect(daysOf(userId)).toMatchObject([{ membership_id: membershipOf(whop(), communityId, userId).id }]);
    });

    test("one for life has no end to move, so a person decides", async () => {
      const { communityId, userId } = await aMember({ joins: false });
      whop().world.addMembership({ companyId: communityId, userId, renewalPeriodEnd: null });
      const id = await aReward(database, communityId, userId);
      await send(communityId);
      expect(await rewardRow(database, id)).toMatchObject({ state: "needs_attention", problem: "no_end", calls: 0 });
    });

    test("of two it is the one that ends last, and never an ended one", async () => {
      const { communityId, userId } = await aMember();
      const add = (days: number, status: "trialing" | "expired") =>
        whop().world.addMembership({
          companyId: communityId,
          userId,
          status,
          renewalPeriodEnd: new Date(Date.now() + days * 86_400_000).toISOString(),
        });
      const last = add(90, "trialing");
      add(400, "expired");
      await aReward(database, communityId, userId);
      await send(communityId);
      expect(daysOf(userId)).toMatchObject([{ membership_id: last.id }]);
    });

    test("several rewards of a member go one after the other, whoever sends", async () => {
      const { communityId, userId } = await aMember();
      const member = { community_id: communityId, user_id: userId };
      await someRewards(
        database,
        [1, 2, 3, 4].map((days) => ({ ...member, type: "free_days", value: { days } })),
      );
      const under: number[] = [];
      let now = 0;
      const { whop: client } = sendDeps(database, whop());
      const watched = {
        ...client,
        async addFreeDays(what: Parameters<typeof client.addFreeDays>[0]) {
          now += 1;
          under.push(now);
          const written = await client.addFreeDays(what);
          now -= 1;
          return written;
        },
      };
      whop().faults.add({ kind: "delay", delayMs: 60, operation: "memberships.addFreeDays", probability: 1 });
      while (
        (await Promise.all([1, 2, 3].map(() => send(communityId, { whop: watched })))).some((worked) => worked > 0)
      );
      expect(under).toEqual([1, 1, 1, 1]);
      expect(
        daysOf(userId)
          .map(({ free_days }) => free_days)
          .sort(),
      ).toEqual([1, 2, 3, 4]);
    });
  });

  describe("promo codes", () => {
    const codes = () => effectsOf(whop()).promoCodes;

    test("a lost answer is found in the company's list, and the code is the one that was drawn", async () => {
      const { communityId, userId } = await aMember();
      const id = await aReward(database, communityId, userId, PROMO_CODE);
      whop().faults.add({ kind: "drop_after", operation: "promoCodes.create" });
      await send(communityId);
      const lost = await rewardRow(database, id);
      expect(lost).toMatchObject({ state: "sending", calls: 1, last_error: expect.stringContaining("did not arrive") });
      await passTime(database, 10);
      await send(communityId);
      const found = await rewardRow(database, id);
      expect(found).toMatchObject({ state: "delivered", delivered_how: "found", code: lost.code, calls: 1 });
      expect(codes().at(-1)).toMatchObject({ id: found.whop_id, code: found.code });
    });

    test("a code that somebody else has already is drawn anew", async () => {
      const { communityId, userId } = await aMember();
      const ids = [
        await aReward(database, communityId, userId, PROMO_CODE),
        await aReward(database, communityId, userId, PROMO_CODE),
      ];
      const drawn = ["WEE5SAME", "WEE5SAME", "WEE5OTHER"];
      await sendRewards(sendDeps(database, whop()), { communityId, drawCode: () => drawn.shift() ?? "WEE5NONE" });
      const rows = await Promise.all(ids.map((id) => rewardRow(database, id)));
      expect(rows.map(({ state }) => state)).toEqual(["delivered", "delivered"]);
      expect(rows.map(({ code }) => code).sort()).toEqual(["WEE5OTHER", "WEE5SAME"]);
    });

    test("it lasts as long as the rule says, or as long as Whop allows", async () => {
      const { communityId, userId } = await aMember();
      await aReward(database, communityId, userId, { type: "promo_code", value: { percentOff: 20, months: 2 } });
      await send(communityId);
      await aReward(database, communityId, userId, PROMO_CODE);
      await send(communityId);
      expect(codes().slice(-2)).toMatchObject([
        { promo_duration_months: 2, amount_off: 20 },
        { promo_duration_months: 36, amount_off: 50 },
      ]);
    });
  });

  test("five hundred of one community do not keep the three of another waiting", async () => {
    const [a, b] = [await aMember(), await aMember()];
    const rewards = (count: number, { communityId, userId }: typeof a) =>
      Array.from({ length: count }, () => ({ ...BADGE, community_id: communityId, user_id: userId }));
    await someRewards(database, rewards(500, a));
    await someRewards(database, rewards(3, b));
    const order: string[] = [];
    const isDone = () => order.filter((communityId) => communityId === b.communityId).length === 3;
    await sendRewards(
      { ...sendDeps(database, whop()), now: () => new Date(isDone() ? 1 : 0) },
      { onChanged: (communityId) => order.push(communityId), until: new Date(1) },
    );
    expect(isDone()).toBe(true);
    expect(order.length).toBeLessThanOrEqual(12);
  });

  test("nothing is begun once the time is over", async () => {
    const { communityId, userId } = await aMember();
    const id = await aReward(database, communityId, userId, BADGE);
    expect(await sendRewards(sendDeps(database, whop()), { communityId, until: new Date() })).toBe(0);
    expect(await rewardRow(database, id)).toMatchObject({ state: "confirmed", lease_token: null });
  });

  describe("when Whop says no", () => {
    test("Whop away for an hour: rewards wait, none ends, and all arrive once after it", async () => {
      const { communityId, userId } = await aMember();
      const ids = [
        await aReward(database, communityId, userId),
        await aReward(database, communityId, userId, PROMO_CODE),
      ];
      const nowhere = sendDeps(database, { ...whop(), baseUrl: `http://127.0.0.1:${await steadyPort()}/api/v1` });
      for (let minute = 0; minute < 60; minute += 1) {
        await sendRewards(nowhere, { communityId });
        await passTime(database, 60);
      }
      for (const id of ids) {
        const row = await rewardRow(database, id);
        expect(row.state).toMatch(/confirmed|sending/);
        expect(row).toMatchObject({ last_error: expect.any(String), problem: null });
        expect(row.failures).toBeGreaterThan(3);
        expect(row.failures).toBeLessThan(10);
      }
      await passTime(database, 4 * HOUR_SECONDS);
      await send(communityId);
      for (const id of ids) expect(await rewardRow(database, id)).toMatchObject({ state: "delivered", failures: 0 });
      expect(daysOf(userId)).toHaveLength(1);
    });

    test("429: as long as Whop asks for, under the same key, and it counts as no call", async () => {
      const { communityId, userId } = await aMember();
      const id = await aReward(database, communityId, userId);
      whop().faults.add({ kind: "rate_limit", retryAfterSeconds: 900, operation: "memberships.addFreeDays" });
      await send(communityId);
      const turnedAway = await rewardRow(database, id);
      expect(turnedAway).toMatchObject({ state: "sending", calls: 0, failures: 1 });
      expect(turnedAway.next_attempt_at.getTime() - Date.now()).toBeGreaterThan(899_000 - 1_000);
      await passTime(database, 1_200);
      await send(communityId);
      const sent = await rewardRow(database, id);
      expect(sent).toMatchObject({ state: "delivered", calls: 1, idempotency_key: turnedAway.idempotency_key });
      expect(daysOf(userId)).toHaveLength(1);
    });

    test("a refusal goes to a person with Whop's words, and a second try has a key of its own", async () => {
      const { communityId, userId } = await aMember();
      const id = await aReward(database, communityId, userId);
      whop().faults.add({ kind: "error_before", status: 422, operation: "memberships.addFreeDays" });
      await send(communityId);
      const refused = await rewardRow(database, id);
      expect(refused).toMatchObject({ state: "needs_attention", problem: "refused", idempotency_key: null });
      expect(refused.last_error).toBe("Whop refused: Something went wrong.");
      expect(refused.budget_month).toBeNull();

      const seen = sql<number>`(extract(epoch from updated_at) * 1000000)::bigint`;
      await inCommunity(database.db, communityId, (trx) =>
        sql`select decide_reward(${communityId}, 'user_owner', reward_id, 'retry', ${seen}) from rewards where reward_id = ${id}`.execute(
          trx,
        ),
      );
      await send(communityId);
      expect(await rewardRow(database, id)).toMatchObject({ state: "delivered" });
      expect(daysOf(userId)).toHaveLength(1);
    });

    test("a missing permission goes to a person", async () => {
      const { communityId, userId } = await aMember();
      const ids = [
        await aReward(database, communityId, userId),
        await aReward(database, communityId, userId, PROMO_CODE),
      ];
      whop().faults.add({ kind: "status", status: 403, operation: "memberships.list" });
      whop().faults.add({ kind: "status", status: 403, operation: "promoCodes.create" });
      await send(communityId);
      for (const id of ids) {
        expect(await rewardRow(database, id)).toMatchObject({ state: "needs_attention", problem: "no_permission" });
      }
    });

    test("after twenty calls that came to nothing a person looks at it", async () => {
      const { communityId, userId } = await aMember();
      const id = await aReward(database, communityId, userId);
      whop().faults.add({ kind: "drop_before", operation: "memberships.addFreeDays", probability: 1 });
      for (let n = 0; n < 20; n += 1) {
        await send(communityId);
        await database.owner
          .updateTable("rewards")
          .set({ next_attempt_at: new Date(0) })
          .where("reward_id", "=", id)
          .execute();
      }
      expect(await rewardRow(database, id)).toMatchObject({ state: "sending", calls: 20 });
      await send(communityId);
      expect(await rewardRow(database, id)).toMatchObject({ state: "needs_attention", problem: "too_many_attempts" });
      expect(daysOf(userId)).toEqual([]);
    });

    test("what fails for a reason of our own, eight times in a row, goes to a person and holds up nobody", async () => {
      const { communityId, userId } = await aMember();
      const bad = await aReward(database, communityId, userId, { type: "free_days", value: { days: "three" } });
      const good = await aReward(database, communityId, userId, BADGE);
      for (let n = 1; n <= 8; n += 1) {
        expect(await rewardRow(database, bad)).toMatchObject({ state: "confirmed", errors: n - 1 });
        await send(communityId);
        await passTime(database, 5 * HOUR_SECONDS);
      }
      expect(await rewardRow(database, bad)).toMatchObject({ state: "needs_attention", problem: "error" });
      expect(await rewardRow(database, good)).toMatchObject({ state: "delivered" });
    });

    test("without a share of Whop's limit it is put back, and that is no failure", async () => {
      const { communityId, userId } = await aMember();
      const id = await aReward(database, communityId, userId);
      const taken: string[] = [];
      const take = async (operation: string) => {
        taken.push(operation);
        return { allowed: false, retryAfterSeconds: 30 };
      };
      await send(communityId, { whopShare: { take } });
      expect(taken).toEqual(["memberships.addFreeDays"]);
      expect(await rewardRow(database, id)).toMatchObject({ state: "confirmed", failures: 0, lease_token: null });
    });

    test("a reward whose end Whop cannot show is no reward that has failed: the read is tried again", async () => {
      const { communityId, userId } = await aMember();
      const id = await aReward(database, communityId, userId);
      const client = sendDeps(database, whop()).whop;
      const listMemberships = async () => {
        throw new AppError("unavailable", "Whop did not answer.", { retryAfterSeconds: 300 });
      };
      await send(communityId, { whop: { ...client, listMemberships } });
      const row = await rewardRow(database, id);
      expect(row).toMatchObject({ state: "confirmed", failures: 1, errors: 0, calls: 0 });
      expect(row.next_attempt_at.getTime() - Date.now()).toBeGreaterThan(299_000 - 1_000);
    });
  });
});
