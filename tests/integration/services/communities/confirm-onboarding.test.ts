import { sql } from "kysely";
import { confirmOnboarding, type OnboardingChoice } from "@/services/communities/confirm-onboarding";
import { findSettings } from "@/services/communities/find-settings";
import { readOnboarding } from "@/services/communities/read-onboarding";
import { awardActivity } from "@/services/xp/award-activity";
import { aCommunity, aMessage, anAdjustment, aUserId } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { nth, withInstances } from "@/tests/support/instances";

/** XP at which level 10 begins. */
const LEVEL_10 = 3_720;

describe("confirming the onboarding", () => {
  const database = useDatabase();

  async function choiceOf(communityId: string, off: number[] = []): Promise<OnboardingChoice> {
    const { rules, rewardsConfirmedAt } = await readOnboarding(database, communityId);
    return {
      timeZone: "Europe/Berlin",
      // Those for days in a row stay off, as they begin.
      rules: Object.fromEntries(rules.map(({ ruleId, level }) => [ruleId, level !== null && !off.includes(level)])),
      seen: rewardsConfirmedAt,
      by: "user_owner",
    };
  }

  async function audit(communityId: string) {
    const rows = await database.owner
      .selectFrom("audit_log")
      .select(["action", "actor_user_id", "details"])
      .where("community_id", "=", communityId)
      .orderBy("sequence")
      .execute();
    return rows.map(({ action, actor_user_id: by, details }) => ({ action, by, details }));
  }

  const confirmations = async (communityId: string) =>
    (await audit(communityId)).filter(({ action }) => action === "onboarding.confirmed");

  const activeLevels = async (communityId: string) =>
    (await readOnboarding(database, communityId)).rules.filter(({ active }) => active).map(({ level }) => level);

  async function rewardLevels(communityId: string) {
    const rows = await database.owner
      .selectFrom("rewards")
      .select(["level", "state"])
      .where("community_id", "=", communityId)
      .orderBy("level")
      .execute();
    return rows.map(({ level, state }) => [level, state]);
  }

  test("a new community has confirmed nothing, and shows every default rule to choose from", async () => {
    const communityId = await aCommunity(database);
    expect(await readOnboarding(database, communityId)).toMatchObject({
      title: "Test community",
      timeZone: "UTC",
      onboardedAt: null,
      rewardsConfirmedAt: null,
      rules: [
        { level: 5, type: "free_days", value: { days: 3 }, active: true },
        { level: 10, value: { days: 7 }, active: true },
        { level: 25, value: { days: 14 }, active: true },
        { level: 50, value: { days: 30 }, active: true },
        { level: 100, type: "promo_code", value: { percentOff: 50 }, active: true },
        { level: null, streakDays: 30, type: "free_days", value: { days: 3 }, active: false },
        { level: null, streakDays: 100, value: { days: 7 }, active: false },
        { level: null, streakDays: 365, value: { days: 30 }, active: false },
      ],
    });
  });

  test("says when, switches the rules as chosen, and moves the days to the time zone from now on", async () => {
    const communityId = await aCommunity(database);
    const at = await confirmOnboarding(database, communityId, await choiceOf(communityId, [25, 100]));
    expect(await readOnboarding(database, communityId)).toMatchObject({ onboardedAt: at, rewardsConfirmedAt: at });
    expect(await activeLevels(communityId)).toEqual([5, 10, 50]);
    const { version, settings, validFrom } = await findSettings(database, communityId);
    expect([version, settings.timeZone]).toEqual([2, "Europe/Berlin"]);
    expect(Math.abs(validFrom.getTime() - Date.now())).toBeLessThan(10_000);
    const { rows } =
      await sql`select onboarded_by, rewards_confirmed_by from communities where community_id = ${communityId}`.execute(
        database.owner,
      );
    expect(rows).toEqual([{ onboarded_by: "user_owner", rewards_confirmed_by: "user_owner" }]);
    expect(await audit(communityId)).toMatchObject([
      { action: "settings.added", by: "user_owner" },
      { action: "onboarding.confirmed", by: "user_owner", details: { timeZone: "Europe/Berlin", rewardsWithdrawn: 0 } },
    ]);
  });

  test("keeps every other setting as it was", async () => {
    const communityId = await aCommunity(database, (settings) => ({ ...settings, dailyXpCap: 400 }));
    const before = await findSettings(database, communityId);
    await confirmOnboarding(database, communityId, await choiceOf(communityId));
    const after = await findSettings(database, communityId);
    expect(after.settings).toEqual({ ...before.settings, timeZone: "Europe/Berlin" });
  });

  test("the same choice twice changes nothing the second time", async () => {
    const communityId = await aCommunity(database);
    const choice = await choiceOf(communityId, [100]);
    const first = await confirmOnboarding(database, communityId, choice);
    expect(await confirmOnboarding(database, communityId, { ...choice, by: "user_other" })).toBe(first);
    expect(await confirmations(communityId)).toHaveLength(1);
    expect(await findSettings(database, communityId)).toMatchObject({ version: 2 });
  });

  test("two admins with the same choice at once leave one confirmation", async () => {
    const communityId = await aCommunity(database);
    const choice = await choiceOf(communityId);
    const times = await withInstances(database, 2, (instances) =>
      Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          confirmOnboarding(nth(instances, n), communityId, { ...choice, by: `user_${n}` }),
        ),
      ),
    );
    expect(new Set(times).size).toBe(1);
    expect(await confirmations(communityId)).toHaveLength(1);
    expect(await findSettings(database, communityId)).toMatchObject({ version: 2 });
  });

  test("two admins with different choices at once: one holds whole, the other is told", async () => {
    const communityId = await aCommunity(database);
    const choices = [
      await choiceOf(communityId, [5]),
      { ...(await choiceOf(communityId, [10])), timeZone: "Asia/Tokyo" },
    ];
    const outcomes = await withInstances(database, 2, (instances) =>
      Promise.allSettled(choices.map((choice, n) => confirmOnboarding(nth(instances, n), communityId, choice))),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "conflict", publicMessage: expect.stringContaining("Somebody else") },
    });
    const winner = outcomes.findIndex(({ status }) => status === "fulfilled");
    expect(await activeLevels(communityId)).toEqual(winner === 0 ? [10, 25, 50, 100] : [5, 25, 50, 100]);
    expect(await readOnboarding(database, communityId)).toMatchObject({ timeZone: nth(choices, winner).timeZone });
    expect(await confirmations(communityId)).toHaveLength(1);
  });

  test("can be changed later by who has seen the present choice, and is refused to who has not", async () => {
    const communityId = await aCommunity(database);
    const old = await choiceOf(communityId);
    const first = await confirmOnboarding(database, communityId, old);
    const changed = await confirmOnboarding(database, communityId, await choiceOf(communityId, [5]));
    expect(changed > first).toBe(true);
    expect(await readOnboarding(database, communityId)).toMatchObject({
      onboardedAt: first,
      rewardsConfirmedAt: changed,
    });
    await expect(confirmOnboarding(database, communityId, old)).rejects.toMatchObject({ code: "conflict" });
    expect(await activeLevels(communityId)).toEqual([10, 25, 50, 100]);
  });

  test("a choice that leaves out a rule, or names one of another community, is refused whole", async () => {
    const communityId = await aCommunity(database);
    const other = await choiceOf(await aCommunity(database));
    const choice = await choiceOf(communityId, [5]);
    const [, ...rest] = Object.entries(choice.rules);
    for (const rules of [Object.fromEntries(rest), other.rules, { ...choice.rules, ...other.rules }, {}]) {
      await expect(confirmOnboarding(database, communityId, { ...choice, rules })).rejects.toMatchObject({
        code: "conflict",
      });
    }
    expect(await readOnboarding(database, communityId)).toMatchObject({ timeZone: "UTC", rewardsConfirmedAt: null });
    expect(await activeLevels(communityId)).toEqual([5, 10, 25, 50, 100]);
    expect(await audit(communityId)).toEqual([]);
  });

  test("a time zone that the database does not know is refused, and awards go on", async () => {
    const communityId = await aCommunity(database);
    const choice = { ...(await choiceOf(communityId, [5])), timeZone: "Mars/Olympus" };
    await expect(confirmOnboarding(database, communityId, choice)).rejects.toMatchObject({ code: "bad_request" });
    expect(await readOnboarding(database, communityId)).toMatchObject({ timeZone: "UTC", rewardsConfirmedAt: null });
    expect(await awardActivity(database, communityId, aMessage())).toMatchObject({ xp: 20 });
  });

  test("a community that does not exist has nothing to confirm", async () => {
    const choice = await choiceOf(await aCommunity(database));
    await expect(confirmOnboarding(database, "biz_nowhere", choice)).rejects.toMatchObject({ code: "not_found" });
    await expect(readOnboarding(database, "biz_nowhere")).rejects.toMatchObject({ code: "not_found" });
  });

  test("what came due before anybody agreed to pay is kept where agreed to, and withdrawn where not", async () => {
    const communityId = await aCommunity(database);
    await awardActivity(database, communityId, anAdjustment(LEVEL_10, { userId: aUserId() }));
    await confirmOnboarding(database, communityId, await choiceOf(communityId, [10]));
    expect(await rewardLevels(communityId)).toEqual([[5, "confirmed"]]);
    expect(await confirmations(communityId)).toMatchObject([{ details: { rewardsWithdrawn: 1 } }]);
  });

  test("what was earned after the first confirmation stays earned when its rule is switched off", async () => {
    const communityId = await aCommunity(database);
    await confirmOnboarding(database, communityId, await choiceOf(communityId));
    await awardActivity(database, communityId, anAdjustment(LEVEL_10, { userId: aUserId() }));
    await confirmOnboarding(database, communityId, await choiceOf(communityId, [5, 10]));
    expect(await rewardLevels(communityId)).toEqual([
      [5, "confirmed"],
      [10, "confirmed"],
    ]);
  });

  test("while members level up: each reward is of a rule that was on, and each once", async () => {
    const communityId = await aCommunity(database);
    const choice = await choiceOf(communityId, [10]);
    const members = Array.from({ length: 30 }, aUserId);
    await withInstances(database, 3, async (instances) => {
      const awards = members.map((userId, n) =>
        awardActivity(nth(instances, n), communityId, anAdjustment(LEVEL_10, { userId })),
      );
      await Promise.all([...awards, confirmOnboarding(nth(instances, 1), communityId, choice)]);
    });
    const rewards = await rewardLevels(communityId);
    expect(rewards).toEqual(members.map(() => [5, "confirmed"]));
  });
});
