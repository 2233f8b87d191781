import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
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

test("there are no rates of a community that does not exist", async () => {
  await expect(readRates(deps(), "biz_nobody")).rejects.toMatchObject({ code: "not_found" });
});
