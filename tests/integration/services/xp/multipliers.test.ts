import fc from "fast-check";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { sqlErrorName } from "@/lib/errors";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import { NO_MULTIPLIERS, type Settings } from "@/services/communities/settings.schema";
import type { Activity } from "@/services/xp/activity";
import { awardActivities, awardActivity } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import { removeActivity } from "@/services/xp/remove-activity";
import { multipliedXp, multipliersOf, type Role } from "@/services/xp/rules/multiplier";
import { readRules } from "@/services/xp/stored-state";
import { aCommunity, aMessage, aUserId, storedMember } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { databaseContents } from "@/tests/support/database-contents";
import { withInstances } from "@/tests/support/instances";
import { redisAway } from "@/tests/support/redis-away";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe("multipliers", () => {
  const database = useDatabase();
  const now = Math.floor(Date.now());
  const start = now - DAY;

  const aGenerousCommunity = (multipliers: Partial<Settings["multipliers"]>) =>
    aCommunity(database, (settings) => ({ ...settings, multipliers: { ...NO_MULTIPLIERS, ...multipliers } }));

  const boost = (fromMinute: number, toMinute: number, percent = 200): Settings["multipliers"]["boosts"][number] => ({
    id: `b${fromMinute}`,
    name: "Weekend boost",
    percent,
    startsAt: new Date(start + fromMinute * MINUTE).toISOString(),
    endsAt: new Date(start + toMinute * MINUTE).toISOString(),
  });

  const at = (userId: string, minute: number, facts: Partial<Activity> = {}) =>
    aMessage({ userId, occurredAt: new Date(start + minute * MINUTE), ...facts });

  const setRole = async (communityId: string, userId: string, role: Role, minute: number) => {
    const { rows } = await inCommunity(database.db, communityId, (trx) =>
      sql<{
        changed: boolean;
      }>`select set_member_role(${communityId}, ${userId}, ${role}, ${new Date(start + minute * MINUTE)}) as changed`.execute(
        trx,
      ),
    );
    return rows[0]?.changed;
  };

  const xpOf = async (communityId: string, userId: string) => (await storedMember(database, communityId, userId))?.xp;

  const check = (communityId: string, userId: string) =>
    inCommunity(database.db, communityId, async (trx) => checkMember(trx, await readRules(trx, communityId), userId));

  test("give the same amount in SQL as in TypeScript, to the last half point", async () => {
    const percent = fc.oneof(
      fc.constantFrom(0, 1, 33, 50, 100, 114, 125, 150, 200, 1000),
      fc.integer({ min: 0, max: 1000 }),
    );
    const plan = fc.record({
      baseXp: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1000 })),
      channel: fc.option(percent, { nil: undefined }),
      role: fc.constantFrom<Role | undefined>("admin", "moderator", "member", undefined),
      roles: fc.dictionary(fc.constantFrom("admin", "moderator", "member"), percent),
      boosts: fc.array(fc.record({ from: fc.integer({ min: -2, max: 1 }), percent }), { maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ baseXp, channel, role, roles, boosts }) => {
        const multipliers: Settings["multipliers"] = {
          channels: channel === undefined ? {} : { exp_a: channel },
          roles,
          boosts: boosts.map((one, n) => ({ ...boost(one.from, one.from + 1, one.percent), id: `b${n}` })),
        };
        const occurredAt = new Date(start);
        const listed = multipliersOf({ multipliers }, { experienceId: "exp_a", occurredAt }, role ?? "member");
        const { rows } = await sql<{ xp: number }>`
          select multiplied_xp(${JSON.stringify(multipliers)}::jsonb, ${baseXp}, 'exp_a', ${role ?? null}, ${occurredAt}) as xp`.execute(
          database.owner,
        );
        expect(rows[0]?.xp).toBe(multipliedXp(baseXp, listed));
      }),
      { numRuns: 400 },
    );
  });

  test("multiply each other, and are rounded once", async () => {
    const communityId = await aGenerousCommunity({ channels: { exp_general: 150 }, boosts: [boost(0, 60)] });
    const userId = aUserId();
    const receipts = await awardActivities(database, communityId, [
      at(userId, 0, { experienceId: "exp_general" }),
      at(userId, 59, { experienceId: "exp_other" }),
      at(userId, 60, { experienceId: "exp_general" }),
    ]);
    expect(receipts.map(({ baseXp, xp }) => [baseXp, xp])).toEqual([
      [20, 60],
      [20, 40],
      [20, 30],
    ]);
    expect(await check(communityId, userId)).toEqual([]);
  });

  test("of zero pay nothing, begin no cooldown, and are said in the receipt", async () => {
    const communityId = await aGenerousCommunity({ channels: { exp_quiet: 0 } });
    const userId = aUserId();
    const receipts = await awardActivities(database, communityId, [
      at(userId, 0, { experienceId: "exp_quiet" }),
      at(userId, 0.5),
    ]);
    expect(receipts.map(({ outcome, xp }) => [outcome, xp])).toEqual([
      ["zero_multiplier", 0],
      ["awarded", 20],
    ]);
    expect(await check(communityId, userId)).toEqual([]);
  });

  test("of a boost hold for what happened in it, however late it comes", async () => {
    const communityId = await aGenerousCommunity({ boosts: [boost(10, 20)] });
    const userId = aUserId();
    const messages = [25, 5, 19, 10].map((minute) => at(userId, minute));
    for (const message of messages) await awardActivity(database, communityId, message);
    const decisions = (await storedMember(database, communityId, userId))?.decisions;
    expect(messages.map(({ activityId }) => decisions?.get(activityId)?.xp)).toEqual([20, 20, 40, 40]);
    expect(await check(communityId, userId)).toEqual([]);
  });

  test("meet a daily cap with what they make of the amount", async () => {
    const communityId = await aCommunity(database, (settings) => ({
      ...settings,
      dailyXpCap: 70,
      multipliers: { ...NO_MULTIPLIERS, boosts: [boost(-DAY / MINUTE, 3 * (DAY / MINUTE))] },
    }));
    const userId = aUserId();
    const noon = new Date(start).setUTCHours(6, 0, 0, 0);
    const messages = [0, 2, 4].map((minute) => aMessage({ userId, occurredAt: new Date(noon + minute * MINUTE) }));
    const [first, second, third] = messages;
    for (const message of [third, first, second]) if (message) await awardActivity(database, communityId, message);
    const standing = async () => {
      const decisions = (await storedMember(database, communityId, userId))?.decisions;
      return messages.map(({ activityId }) => decisions?.get(activityId)?.xp);
    };
    expect(await standing()).toEqual([40, 30, 0]);
    await removeActivity({ db: database.db, redis: redisAway }, communityId, first?.activityId ?? "");
    expect(await standing()).toEqual([undefined, 40, 30]);
    expect(await check(communityId, userId)).toEqual([]);
  });

  test("that change for all history change what was paid", async () => {
    const communityId = await aGenerousCommunity({});
    const userId = aUserId();
    await awardActivity(database, communityId, at(userId, 0));
    const { settings } = await findSettings(database, communityId);
    await changeSettings(database, communityId, {
      // The amount is the same in the end, not what it is made of.
      settings: {
        ...settings,
        actions: {
          ...settings.actions,
          message: { ...settings.actions.message, minXp: 10, maxXp: 10 },
        } as Settings["actions"],
        multipliers: { ...NO_MULTIPLIERS, boosts: [boost(0, 1)] },
      },
      validFrom: new Date(0),
      by: "user_owner",
    });
    await inCommunity(database.db, communityId, (trx) =>
      sql`select rebuild_member(${communityId}, ${userId}, 'settings')`.execute(trx),
    );
    expect((await storedMember(database, communityId, userId))?.decisions.values().next().value).toMatchObject({
      baseXp: 10,
      xp: 20,
    });
    expect(await check(communityId, userId)).toEqual([]);
  });

  describe("of roles", () => {
    const roles = { moderator: 50, admin: 0 };

    test("go by the role at the time it happened, whatever came when", async () => {
      const communityId = await aGenerousCommunity({ roles });
      const userId = aUserId();
      const messages = [0, 10, 20, 30].map((minute) => at(userId, minute));
      const paid = async () => {
        const decisions = (await storedMember(database, communityId, userId))?.decisions;
        return messages.map(({ activityId }) => decisions?.get(activityId)?.xp);
      };
      await awardActivities(database, communityId, messages.slice(2));
      expect(await setRole(communityId, userId, "moderator", 10)).toBe(true);
      expect(await paid()).toEqual([undefined, undefined, 10, 10]);
      expect(await setRole(communityId, userId, "member", 30)).toBe(true);
      expect(await paid()).toEqual([undefined, undefined, 10, 20]);
      await awardActivities(database, communityId, messages.slice(0, 2));
      expect(await paid()).toEqual([20, 10, 10, 20]);
      expect(await check(communityId, userId)).toEqual([]);
    });

    test("said twice change nothing", async () => {
      const communityId = await aGenerousCommunity({ roles });
      const userId = aUserId();
      expect(await setRole(communityId, userId, "member", 0)).toBe(false);
      await setRole(communityId, userId, "admin", 5);
      await awardActivity(database, communityId, at(userId, 10));
      const before = await databaseContents(database);
      expect(await setRole(communityId, userId, "admin", 20)).toBe(false);
      expect(await databaseContents(database)).toEqual(before);
    });

    test("fold nothing anew where no role is worth anything", async () => {
      const communityId = await aGenerousCommunity({ boosts: [boost(0, 60)] });
      const userId = aUserId();
      await awardActivity(database, communityId, at(userId, 10));
      const written = () =>
        database.owner.selectFrom("users").select("updated_at").where("user_id", "=", userId).executeTakeFirst();
      const before = await written();
      expect(await setRole(communityId, userId, "moderator", 5)).toBe(true);
      expect(await written()).toEqual(before);
    });

    test("given while a member's first messages arrive price each of them", async () => {
      const communityId = await aGenerousCommunity({ roles });
      const members = Array.from({ length: 8 }, aUserId);
      await withInstances(database, 4, (instances) =>
        Promise.all(
          members.flatMap((userId, n) => [
            awardActivity({ db: (instances[n % 4] ?? database).db }, communityId, at(userId, 30)),
            setRole(communityId, userId, "moderator", 10),
            awardActivity({ db: (instances[(n + 1) % 4] ?? database).db }, communityId, at(userId, 20)),
          ]),
        ),
      );
      for (const userId of members) {
        expect(await xpOf(communityId, userId)).toBe(20);
        expect(await check(communityId, userId)).toEqual([]);
      }
    });
  });

  test("a bonus of a streak is taken from nobody's hand, with an amount or without", async () => {
    const communityId = await aGenerousCommunity({});
    const userId = aUserId();
    for (const amount of [50, undefined]) {
      const forged = at(userId, 0, {
        activityId: `streak_bonus:${userId}:2026-11-20:7`,
        action: "streak_bonus",
        amount,
      });
      const refusal = await awardActivity(database, communityId, forged).catch(sqlErrorName);
      expect(refusal).toBe("bad_activity");
    }
    const refusal = await removeActivity(
      { db: database.db, redis: redisAway },
      communityId,
      `streak_bonus:${userId}:2026-11-20:7`,
    ).catch(sqlErrorName);
    expect(refusal).toBe("bad_activity");
  });
});
