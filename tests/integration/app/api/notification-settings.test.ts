import { sql } from "kysely";
import type { NotificationSettings } from "@/services/notifications/notifications.schema";
import { anApp } from "@/tests/support/app";
import { databaseContents } from "@/tests/support/database-contents";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp();

async function aPlace(): Promise<CommunityInWhop> {
  const place = aCommunityIn(app().whop);
  await app().deps.communities.resolve(place.companyId);
  return place;
}

async function read({ companyId, ownerId }: CommunityInWhop, as = ownerId) {
  const response = await app().call(`/api/notification-settings?experienceId=${companyId}`, { as });
  return { status: response.status, body: await response.json() };
}

async function settingsOf(place: CommunityInWhop): Promise<NotificationSettings> {
  const { chats: _chats, recentProblems: _problems, ...settings } = (await read(place)).body;
  return settings;
}

async function save(place: CommunityInWhop, change: object, as = place.ownerId) {
  const json = { experienceId: place.companyId, ...change };
  const response = await app().call("/api/notification-settings", { method: "PUT", as, json });
  return { status: response.status, body: await response.json() };
}

const auditOf = async ({ companyId }: CommunityInWhop) =>
  (
    await sql<{ action: string; actor_user_id: string; details: object }>`
      select action, actor_user_id, details from audit_log where community_id = ${companyId} order by sequence`.execute(
      app().database.owner,
    )
  ).rows;

test("a community begins with pushes and commands alone, and chooses among its own chats", async () => {
  const place = await aPlace();
  expect(await read(place)).toEqual({
    status: 200,
    body: {
      levelUpPush: true,
      rewardPush: true,
      announcement: { enabled: false, experienceId: null, template: expect.stringContaining("{name}") },
      directMessage: { enabled: false, template: expect.stringContaining("{level}") },
      quietHours: { enabled: false, from: "22:00", to: "08:00", zone: "member" },
      commands: { enabled: true, cooldownSeconds: 15, disabledExperienceIds: [] },
      version: 1,
      chats: [{ experienceId: place.chatExperienceId, name: "General" }],
      recentProblems: [],
    },
  });
});

test("moderators read the settings, and only admins change them", async () => {
  const place = await aPlace();
  expect((await read(place, place.moderatorId)).status).toBe(200);
  expect((await read(place, place.memberId)).status).toBe(403);
  expect((await save(place, await settingsOf(place), place.moderatorId)).status).toBe(403);
});

test("a change is stored with its version, and the audit log says who made it and what is another now", async () => {
  const place = await aPlace();
  const settings = await settingsOf(place);
  const announcement = {
    enabled: true,
    experienceId: place.chatExperienceId,
    template: "{name} is {level} now! {link}",
  };
  const wanted = { ...settings, announcement };
  expect(await save(place, wanted)).toEqual({ status: 200, body: { ...wanted, version: 2 } });
  expect(await settingsOf(place)).toEqual({ ...wanted, version: 2 });
  expect(await auditOf(place)).toEqual([
    {
      action: "notifications.changed",
      actor_user_id: place.ownerId,
      details: { version: 2, changed: { announcement } },
    },
  ]);
});

test("the same request again, as after a lost answer, is answered the same and changes nothing", async () => {
  const place = await aPlace();
  const wanted = { ...(await settingsOf(place)), levelUpPush: false };
  const first = await save(place, wanted);
  const before = await databaseContents(app().database);
  expect(await save(place, wanted)).toEqual(first);
  expect(await databaseContents(app().database)).toEqual(before);
});

test("of ten changes at once made of one version one is stored, and the others are told so", async () => {
  const place = await aPlace();
  const settings = await settingsOf(place);
  const changes = Array.from({ length: 10 }, (_, n) =>
    save(place, { ...settings, commands: { ...settings.commands, cooldownSeconds: 100 + n } }),
  );
  const answers = await Promise.all(changes);
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
  const stored = answers.find(({ status }) => status === 200)?.body;
  expect(await settingsOf(place)).toEqual(stored);
  expect(await auditOf(place)).toHaveLength(1);
});

test.each<[string, (settings: NotificationSettings, chat: string) => object, string]>([
  [
    "a placeholder that stands for nothing",
    (settings) => ({ directMessage: { ...settings.directMessage, template: "Hi {user}" } }),
    "There is no {user}.",
  ],
  ["an empty template", (settings) => ({ directMessage: { ...settings.directMessage, template: " " } }), "Write what"],
  [
    "a template of 501 characters",
    (settings) => ({ announcement: { ...settings.announcement, template: "x".repeat(501) } }),
    "At most 500",
  ],
  [
    "announcements without a chat",
    (settings) => ({ announcement: { ...settings.announcement, enabled: true } }),
    "Choose the chat",
  ],
  ["a time that no clock shows", (settings) => ({ quietHours: { ...settings.quietHours, to: "24:00" } }), "22:00"],
  [
    "quiet hours all day",
    (settings) => ({ quietHours: { ...settings.quietHours, enabled: true, to: settings.quietHours.from } }),
    "all day",
  ],
])("%s is refused with a reason, and nothing is stored", async (_what, change, reason) => {
  const place = await aPlace();
  const settings = await settingsOf(place);
  const before = await databaseContents(app().database);
  const { status, body } = await save(place, { ...settings, ...change(settings, place.chatExperienceId) });
  expect([status, JSON.stringify(body.error.details)]).toEqual([400, expect.stringContaining(reason)]);
  expect(await databaseContents(app().database)).toEqual(before);
});

test.each(["another community's", "not a chat"])("a place that is %s cannot be announced in", async (which) => {
  const [place, other] = [await aPlace(), await aPlace()];
  const experienceId = which === "not a chat" ? place.experienceId : other.chatExperienceId;
  const settings = await settingsOf(place);
  const announcement = { ...settings.announcement, enabled: true, experienceId };
  expect(await save(place, { ...settings, announcement })).toMatchObject({
    status: 400,
    body: { error: { details: [{ path: "announcement.experienceId" }] } },
  });
  expect(await settingsOf(place)).toEqual(settings);
});

test("while Whop is away the settings are read and all but another chat is saved; nothing is lost", async () => {
  const place = await aPlace();
  const settings = await settingsOf(place);
  const away = () => app().whop.faults.add({ kind: "drop_before", operation: "chatChannels.list", probability: 1 });
  away();
  expect((await read(place)).body).toMatchObject({ chats: null, version: 1 });
  const announcement = { ...settings.announcement, enabled: true, experienceId: place.chatExperienceId };
  expect(await save(place, { ...settings, announcement })).toMatchObject({
    status: 503,
    body: { error: { message: expect.stringContaining("Nothing was changed") } },
  });
  app().whop.faults.clear();
  const saved = await save(place, { ...settings, announcement });
  away();
  expect((await save(place, { ...saved.body, levelUpPush: false })).status).toBe(200);
});

test("the creator reads why messages did not go out, each reason once and how often", async () => {
  const place = await aPlace();
  await sql`insert into notifications (community_id, user_id, about, channel, from_level, to_level, state, problem, last_error)
    select ${place.companyId}, 'user_' || n, 'level_up', 'announcement', 1, 2, 'failed', 'no_permission', 'It needs chat:message:create.'
    from generate_series(1, 3) n`.execute(app().database.owner);
  expect((await read(place)).body.recentProblems).toEqual([
    { channel: "announcement", message: "It needs chat:message:create.", count: 3, lastAt: expect.any(String) },
  ]);
});
