import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import { readEarning } from "@/services/xp/read-earning";
import { readRates } from "@/services/xp/read-rates";
import { aCommunity } from "@/tests/support/community";
import { aDatabase, type TestDatabase } from "@/tests/support/database";

let database: TestDatabase;
beforeAll(async () => {
  database = await aDatabase();
});
afterAll(() => database.drop());

const deps = (now = new Date()) => ({ db: database.db, now: () => now });

function withActions(patch: Settings["actions"]) {
  return (settings: Settings): Settings => ({ ...settings, actions: { ...settings.actions, ...patch } });
}

const rate = (facts: object = {}) => ({
  enabled: true,
  minXp: 7,
  maxXp: 7,
  cooldownSeconds: 0,
  dailyXpCap: null,
  minLength: 0,
  ...facts,
});

test("members see what pays by default, the most usual first, and nothing that is switched off", async () => {
  const communityId = await aCommunity(database);
  const common = { cooldownSeconds: 60, dailyXpCap: null, minLength: 0 };
  expect(await readRates(deps(), communityId)).toEqual({
    rates: [
      { action: "message", minXp: 20, maxXp: 20, ...common },
      { action: "post", minXp: 15, maxXp: 25, ...common },
      { action: "comment", minXp: 10, maxXp: 10, ...common },
      { action: "reaction", minXp: 5, maxXp: 5, ...common },
    ],
    dailyXpCap: null,
    paused: false,
    multipliers: { places: [], roles: [] },
  });
});

test("a community's own amounts, caps and actions are shown, unusual ones last", async () => {
  const communityId = await aCommunity(database, (settings) => ({
    ...withActions({ quiz: rate(), daily_visit: rate(), message: rate({ dailyXpCap: 400, minLength: 5 }) })(settings),
    dailyXpCap: 900,
  }));
  const { rates, dailyXpCap } = await readRates(deps(), communityId);
  expect(rates.map(({ action }) => action)).toEqual(["message", "post", "comment", "reaction", "daily_visit", "quiz"]);
  expect(rates[0]).toEqual({
    action: "message",
    minXp: 7,
    maxXp: 7,
    cooldownSeconds: 0,
    dailyXpCap: 400,
    minLength: 5,
  });
  expect(dailyXpCap).toBe(900);
});

test("a change that begins only later is not shown before", async () => {
  const communityId = await aCommunity(database);
  const { settings } = await findSettings(database, communityId);
  const validFrom = new Date(Date.now() + 3_600_000);
  await changeSettings(database, communityId, { settings: { ...settings, paused: true }, validFrom, by: "user_owner" });
  expect((await readRates(deps(), communityId)).paused).toBe(false);
  expect((await readRates(deps(new Date(validFrom.getTime() + 1)), communityId)).paused).toBe(true);
});

test("what multiplies is named by place and role; what changes nothing and places without a name are left out", async () => {
  const communityId = await aCommunity(database, (settings) => ({
    ...settings,
    multipliers: {
      channels: { exp_general: 150, exp_plain: 100, exp_unheard: 300 },
      roles: { admin: 0, moderator: 100, member: 120 },
      boosts: [],
    },
  }));
  await inCommunity(database.db, communityId, async (trx) => {
    await sql`select remember_experience(${communityId}, 'Test', 'exp_general', 'General')`.execute(trx);
    await sql`select remember_experience(${communityId}, 'Test', 'exp_plain', 'Plain')`.execute(trx);
  });
  expect((await readRates(deps(), communityId)).multipliers).toEqual({
    places: [{ name: "General", percent: 150 }],
    roles: [
      { role: "member", percent: 120 },
      { role: "admin", percent: 0 },
    ],
  });
});

test("boosts are those that hold or come, as they begin, and none while XP are paused", async () => {
  const now = Date.now();
  const boost = (id: string, fromHour: number, toHour: number, percent = 200) => ({
    id,
    name: `Boost ${id}`,
    percent,
    startsAt: new Date(now + fromHour * 3_600_000).toISOString(),
    endsAt: new Date(now + toHour * 3_600_000).toISOString(),
  });
  const boosts = [boost("later", 30, 40), boost("over", -3, -1), boost("on", -1, 1), boost("none", -1, 1, 100)];
  const communityId = await aCommunity(database, (settings) => ({
    ...settings,
    multipliers: { channels: {}, roles: {}, boosts },
  }));
  expect((await readEarning(deps(), communityId)).boosts.map(({ name }) => name)).toEqual(["Boost on", "Boost later"]);
  const { settings } = await findSettings(database, communityId);
  await changeSettings(database, communityId, { settings: { ...settings, paused: true }, by: "user_owner" });
  expect((await readEarning(deps(new Date(now + 1_000)), communityId)).boosts).toEqual([]);
});

test("there are no rates of a community that does not exist", async () => {
  await expect(readRates(deps(), "biz_nobody")).rejects.toMatchObject({ code: "not_found" });
});
