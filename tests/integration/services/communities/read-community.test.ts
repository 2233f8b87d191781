import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { readCommunity } from "@/services/communities/read-community";
import { readRankNames } from "@/services/communities/read-rank-names";
import { awardActivities } from "@/services/xp/award-activity";
import { aCommunity, aMessage, aUserId } from "@/tests/support/community";
import { aDatabase, type TestDatabase } from "@/tests/support/database";

let database: TestDatabase;
beforeAll(async () => {
  database = await aDatabase();
});
afterAll(() => database.drop());

const remember = (communityId: string, experienceId: string, name: string) =>
  inCommunity(database.db, communityId, (trx) =>
    sql`select remember_experience(${communityId}, '', ${experienceId}, ${name})`.execute(trx),
  );

test("a community has its title, time zone and no chat before anybody has written", async () => {
  const communityId = await aCommunity(database, (settings) => ({ ...settings, timeZone: "Europe/Berlin" }));
  await remember(communityId, `exp_page_${communityId}`, "Levels");
  expect(await readCommunity(database, communityId)).toEqual({
    communityId,
    title: "Test community",
    timeZone: "Europe/Berlin",
    chatExperience: null,
  });
});

test("the chat is where most of the leading members wrote last", async () => {
  const communityId = await aCommunity(database);
  const [general, critique] = [`exp_general_${communityId}`, `exp_critique_${communityId}`];
  await remember(communityId, critique, "Critique");
  await remember(communityId, general, "General");
  const places = [critique, general, general];
  await awardActivities(
    database,
    communityId,
    places.map((experienceId) => aMessage({ userId: aUserId(), experienceId })),
  );
  expect((await readCommunity(database, communityId)).chatExperience).toEqual({ id: general, name: "General" });
});

test("rank names come lowest first", async () => {
  const communityId = await aCommunity(database);
  expect(await readRankNames(database, communityId)).toEqual([
    { level: 1, name: "Newcomer" },
    { level: 5, name: "Regular" },
    { level: 10, name: "Insider" },
    { level: 25, name: "Veteran" },
    { level: 50, name: "Expert" },
    { level: 100, name: "Legend" },
  ]);
});

test("there is nothing to read of a community that does not exist", async () => {
  await expect(readCommunity(database, "biz_nobody")).rejects.toMatchObject({ code: "not_found" });
  await expect(readRankNames(database, "biz_nobody")).rejects.toMatchObject({ code: "not_found" });
});
