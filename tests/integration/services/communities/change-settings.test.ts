import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import { Settings } from "@/services/communities/settings.schema";
import { awardActivity } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import { readRules } from "@/services/xp/stored-state";
import { aCommunity, aMessage, aUserId } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { nth, withInstances } from "@/tests/support/instances";

function paying(settings: Settings, xp: number): Settings {
  const { message } = settings.actions;
  if (!message) throw new Error("The default settings have a rate for messages.");
  return { ...settings, actions: { ...settings.actions, message: { ...message, minXp: xp, maxXp: xp } } };
}

describe("settings that change", () => {
  const database = useDatabase();

  test("while awards are made: every award is priced with the version it names, and the sum is the fold's", async () => {
    const communityId = await aCommunity(database);
    const { settings } = await findSettings(database, communityId);
    const members = Array.from({ length: 60 }, aUserId);
    const receipts = await withInstances(database, 4, async (instances) => {
      const awards = members.map(async (userId, n) => {
        await new Promise((resolve) => setTimeout(resolve, n * 4));
        return awardActivity(nth(instances, n), communityId, aMessage({ userId, occurredAt: new Date() }));
      });
      for (let xp = 21; xp <= 30; xp += 1) {
        await changeSettings(nth(instances, xp), communityId, {
          settings: paying(settings, xp),
          by: "user_owner",
        }).catch(conflict);
      }
      return Promise.all(awards);
    });

    const versions = await database.owner
      .selectFrom("settings_versions")
      .select(["version", "valid_from", "settings"])
      .where("community_id", "=", communityId)
      .orderBy("version")
      .execute();
    expect(versions.length).toBeGreaterThan(3);
    const amounts = new Map(versions.map((row) => [row.version, Settings.parse(row.settings).actions.message?.minXp]));
    const rows = await database.owner
      .selectFrom("activity_log")
      .select(["settings_version", "xp"])
      .where("community_id", "=", communityId)
      .execute();
    expect(rows).toHaveLength(60);
    expect(rows.filter((row) => row.xp !== amounts.get(row.settings_version))).toEqual([]);
    expect(receipts.reduce((sum, { xp }) => sum + xp, 0)).toBe(rows.reduce((sum, { xp }) => sum + xp, 0));
    for (const userId of members) {
      const differences = await inCommunity(database.db, communityId, async (trx) =>
        checkMember(trx, await readRules(trx, communityId), userId),
      );
      expect(differences).toEqual([]);
    }
  });

  /** The settings an instance remembered were changed by another: it is told to load them again. */
  function conflict(error: unknown): void {
    expect(error).toMatchObject({ code: "conflict" });
  }

  test("in two places at once: one change holds, the other is told, and neither is lost in the other", async () => {
    const communityId = await aCommunity(database);
    const { settings } = await findSettings(database, communityId);
    const outcomes = await withInstances(database, 2, async (instances) => {
      await Promise.all(instances.map((one) => findSettings(one, communityId)));
      return Promise.allSettled(
        instances.map((one, n) =>
          changeSettings(one, communityId, { settings: paying(settings, 30 + n), by: `user_${n}` }),
        ),
      );
    });
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "conflict", status: 409 },
    });
    const { rows } =
      await sql`select version from settings_versions where community_id = ${communityId} order by 1`.execute(
        database.owner,
      );
    expect(rows).toEqual([{ version: 1 }, { version: 2 }]);
  });

  test("are used by an instance that remembers older ones with its very next award", async () => {
    const communityId = await aCommunity(database);
    await withInstances(database, 2, async ([one, another]) => {
      if (!one || !another) throw new Error("Two instances were asked for.");
      const { settings } = await findSettings(one, communityId);
      await changeSettings(another, communityId, { settings: paying(settings, 40), by: "user_owner" });
      expect(await awardActivity(one, communityId, aMessage({ occurredAt: new Date() }))).toMatchObject({ xp: 40 });
    });
  });

  test("from now on leave what was earned before as it is", async () => {
    const communityId = await aCommunity(database);
    const userId = aUserId();
    await awardActivity(database, communityId, aMessage({ userId }));
    const { settings } = await findSettings(database, communityId);
    await changeSettings(database, communityId, { settings: paying(settings, 40), by: "user_owner" });
    const late = aMessage({ userId, occurredAt: new Date(Date.now() - 600_000) });
    expect(await awardActivity(database, communityId, late)).toMatchObject({ xp: 20, totalXp: 40 });
  });

  test("that make no sense are refused before anything is stored", async () => {
    const communityId = await aCommunity(database);
    const { settings } = await findSettings(database, communityId);
    for (const wrong of [paying(settings, 0), paying(settings, 1.5), { ...settings, timeZone: "Mars/Olympus" }]) {
      await expect(changeSettings(database, communityId, { settings: wrong, by: "user_owner" })).rejects.toThrow();
    }
    expect(await findSettings(database, communityId)).toMatchObject({ version: 1 });
  });
});
