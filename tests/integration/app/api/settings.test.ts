import { sql } from "kysely";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { SavedRules } from "@/services/communities/rules.schema";
import type { Settings } from "@/services/communities/settings.schema";
import { fetchProfile } from "@/services/leaderboard/refresh-profiles";
import type { NamedRules } from "@/services/rules";
import { awardActivities } from "@/services/xp/award-activity";
import { anApp } from "@/tests/support/app";
import { aMessage } from "@/tests/support/community";
import { databaseContents } from "@/tests/support/database-contents";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp();

async function aPlace(tier: Settings["tier"] = "premium"): Promise<CommunityInWhop> {
  const place = aCommunityIn(app().whop);
  const { deps } = app();
  await deps.communities.resolve(place.companyId);
  const { settings } = await findSettings(deps, place.companyId);
  const change = { settings: { ...settings, tier }, validFrom: new Date(0), by: "wee5:billing" };
  await changeSettings(deps, place.companyId, change);
  return place;
}

async function read(
  { companyId, ownerId }: CommunityInWhop,
  as = ownerId,
): Promise<{ status: number; body: NamedRules }> {
  const response = await app().call(`/api/settings?experienceId=${companyId}`, { as });
  return { status: response.status, body: await response.json() };
}

type Refusal = { error: { code: string; message: string; details?: unknown } };

async function save(
  { companyId, ownerId }: CommunityInWhop,
  change: object,
  as = ownerId,
): Promise<{ status: number; body: SavedRules & Refusal }> {
  const json = { experienceId: companyId, ...change };
  const response = await app().call("/api/settings", { method: "PUT", as, json });
  return { status: response.status, body: await response.json() };
}

const versionsOf = async ({ companyId }: CommunityInWhop) =>
  (
    await sql<{ version: number; by: string }>`select version, created_by as by from settings_versions
      where community_id = ${companyId} order by version`.execute(app().database.owner)
  ).rows;

const auditOf = async ({ companyId }: CommunityInWhop) =>
  (
    await sql<{ action: string; actor: string; subject: string }>`
      select action, actor_user_id as actor, subject from audit_log where community_id = ${companyId} order by sequence`.execute(
      app().database.owner,
    )
  ).rows;

const HOUR_MS = 3_600_000;
const at = (hours: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + hours * HOUR_MS).toISOString();
const aBoost = (facts: object = {}) => ({
  id: "weekend",
  name: "Double weekend",
  percent: 200,
  startsAt: at(-1),
  endsAt: at(24),
  ...facts,
});

test("the rules are read with the tier, the time zone and the places to choose from, and without the rest of the settings", async () => {
  const place = await aPlace("free");
  const { status, body } = await read(place);
  expect(status).toBe(200);
  expect(Object.keys(body).sort()).toEqual([
    "actions",
    "dailyXpCap",
    "excludedExperienceIds",
    "excludedMembers",
    "excludedUserIds",
    "hasAllPlaces",
    "leavers",
    "multipliers",
    "paused",
    "places",
    "streaks",
    "tier",
    "timeZone",
    "version",
  ]);
  expect(body).toMatchObject({
    tier: "free",
    timeZone: "UTC",
    version: 2,
    multipliers: { channels: {}, roles: {}, boosts: [] },
    leavers: { left: "hide", banned: "hide", resetAfterDays: 3 },
    hasAllPlaces: true,
    places: [{ experienceId: place.chatExperienceId, name: "General", kind: "chat" }],
  });
});

test("moderators read the rules, and only admins change them", async () => {
  const place = await aPlace();
  expect((await read(place, place.moderatorId)).status).toBe(200);
  expect((await read(place, place.memberId)).status).toBe(403);
  expect((await save(place, { version: 2, paused: true }, place.moderatorId)).status).toBe(403);
  expect(await versionsOf(place)).toHaveLength(2);
});

test("a change is a new version of the settings, by who made it, with all that was not changed as it was", async () => {
  const place = await aPlace();
  const before = (await read(place)).body;
  const message = { ...before.actions.message, minXp: 30, maxXp: 40 };
  const saved = await save(place, { version: before.version, actions: { message } });
  expect([saved.status, saved.body.version]).toEqual([200, 3]);
  expect((await read(place)).body).toEqual({
    ...before,
    actions: { ...before.actions, message },
    version: 3,
  });
  expect(await versionsOf(place)).toEqual([
    { version: 1, by: expect.any(String) },
    { version: 2, by: "wee5:billing" },
    { version: 3, by: place.ownerId },
  ]);
  expect(await auditOf(place)).toContainEqual({ action: "settings.added", actor: place.ownerId, subject: "3" });
  const { settings } = await findSettings(app().deps, place.companyId);
  expect([settings.tier, settings.timeZone]).toEqual(["premium", "UTC"]);
});

test("a change counts from now on: what was done before it keeps its XP", async () => {
  const place = await aPlace();
  const { deps } = app();
  const first = aMessage({ userId: place.memberId, occurredAt: new Date(Date.now() - 10_000) });
  expect((await awardActivities(deps, place.companyId, [first])).map(({ xp }) => xp)).toEqual([20]);
  const { body } = await read(place);
  const message = { ...body.actions.message, minXp: 50, maxXp: 50, cooldownSeconds: 0 };
  await save(place, { version: body.version, actions: { message } });
  // Of before the change, however late it comes; and of after it.
  const late = aMessage({ userId: place.ownerId, occurredAt: new Date(Date.now() - 20_000) });
  const next = aMessage({ userId: place.memberId, occurredAt: new Date(Date.now() + 1_000) });
  expect((await awardActivities(deps, place.companyId, [late, next])).map(({ xp }) => xp)).toEqual([20, 50]);
});

test("the same request again, as after a lost answer, is answered the same and changes nothing", async () => {
  const place = await aPlace();
  const wanted = { version: 2, multipliers: { channels: {}, roles: { moderator: 150 }, boosts: [aBoost()] } };
  const first = await save(place, wanted);
  expect(first.status).toBe(200);
  const before = await databaseContents(app().database);
  expect(await save(place, wanted)).toEqual(first);
  expect(await databaseContents(app().database)).toEqual(before);
});

test("of ten changes at once made of one version one is stored, and the others are told so", async () => {
  const place = await aPlace();
  const changes = Array.from({ length: 10 }, (_, n) => save(place, { version: 2, dailyXpCap: 100 + n }));
  const answers = await Promise.all(changes);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
  const refused = answers.find(({ status }) => status === 409)?.body.error;
  expect(refused).toMatchObject({ code: "conflict", message: expect.stringContaining("Somebody else") });
  const stored = answers.find(({ status }) => status === 200)?.body;
  expect((await read(place)).body).toMatchObject({ dailyXpCap: stored?.dailyXpCap, version: 3 });
});

describe("in a free community", () => {
  test.each<[string, (rules: NamedRules) => object, string[]]>([
    ["rates", ({ actions }) => ({ actions: { message: { ...actions.message, maxXp: 21 } } }), ["actions"]],
    ["the daily cap", () => ({ dailyXpCap: 400 }), ["dailyXpCap"]],
    ["channels without XP", (_rules) => ({ excludedExperienceIds: ["exp_x"] }), ["excludedExperienceIds"]],
    ["members without XP", () => ({ excludedUserIds: ["user_x"] }), ["excludedUserIds"]],
    ["multipliers", ({ multipliers }) => ({ multipliers: { ...multipliers, boosts: [aBoost()] } }), ["multipliers"]],
    [
      "streaks, with all else that is free",
      ({ streaks }) => ({ paused: true, streaks: { ...streaks, enabled: false } }),
      ["streaks"],
    ],
  ])("%s cannot be changed: it is said what is needed, and nothing is stored", async (_what, change, parts) => {
    const place = await aPlace("free");
    const { body } = await read(place);
    const before = await databaseContents(app().database);
    expect(await save(place, { version: body.version, ...change(body) })).toMatchObject({
      status: 402,
      body: { error: { code: "tier_required", details: { needs: "premium", parts } } },
    });
    expect(await databaseContents(app().database)).toEqual(before);
  });

  test("a pause and what becomes of who leaves can, also beside rates that stay as they are", async () => {
    const place = await aPlace("free");
    const { version, actions, streaks } = (await read(place)).body;
    const leavers = { left: "keep", banned: "reset", resetAfterDays: 7 };
    const { status } = await save(place, { version, paused: true, leavers, actions, streaks });
    expect(status).toBe(200);
    expect((await read(place)).body).toMatchObject({ paused: true, leavers, actions, version: 3 });
  });
});

test.each<[string, (rules: NamedRules) => object, string]>([
  [
    "an amount whose least is above its most",
    ({ actions }) => ({ actions: { message: { ...actions.message, minXp: 30, maxXp: 20 } } }),
    "actions.message.minXp",
  ],
  [
    "a cooldown of more than a week",
    ({ actions }) => ({ actions: { post: { ...actions.post, cooldownSeconds: 604_801 } } }),
    "actions.post.cooldownSeconds",
  ],
  ["an action that nobody can do", ({ actions }) => ({ actions: { tip: actions.message } }), "actions.tip"],
  [
    "a boost that ends before it starts",
    ({ multipliers }) => ({ multipliers: { ...multipliers, boosts: [aBoost({ startsAt: at(2), endsAt: at(1) })] } }),
    "multipliers.boosts.0.endsAt",
  ],
  [
    "two boosts by one id",
    ({ multipliers }) => ({ multipliers: { ...multipliers, boosts: [aBoost(), aBoost({ name: "Another" })] } }),
    "multipliers.boosts.1.id",
  ],
  [
    "a factor above ten",
    ({ multipliers }) => ({ multipliers: { ...multipliers, roles: { member: 1_001 } } }),
    "multipliers.roles.member",
  ],
  [
    "a role that there is none of",
    ({ multipliers }) => ({ multipliers: { ...multipliers, roles: { king: 200 } } }),
    "multipliers.roles",
  ],
  [
    "two milestones on one day",
    ({ streaks }) => ({
      streaks: {
        ...streaks,
        milestones: [
          { days: 7, xp: 1 },
          { days: 7, xp: 2 },
        ],
      },
    }),
    "streaks.milestones.1.days",
  ],
  [
    "a pause that ends before it begins",
    ({ streaks }) => ({ streaks: { ...streaks, pauses: [{ from: "2026-12-27", to: "2026-12-24" }] } }),
    "streaks.pauses.0.to",
  ],
  ["another choice for who leaves", ({ leavers }) => ({ leavers: { ...leavers, left: "burn" } }), "leavers.left"],
  ["somebody excluded by a name", () => ({ excludedUserIds: ["user_a1", "Kofi"] }), "excludedUserIds.1"],
  ["somebody excluded twice", () => ({ excludedUserIds: ["user_a1", "user_b2", "user_a1"] }), "excludedUserIds.2"],
  ["the tier itself", () => ({ tier: "enterprise" }), ""],
])("%s is refused with the field at fault, and nothing is stored", async (_what, change, path) => {
  const place = await aPlace();
  const { body } = await read(place);
  const before = await databaseContents(app().database);
  const answer = await save(place, { version: body.version, ...change(body) });
  expect(answer).toMatchObject({ status: 400, body: { error: { details: [{ path }] } } });
  expect(await databaseContents(app().database)).toEqual(before);
});

describe("a channel", () => {
  const times = (id: string, percent = 150) => ({ channels: { [id]: percent }, roles: {}, boosts: [] });

  test("of the community can be given a multiplier, one of another community or a made-up one cannot", async () => {
    const [place, other] = [await aPlace(), await aPlace()];
    for (const id of [other.chatExperienceId, "exp_nowhere"]) {
      expect(await save(place, { version: 2, multipliers: times(id) })).toMatchObject({
        status: 400,
        body: { error: { details: [{ path: `multipliers.channels.${id}` }] } },
      });
      expect(await save(place, { version: 2, excludedExperienceIds: [id] })).toMatchObject({
        status: 400,
        body: { error: { details: [{ path: "excludedExperienceIds.0" }] } },
      });
    }
    expect((await save(place, { version: 2, multipliers: times(place.chatExperienceId) })).status).toBe(200);
  });

  test("that something has come from already is one while Whop is away, and that was chosen stays one when it has gone", async () => {
    const [place, gone] = [await aPlace(), await aPlace()];
    await app().deps.communities.resolve(place.chatExperienceId);
    for (const operation of ["chatChannels.list", "forums.list", "experiences.list"]) {
      app().whop.faults.add({ kind: "drop_before", operation, probability: 1 });
    }
    const { body } = await read(place);
    expect([body.hasAllPlaces, body.places.map(({ name }) => name)]).toEqual([false, ["General"]]);
    expect((await save(place, { version: 2, multipliers: times(place.chatExperienceId) })).status).toBe(200);
    expect(await save(place, { version: 3, excludedExperienceIds: ["exp_new"] })).toMatchObject({
      status: 503,
      body: { error: { message: expect.stringContaining("Nothing was changed") } },
    });
    const { settings, version } = await findSettings(app().deps, place.companyId);
    const stored = { ...settings, excludedExperienceIds: [gone.chatExperienceId] };
    await changeSettings(app().deps, place.companyId, { settings: stored, by: place.ownerId });
    const ids = [gone.chatExperienceId, place.chatExperienceId];
    expect((await save(place, { version: version + 1, excludedExperienceIds: ids })).status).toBe(200);
  });
});

test("an excluded member is named, and earns nothing from then on", async () => {
  const place = await aPlace();
  const { deps } = app();
  const write = () =>
    awardActivities(deps, place.companyId, [aMessage({ userId: place.moderatorId, occurredAt: new Date() })]);
  expect(await write()).toMatchObject([{ outcome: "awarded" }]);
  await fetchProfile(deps, place.companyId, place.moderatorId);
  const { body } = await read(place);
  const excludedUserIds = [place.moderatorId, "user_unknown"];
  expect(await save(place, { version: body.version, excludedUserIds })).toMatchObject({ status: 200 });
  expect((await read(place)).body).toMatchObject({
    excludedUserIds,
    excludedMembers: [
      { userId: place.moderatorId, name: "Mo Moderator", username: expect.any(String) },
      { userId: "user_unknown", name: null, username: null },
    ],
  });
  expect(await write()).toMatchObject([{ outcome: "excluded_member", xp: 0 }]);
});

test("a boost holds from its first moment to before its last", async () => {
  const place = await aPlace();
  const { deps } = app();
  const { body } = await read(place);
  const message = { ...body.actions.message, cooldownSeconds: 0 };
  const boost = aBoost({ startsAt: at(-1), endsAt: at(1) });
  const multipliers = { channels: {}, roles: {}, boosts: [boost] };
  expect((await save(place, { version: body.version, actions: { message }, multipliers })).status).toBe(200);
  const now = aMessage({ userId: place.memberId, occurredAt: new Date(Date.now() + 1_000) });
  expect((await awardActivities(deps, place.companyId, [now])).map(({ xp }) => xp)).toEqual([40]);
});
