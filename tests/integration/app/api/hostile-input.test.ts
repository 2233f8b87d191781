import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import { readOnboarding } from "@/services/communities/read-onboarding";
import { awardActivities } from "@/services/xp/award-activity";
import { anApp } from "@/tests/support/app";
import { aMessage } from "@/tests/support/community";
import { databaseContents } from "@/tests/support/database-contents";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp();

/** On the tier that has everything, with rewards confirmed, so that nothing but the input can be refused. */
async function aPlace(): Promise<CommunityInWhop> {
  const place = aCommunityIn(app().whop);
  const { deps } = app();
  await deps.communities.resolve(place.companyId);
  const { settings } = await findSettings(deps, place.companyId);
  await changeSettings(deps, place.companyId, { settings: { ...settings, tier: "enterprise" }, by: "wee5:billing" });
  const { rules } = await readOnboarding(deps, place.companyId);
  const choice = { timeZone: "UTC", rules: Object.fromEntries(rules.map(({ ruleId }) => [ruleId, true])), seen: null };
  await app().call("/api/onboarding", { as: place.ownerId, json: { experienceId: place.companyId, ...choice } });
  return place;
}

const versionOf = async ({ companyId }: CommunityInWhop) => (await findSettings(app().deps, companyId)).version;

const aBoost = (facts: object = {}) => ({
  id: "weekend",
  name: "Double weekend",
  percent: 200,
  startsAt: "2026-01-01T00:00:00Z",
  endsAt: "2026-01-02T00:00:00Z",
  ...facts,
});
const multipliers = (facts: object) => ({ multipliers: { channels: {}, roles: {}, boosts: [], ...facts } });
const streaks = (facts: object) => ({
  streaks: { enabled: true, freezeEveryDays: 7, maxFreezes: 2, pauses: [], milestones: [], ...facts },
});
const messages = (facts: object) => ({
  levelUpPush: true,
  rewardPush: true,
  announcement: { enabled: false, experienceId: null, template: "{name}" },
  directMessage: { enabled: false, template: "{name}" },
  quietHours: { enabled: false, from: "22:00", to: "08:00", zone: "member" },
  commands: { enabled: true, cooldownSeconds: 15, disabledExperienceIds: [] },
  version: 1,
  ...facts,
});

type Attack = [what: string, method: string, path: string, body: (place: CommunityInWhop) => object];

/** Everywhere that a text of the caller's own is kept. */
const texts = (text: string): Attack[] => [
  ["a boost's name", "PUT", "/api/settings", () => multipliers({ boosts: [aBoost({ name: `x${text}x` })] })],
  ["a channel", "PUT", "/api/settings", () => multipliers({ channels: { [`exp_${text}`]: 200 } })],
  ["an action", "PUT", "/api/settings", () => ({ actions: { [`x${text}`]: {} } })],
  ["an excluded channel", "PUT", "/api/settings", () => ({ excludedExperienceIds: [`exp_${text}`] })],
  ["an excluded member", "PUT", "/api/settings", () => ({ excludedUserIds: [`user_${text}`] })],
  [
    "an announcement",
    "PUT",
    "/api/notification-settings",
    () => messages({ announcement: { enabled: false, experienceId: null, template: `{name}${text}` } }),
  ],
  [
    "a direct message",
    "PUT",
    "/api/notification-settings",
    () => messages({ directMessage: { enabled: true, template: `{name}${text}` } }),
  ],
  [
    "a badge's name",
    "POST",
    "/api/rewards",
    ({ memberId }) => ({ action: "grant", userId: memberId, type: "badge", value: { name: `x${text}x` } }),
  ],
  [
    "a reward's words",
    "POST",
    "/api/rewards",
    ({ memberId }) => ({ action: "grant", userId: memberId, type: "custom", value: { text: `x${text}x` } }),
  ],
  [
    "a reward's note",
    "POST",
    "/api/rewards",
    ({ memberId }) => ({
      action: "grant",
      userId: memberId,
      type: "free_days",
      value: { days: 1 },
      note: `x${text}x`,
    }),
  ],
  ["a time zone", "PUT", "/api/preferences", () => ({ notifications: true, timeZone: `Europe/Berlin${text}` })],
];

/** Times that JavaScript knows and Postgres does not, or that nobody can have meant. */
const TIMES: Attack[] = [
  ["0000-01-01T00:00:00Z", "0000-01-02T00:00:00Z"],
  ["0000-01-01T00:00:00+14:00", "2026-01-01T00:00:00Z"],
  ["2026-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"],
].map(
  ([startsAt, endsAt]): Attack => [
    `a boost from ${startsAt} to ${endsAt}`,
    "PUT",
    "/api/settings",
    () => multipliers({ boosts: [aBoost({ startsAt, endsAt })] }),
  ],
);
const DAYS: Attack[] = [
  ["a pause that begins in the year 0", "PUT", "/api/settings", () => streaks({ pauses: [pause("0000-01-01")] })],
  [
    "a choice seen in the year 0",
    "POST",
    "/api/onboarding",
    () => ({ timeZone: "UTC", rules: {}, seen: "0000-01-01T00:00:00Z" }),
  ],
];
const pause = (from: string) => ({ from, to: "2026-01-01" });

/** Sends it as an admin does, and gives the status and the code of the answer. */
async function attack(place: CommunityInWhop, [, method, path, body]: Attack) {
  const json = {
    experienceId: place.companyId,
    ...(path === "/api/settings" && { version: await versionOf(place) }),
    ...body(place),
  };
  const response = await app().call(path, { method, as: place.ownerId, json });
  const { error } = await response.json();
  return [response.status, error?.code];
}

describe.each([
  ["a NUL", "\u0000"],
  ["half of a surrogate pair", "\ud800"],
])("%s, which the database cannot keep, is answered 400 and changes nothing", (_, text) => {
  test.each(texts(text))("in %s", async (...input) => {
    const place = await aPlace();
    const before = await databaseContents(app().database);
    expect(await attack(place, input)).toEqual([400, "bad_request"]);
    expect(await databaseContents(app().database)).toEqual(before);
  });
});

describe("a time that the database does not know is answered 400, and awards go on", () => {
  test.each([...TIMES, ...DAYS])("%s", async (...input) => {
    const place = await aPlace();
    expect(await attack(place, input)).toEqual([400, "bad_request"]);
    const message = aMessage({ userId: place.memberId });
    const receipts = await awardActivities(app().deps, place.companyId, [message]);
    expect(receipts[0]).toMatchObject({ outcome: "awarded" });
  });
});

describe("lists longer than anybody's are answered 400, in few words", () => {
  const many = (prefix: string, value: unknown) =>
    Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`${prefix}${inLetters(index)}`, value]));
  const inLetters = (number: number) =>
    number.toString(26).replace(/\d/g, (digit) => "qrstuvwxyz"[Number(digit)] ?? "");
  const rate = { enabled: true, minXp: 1, maxXp: 1, cooldownSeconds: 0, dailyXpCap: null, minLength: 0 };

  test.each<Attack>([
    ["channels", "PUT", "/api/settings", () => multipliers({ channels: many("exp_", 100) })],
    ["actions", "PUT", "/api/settings", () => ({ actions: many("x".repeat(20), rate) })],
    ["excluded channels", "PUT", "/api/settings", () => ({ excludedExperienceIds: Object.keys(many("exp_", 0)) })],
    ["excluded members", "PUT", "/api/settings", () => ({ excludedUserIds: Object.keys(many("anna_", 0)) })],
  ])("%s", async (_what, method, path, body) => {
    const place = await aPlace();
    const json = { experienceId: place.companyId, version: await versionOf(place), ...body(place) };
    const response = await app().call(path, { method, as: place.ownerId, json });
    expect(response.status).toBe(400);
    expect((await response.text()).length).toBeLessThan(10_000);
  });
});
