import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import { sendRewards } from "@/services/rewards/send-rewards";
import { beginReward, claimRewards } from "@/services/rewards/send-rewards.queries";
import { useDatabase } from "@/tests/support/database";
import { nth, withInstances } from "@/tests/support/instances";
import { sendDeps } from "@/tests/support/send-deps";
import { aMemberOf, aPayingCommunity, FREE_DAYS, passTime, rewardRow, someRewards } from "@/tests/support/sending";
import { aWhop } from "@/tests/support/whop";

describe("the budget of free days", () => {
  const database = useDatabase();
  const whop = aWhop({ rateLimitPerMinute: 0 });

  const send = (communityId: string) => sendRewards(sendDeps(database, whop()), { communityId });

  function setBudget(communityId: string, days: number | null) {
    return inCommunity(database.db, communityId, (trx) =>
      sql`select set_free_days_budget(${communityId}, 'user_owner', ${days})`.execute(trx),
    );
  }

  /** So many members with 3 days each. */
  async function owed(count: number, { days, zone }: { days: number; zone?: string }) {
    const communityId = await aPayingCommunity(database, whop());
    if (zone) {
      const { settings } = await findSettings(database, communityId);
      await changeSettings(database, communityId, {
        settings: { ...settings, timeZone: zone },
        validFrom: new Date(0),
        by: "user_owner",
      });
    }
    const members = await Promise.all(Array.from({ length: count }, () => aMemberOf(database, whop(), communityId)));
    const ids = await someRewards(
      database,
      members.map((user_id) => ({ ...FREE_DAYS, community_id: communityId, user_id })),
    );
    await setBudget(communityId, days);
    return { communityId, ids };
  }

  async function states(communityId: string): Promise<Record<string, number>> {
    const rows = await database.owner
      .selectFrom("rewards")
      .select(["state", "waits_for"])
      .where("community_id", "=", communityId)
      .execute();
    const counts: Record<string, number> = {};
    for (const { state, waits_for } of rows) {
      const name = waits_for ? `${state} for ${waits_for}` : state;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  test("twenty begun at once over a budget for five: exactly five", async () => {
    const { communityId } = await owed(20, { days: 17 });
    const leases = await claimRewards(database.db, { limit: 20, leaseSeconds: 60, communityId });
    expect(leases).toHaveLength(20);
    const begun = await withInstances(database, 5, (instances) =>
      Promise.all(
        leases.map((lease, n) =>
          inCommunity(nth(instances, n).db, communityId, (trx) =>
            beginReward(trx, lease, 60, randomUUID(), { days: 3 }),
          ),
        ),
      ),
    );
    expect(begun.filter((outcome) => outcome === "begun")).toHaveLength(5);
    expect(begun.filter((outcome) => outcome === "no_budget")).toHaveLength(15);
    expect(await states(communityId)).toEqual({ sending: 5, "confirmed for budget": 15 });
  });

  test("more of it sends what waited, as far as it reaches; none at all sends the rest", async () => {
    const { communityId } = await owed(6, { days: 6 });
    await send(communityId);
    expect(await states(communityId)).toEqual({ delivered: 2, "confirmed for budget": 4 });
    expect(await send(communityId)).toBe(0);
    await setBudget(communityId, 9);
    await send(communityId);
    expect(await states(communityId)).toEqual({ delivered: 3, "confirmed for budget": 3 });
    await setBudget(communityId, null);
    await send(communityId);
    expect(await states(communityId)).toEqual({ delivered: 6 });
  });

  test.each(["Pacific/Kiritimati", "Asia/Kolkata", "America/Los_Angeles", "Europe/London"])(
    "what does not fit waits for the first moment of the next month in %s, and is sent then",
    async (zone) => {
      const { communityId, ids } = await owed(2, { days: 3, zone });
      await send(communityId);
      const rows = await Promise.all(ids.map((id) => rewardRow(database, id)));
      const waiting = rows.find(({ waits_for }) => waits_for === "budget");
      const sent = rows.find(({ state }) => state === "delivered");
      const there = (at: Date) =>
        new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }).format(at);
      const next = waiting?.next_attempt_at ?? new Date(0);
      expect(there(next)).toMatch(/^\d{4}-\d\d-01 00:00:00$/);
      expect(sent?.budget_month).toBe(`${there(new Date()).slice(0, 7)}-01`);
      expect(there(new Date(next.getTime() - 1)).slice(0, 7)).toBe(there(new Date()).slice(0, 7));

      // The month ends: what was sent in it has been another month's.
      await database.owner
        .updateTable("rewards")
        .set({ budget_month: sql`budget_month - interval '1 month'` })
        .where("community_id", "=", communityId)
        .execute();
      await passTime(database, 32 * 86_400);
      await send(communityId);
      expect(await states(communityId)).toEqual({ delivered: 2 });
    },
  );

  test.each([
    ["2026-12-01T04:59:59Z", "America/New_York", "2026-11-01"],
    ["2026-12-01T05:00:00Z", "America/New_York", "2026-12-01"],
    ["2026-11-30T09:59:59Z", "Pacific/Kiritimati", "2026-11-01"],
    ["2026-11-30T10:00:00Z", "Pacific/Kiritimati", "2026-12-01"],
    ["2027-03-31T22:59:59Z", "Europe/London", "2027-03-01"],
    ["2027-03-31T23:00:00Z", "Europe/London", "2027-04-01"],
  ])("%s is in whichever month it is in %s: that of %s", async (at, zone, month) => {
    const { rows } = await sql`select month_of(${at}, ${zone}) as month`.execute(database.owner);
    expect(rows).toEqual([{ month }]);
  });

  test("a reward that Whop refuses gives its days back to the others", async () => {
    const { communityId } = await owed(2, { days: 3 });
    whop().faults.add({ kind: "error_before", status: 422, operation: "memberships.addFreeDays" });
    await send(communityId);
    expect(await states(communityId)).toEqual({ needs_attention: 1, delivered: 1 });
  });

  test("one whose outcome is not known keeps its days", async () => {
    const { communityId } = await owed(2, { days: 3 });
    whop().faults.add({ kind: "drop_before", operation: "memberships.addFreeDays" });
    await send(communityId);
    expect(await states(communityId)).toEqual({ sending: 1, "confirmed for budget": 1 });
  });
});
