import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { awardActivity } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import { replayMember } from "@/services/xp/replay-community";
import { readRules } from "@/services/xp/stored-state";
import { aCommunity, aMessage, anAdjustment, aUserId, storedMember } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { aReward, BADGE } from "@/tests/support/sending";

const MINUTE = 60_000;

/** What somebody with the owner's rights could do to a member, and what the check must say is wrong then. */
const CORRUPTIONS: [string, string[]][] = [
  ["update users set xp = xp + 1", ["xp"]],
  ["update users set level = level + 1", ["level"]],
  ["update users set total_messages = total_messages + 1", ["totalMessages"]],
  ["update users set total_posts = total_posts + 1", ["totalPosts"]],
  ["update users set total_reactions = 0", ["totalReactions"]],
  ["update users set xp_reached_at = now()", ["xpReachedAt"]],
  ["update users set last_activity_at = now()", ["lastActivityAt"]],
  ["update daily_rollups set xp = xp - 1 where action = 'message'", ["day"]],
  ["update daily_rollups set activities = activities + 1 where action = 'message'", ["day"]],
  ["update daily_rollups set paid = 0 where action = 'message'", ["day"]],
  ["delete from daily_rollups where action = 'message'", ["day"]],
  ["update daily_rollups set day = day - 1 where action = 'message'", ["day"]],
  ["update period_rollups set xp = xp + 1 where period = 'week'", ["period"]],
  ["update period_rollups set activities = 0 where period = 'month'", ["period"]],
  ["update period_rollups set xp_reached_at = now() where period = 'month'", ["period"]],
  ["delete from period_rollups where period = 'month'", ["period"]],
  ["update member_actions set last_paid_at = now() where action = 'message'", ["last paid message"]],
  ["update member_actions set last_paid_at = null where action = 'reaction'", ["last paid reaction"]],
  ["update activity_log set outcome = 'cooldown', xp = 0 where activity_id = 'message:1'", ["activity message:1"]],
  ["update activity_log set outcome = 'awarded', xp = 20 where activity_id = 'message:2'", ["activity message:2"]],
  ["update activity_log set xp = 1000 where activity_id = 'message:1'", ["activity message:1"]],
  ["update users set xp_bucket = 99", ["bucket"]],
  ["update period_rollups set xp_bucket = -1 where period = 'month'", ["bucket of month"]],
  ["delete from rewards where level = 5", ["reward of level 5"]],
  ["update rewards set state = 'cancelled', cancelled_because = 'level_lost' where level = 5", ["reward of level 5"]],
  [
    `insert into rewards (community_id, user_id, rule_id, level, type, value)
     select community_id, (select user_id from users u where u.community_id = r.community_id), rule_id, level, type, value
     from reward_rules r where level = 10`,
    ["reward of level 10"],
  ],
];

describe("the check of a member", () => {
  const database = useDatabase();

  /** At level 5, with a message that paid and one that cooled down. The only member of the community. */
  async function aMember() {
    const [communityId, userId] = [await aCommunity(database), aUserId()];
    const start = Date.now() - 60 * MINUTE;
    const at = (minutes: number) => ({ userId, occurredAt: new Date(start + minutes * MINUTE) });
    for (const activity of [
      anAdjustment(800, at(0)),
      aMessage({ ...at(1), activityId: "message:1" }),
      aMessage({ ...at(1.5), activityId: "message:2" }),
      aMessage({ ...at(2), activityId: "reaction:1", action: "reaction" }),
    ]) {
      await awardActivity(database, communityId, activity);
    }
    return { communityId, userId };
  }

  const check = (communityId: string, userId: string) =>
    inCommunity(database.db, communityId, async (trx) => checkMember(trx, await readRules(trx, communityId), userId));

  async function everythingOf(communityId: string, userId: string) {
    const rewards = await database.owner
      .selectFrom("rewards")
      .select(["level", "state", "cancelled_because"])
      .where("community_id", "=", communityId)
      .where("state", "<>", "cancelled")
      .execute();
    return { state: await storedMember(database, communityId, userId), rewards };
  }

  /** Past the triggers that keep even the owner from it, and in one community only. */
  async function corrupt(communityId: string, statement: string): Promise<void> {
    const [, before = "", where] = /^(.*?)( where .*)?$/s.exec(statement) ?? [];
    const own = statement.startsWith("insert")
      ? `${statement} and community_id = '${communityId}'`
      : `${before} where community_id = '${communityId}'${where?.replace(/^ where/, " and") ?? ""}`;
    await database.owner.connection().execute(async (connection) => {
      await sql`set session_replication_role = replica`.execute(connection);
      const { numAffectedRows } = await sql.raw(own).execute(connection);
      await sql`set session_replication_role = origin`.execute(connection);
      if (!numAffectedRows) throw new Error(`It changed nothing: ${own}`);
    });
  }

  test("finds nothing where nothing is wrong, and a repair then changes nothing", async () => {
    const { communityId, userId } = await aMember();
    expect(await check(communityId, userId)).toEqual([]);
    const before = await everythingOf(communityId, userId);
    await replayMember(database, communityId, userId, "repair");
    expect(await everythingOf(communityId, userId)).toEqual(before);
  });

  test.each(CORRUPTIONS)("finds what %s did, and the repair mends all of it", async (statement, found) => {
    const { communityId, userId } = await aMember();
    const before = await everythingOf(communityId, userId);
    await corrupt(communityId, statement);
    const differences = await check(communityId, userId);
    for (const what of found) {
      expect(differences.map((one) => one.what)).toContainEqual(expect.stringContaining(what));
    }
    await replayMember(database, communityId, userId, "repair");
    expect(await check(communityId, userId)).toEqual([]);
    expect(await everythingOf(communityId, userId)).toEqual(before);
  });

  describe("rewards on their way", () => {
    const STANDINGS: [string, string][] = [
      ["confirmed", "state = 'confirmed'"],
      ["waiting", "state = 'waiting', waits_for = 'membership'"],
      ["being sent", "state = 'sending', idempotency_key = 'k', keyed_at = now(), request = '{}'"],
      ["delivered", "state = 'delivered', delivered_at = now(), delivered_how = 'sent'"],
      ["with a person", "state = 'needs_attention', problem = 'refused'"],
      ["cancelled by the creator", "state = 'cancelled', cancelled_because = 'by_creator'"],
    ];

    const rewardsOf = (communityId: string) =>
      database.owner
        .selectFrom("rewards")
        .selectAll()
        .where("community_id", "=", communityId)
        .orderBy("reward_id")
        .execute();

    test.each(STANDINGS)("one that is %s fits its level, and a repair leaves it as it is", async (_name, standing) => {
      const { communityId, userId } = await aMember();
      await corrupt(communityId, `update rewards set ${standing} where level = 5`);
      expect(await check(communityId, userId)).toEqual([]);
      const before = await rewardsOf(communityId);
      await replayMember(database, communityId, userId, "repair");
      expect(await rewardsOf(communityId)).toEqual(before);
    });

    test("one granted by hand belongs to no level, however high or low the member stands", async () => {
      const { communityId, userId } = await aMember();
      await aReward(database, communityId, userId);
      await aReward(database, communityId, userId, { ...BADGE, state: "cancelled", cancelled_because: "by_creator" });
      expect(await check(communityId, userId)).toEqual([]);
      const before = await rewardsOf(communityId);
      await replayMember(database, communityId, userId, "repair");
      expect(await rewardsOf(communityId)).toEqual(before);
    });

    test("somebody who has only been granted something is in order", async () => {
      const { communityId } = await aMember();
      const userId = aUserId();
      await database.owner.insertInto("users").values({ community_id: communityId, user_id: userId }).execute();
      await aReward(database, communityId, userId);
      expect(await check(communityId, userId)).toEqual([]);
    });

    test("one brought back by a repair is sent where rewards are confirmed", async () => {
      const { communityId, userId } = await aMember();
      await sql`update communities set rewards_confirmed_at = now() where community_id = ${communityId}`.execute(
        database.owner,
      );
      await corrupt(communityId, "delete from rewards where level = 5");
      await replayMember(database, communityId, userId, "repair");
      expect(await check(communityId, userId)).toEqual([]);
      expect((await rewardsOf(communityId)).map(({ level, state }) => [level, state])).toEqual([[5, "confirmed"]]);
    });
  });

  test("finds a member's row gone, with all that hangs on it", async () => {
    const { communityId, userId } = await aMember();
    await corrupt(communityId, "delete from users");
    expect(await check(communityId, userId)).toEqual([{ what: "member", stored: "none", folded: "4 activities" }]);
  });

  test("repairs many things that are wrong at once", async () => {
    const { communityId, userId } = await aMember();
    const before = await everythingOf(communityId, userId);
    for (const [statement] of CORRUPTIONS.filter(([one]) => one.startsWith("update")))
      await corrupt(communityId, statement);
    expect((await check(communityId, userId)).length).toBeGreaterThan(8);
    await replayMember(database, communityId, userId, "repair");
    expect(await check(communityId, userId)).toEqual([]);
    expect(await everythingOf(communityId, userId)).toEqual(before);
  });
});
