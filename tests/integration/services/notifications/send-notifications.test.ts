import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { upsertVisibility } from "@/services/leaderboard/leaderboard.queries";
import { forgetNotifications } from "@/services/notifications/forget-notifications";
import {
  beginNotification,
  claimNotifications,
  endNotification,
  nameChannel,
  postponeNotification,
} from "@/services/notifications/notifications.queries";
import type { StoredNotificationSettings } from "@/services/notifications/notifications.schema";
import { setPreferences } from "@/services/notifications/preferences";
import { type SendDeps, sendNotifications } from "@/services/notifications/send-notifications";
import { removeActivity } from "@/services/xp/remove-activity";
import { aDatabase, type TestDatabase } from "@/tests/support/database";
import { notifyDeps } from "@/tests/support/notify-deps";
import {
  aNamedMember,
  aNotifyingCommunity,
  give,
  leave,
  messageRows,
  passMessageTime,
  saidBy,
  tellBy,
  treatLeavers,
  XP_OF_LEVEL,
} from "@/tests/support/notifying";
import { redisAway } from "@/tests/support/redis-away";
import { aWhop, type CommunityInWhop } from "@/tests/support/whop";

let database: TestDatabase;
beforeAll(async () => {
  database = await aDatabase();
});
afterAll(() => database.drop());
let aheadMs = 0;
const whop = aWhop({ rateLimitPerMinute: 0, now: () => new Date(Date.now() + aheadMs) });
const HOUR = 3_600;

let place: CommunityInWhop;
let communityId: string;
let deps: SendDeps;

/** A new community for each test, told in this way. */
async function tell(settings: Partial<StoredNotificationSettings> = {}): Promise<string> {
  place = await aNotifyingCommunity(database, whop(), settings);
  communityId = place.companyId;
  deps = notifyDeps(database, whop());
  return aNamedMember(database, whop(), communityId);
}

/** As `announcement`, in the community's chat. */
async function announce(template: string): Promise<void> {
  const announcement = { enabled: true, experienceId: place.chatExperienceId, template };
  await tellBy(database, communityId, { levelUpPush: false, announcement });
}

const send = () => sendNotifications(deps, { communityId });
const rows = () => messageRows(database, communityId);
const pushes = () => saidBy(whop()).pushes.filter(({ company_id }) => company_id === communityId);
const channelId = () => whop().world.channel(place.chatExperienceId)?.id;
const announced = () => saidBy(whop()).messages.filter((message) => message.channel_id === channelId());

/** Whop's clock and what waits move on together. */
async function pass(seconds: number): Promise<void> {
  aheadMs += seconds * 1000;
  await passMessageTime(database, seconds);
}

describe("what is said", () => {
  test("a push names the level, its rank and its reward, and opens the community's page", async () => {
    const userId = await tell();
    await sql`update communities set rewards_confirmed_at = now() where community_id = ${communityId}`.execute(
      database.owner,
    );
    await give(database, communityId, userId, XP_OF_LEVEL[5]);
    expect(await send()).toBe(1);
    expect(pushes()).toMatchObject([
      {
        title: "You reached level 5",
        content: "Your rank: Regular. Your reward: 3 free days.",
        user_ids: [userId],
        experience_id: place.experienceId,
        rest_path: "/#rewards",
      },
    ]);
    expect(await rows()).toMatchObject([{ state: "sent", calls: 1, lease_token: null }]);
  });

  test("a reward that nobody has agreed to pay is not promised", async () => {
    const userId = await tell();
    await give(database, communityId, userId, XP_OF_LEVEL[5]);
    await send();
    expect(pushes()).toMatchObject([{ content: "Your rank: Regular." }]);
  });

  test("an announcement has the community's words, a link to the card, and a harmless name", async () => {
    await tell();
    const userId = await aNamedMember(database, whop(), communityId, "**@everyone** evil.com");
    await announce("{name} is {level}, {rank}! Reward: {reward}. {link}");
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    await send();
    const [message] = announced();
    expect(message?.content).toMatch(
      /^\\\*\\\*ⓐeveryone\\\*\\\* evil․com is 2, Newcomer! https:\/\/app\.wee5\.test\/api\/rank-card\?token=[\w.~-]+$/,
    );
  });

  test("direct messages to a member all go into one channel", async () => {
    const userId = await tell({
      levelUpPush: false,
      directMessage: { enabled: true, template: "Level {level}, {name}!" },
    });
    const before = saidBy(whop()).channels;
    for (const level of [2, 3]) {
      await give(database, communityId, userId, 155);
      await send();
      expect(saidBy(whop()).messages.at(-1)).toMatchObject({ content: `Level ${level}, Anna!` });
    }
    const [first, second] = saidBy(whop()).messages.slice(-2);
    expect([first?.channel_id === second?.channel_id, saidBy(whop()).channels - before]).toEqual([true, 1]);
  });

  test("a reward that has been delivered is told once", async () => {
    const userId = await tell();
    await sql`insert into rewards (community_id, user_id, granted_by, type, value, state, delivered_at, delivered_how)
      values (${communityId}, ${userId}, 'user_owner', 'free_days', '{"days": 3}', 'delivered', now(), 'sent')`.execute(
      database.owner,
    );
    const news = () =>
      sql`select queue_reward_news(community_id, reward_id) from rewards where community_id = ${communityId}`.execute(
        database.owner,
      );
    await news();
    await news();
    await send();
    expect(pushes()).toMatchObject([
      { title: "You have a reward", content: "Your membership goes on longer: 3 free days." },
    ]);
  });

  test.each([
    ["with its level", "0 seconds", ["You reached level 5"]],
    ["two hours later", "2 hours", ["You reached level 5", "You have a reward"]],
  ])("a reward that arrives %s", async (_when, later, titles) => {
    const userId = await tell();
    await sql`update communities set rewards_confirmed_at = now() - interval '1 day' where community_id = ${communityId}`.execute(
      database.owner,
    );
    await give(database, communityId, userId, XP_OF_LEVEL[5]);
    await send();
    await sql`update notifications set created_at = now() - ${later}::interval where community_id = ${communityId}`.execute(
      database.owner,
    );
    await sql`update rewards set state = 'delivered', delivered_at = now(), delivered_how = 'sent' where community_id = ${communityId}`.execute(
      database.owner,
    );
    await sql`select queue_reward_news(community_id, reward_id) from rewards where community_id = ${communityId}`.execute(
      database.owner,
    );
    await send();
    expect(pushes().map(({ title }) => title)).toEqual(titles);
  });

  test.each([
    ["days ago", "now() - interval '3 days'", true],
    ["now", "now()", false],
  ])("a reward found at Whop that was sent %s", async (_when, keyedAt, isOld) => {
    const userId = await tell();
    await sql`insert into rewards (community_id, user_id, granted_by, type, value, state, delivered_at, delivered_how,
        idempotency_key, request, keyed_at)
      values (${communityId}, ${userId}, 'user_owner', 'free_days', '{"days": 3}', 'delivered', now(), 'found', 'k', '{}',
        ${sql.raw(keyedAt)})`.execute(database.owner);
    await sql`select queue_reward_news(community_id, reward_id) from rewards where community_id = ${communityId}`.execute(
      database.owner,
    );
    expect(await rows()).toHaveLength(isOld ? 0 : 1);
  });
});

describe("who is told, decided when it is sent", () => {
  test("not who has asked for silence meanwhile", async () => {
    const userId = await tell();
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    await setPreferences(deps, communityId, userId, { notifications: false, timeZone: null });
    await send();
    expect([pushes(), await rows()]).toMatchObject([[], [{ state: "cancelled", cancelled_because: "opted_out" }]]);
  });

  test("nobody is announced who has gone into hiding meanwhile", async () => {
    const userId = await tell();
    await announce("{name}");
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    await inCommunity(database.db, communityId, (trx) => upsertVisibility(trx, communityId, userId, "anonymous"));
    await send();
    expect([announced(), await rows()]).toMatchObject([[], [{ state: "cancelled", cancelled_because: "not_public" }]]);
  });

  test.each([
    ["hide", []],
    ["reset", []],
    ["keep", ["Anna"]],
  ] as const)("who has left meanwhile, where leavers are treated as %j", async (fate, said) => {
    const userId = await tell();
    await announce("{name}");
    await treatLeavers(database, communityId, fate);
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    await leave(database, communityId, userId);
    await send();
    expect(announced().map(({ content }) => content)).toEqual(said);
    const because = said.length > 0 ? null : "not_public";
    expect(await rows()).toMatchObject([{ state: because ? "cancelled" : "sent", cancelled_because: because }]);
  });

  test("nothing that has been switched off meanwhile", async () => {
    const userId = await tell();
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    await tellBy(database, communityId, { levelUpPush: false });
    await send();
    expect([pushes(), await rows()]).toMatchObject([[], [{ state: "cancelled", cancelled_because: "switched_off" }]]);
  });

  test("a level that was lost before it was told is not told, and is news when it is reached again", async () => {
    const userId = await tell();
    const activity = await give(database, communityId, userId, XP_OF_LEVEL[5]);
    await removeActivity({ db: database.db, redis: redisAway }, communityId, activity.activityId);
    await send();
    expect([pushes(), await rows()]).toMatchObject([[], [{ state: "cancelled", cancelled_because: "level_lost" }]]);
    await give(database, communityId, userId, XP_OF_LEVEL[5]);
    await send();
    expect(pushes()).toMatchObject([{ title: "You reached level 5" }]);
  });

  test("of two levels of which one was lost the other is told, and the lost one when it is reached again", async () => {
    const userId = await tell();
    await give(database, communityId, userId, XP_OF_LEVEL[3]);
    const activity = await give(database, communityId, userId, XP_OF_LEVEL[5] - XP_OF_LEVEL[3]);
    await removeActivity({ db: database.db, redis: redisAway }, communityId, activity.activityId);
    await send();
    await give(database, communityId, userId, XP_OF_LEVEL[5] - XP_OF_LEVEL[3]);
    await send();
    expect(pushes().map(({ title }) => title)).toEqual(["You reached level 3", "You reached level 5"]);
  });

  test("news of a day ago is not told any more", async () => {
    const userId = await tell();
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    await pass(25 * HOUR);
    await send();
    expect([pushes(), await rows()]).toMatchObject([[], [{ state: "cancelled", cancelled_because: "expired" }]]);
  });
});

describe("quiet hours", () => {
  const clock = (hoursFromNow: number, timeZone = "UTC") =>
    new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(
      Date.now() + hoursFromNow * 3_600_000,
    );

  test("what comes in them is told when they end, however long they last", async () => {
    const quietHours = { enabled: true, from: clock(-1), to: clock(-2), zone: "community" } as const;
    const userId = await tell({ quietHours });
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    await send();
    const [row] = await rows();
    expect(pushes()).toEqual([]);
    expect(row?.state).toBe("due");
    expect(clock((Number(row?.next_attempt_at) - Date.now()) / 3_600_000)).toBe(quietHours.to);
    await tellBy(database, communityId, { quietHours: { ...quietHours, enabled: false } });
    await pass(25 * HOUR); // beyond the day after which it would be old
    await send();
    expect(pushes()).toMatchObject([{ title: "You reached level 2" }]);
  });

  test("are the member's own where they are known, and never hold back an announcement", async () => {
    const zone = "Pacific/Kiritimati"; // 14 hours ahead
    const quietHours = { enabled: true, from: clock(-1, zone), to: clock(1, zone), zone: "member" } as const;
    const userId = await tell({ quietHours });
    const elsewhere = await aNamedMember(database, whop(), communityId, "Ben");
    await setPreferences(deps, communityId, userId, { notifications: true, timeZone: zone });
    await tellBy(database, communityId, {
      announcement: { enabled: true, experienceId: place.chatExperienceId, template: "{name} {level}" },
    });
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    await give(database, communityId, elsewhere, XP_OF_LEVEL[2]);
    await send();
    expect(pushes().map(({ user_ids }) => user_ids)).toEqual([[elsewhere]]);
    expect(
      announced()
        .map(({ content }) => content)
        .sort(),
    ).toEqual(["Anna 2", "Ben 2"]);
  });
});

describe("when Whop's answer is lost", () => {
  test("a push is asked for again under the same key and in the same words, though others would be chosen now", async () => {
    const userId = await tell();
    whop().faults.add({ kind: "drop_after", operation: "notifications.create" });
    await give(database, communityId, userId, XP_OF_LEVEL[5]);
    await send();
    const [before] = await rows();
    expect(before).toMatchObject({ state: "sending", calls: 1, failures: 1 });
    await sql`update rewards set state = 'confirmed' where community_id = ${communityId}`.execute(database.owner);
    await pass(60);
    await send();
    expect(pushes()).toHaveLength(1);
    expect(await rows()).toMatchObject([
      { state: "sent", calls: 2, request: before?.request, idempotency_key: before?.idempotency_key },
    ]);
  });

  test("a message that is there is found, also when Whop would not say so for a day", async () => {
    const userId = await tell();
    await announce("{name} {level}");
    whop().faults.add({ kind: "crash_after", operation: "messages.create" });
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    await send();
    await pass(60);
    await send();
    expect(announced()).toHaveLength(1);
    expect(await rows()).toMatchObject([{ state: "sent", calls: 1, whop_id: announced()[0]?.id }]);
  });

  test("what nobody can read is given up after its key, never sent again, and the creator is told", async () => {
    const userId = await tell();
    whop().faults.add({ kind: "crash_after", operation: "notifications.create" });
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    await send();
    // As quiet hours do that begin after the first call.
    await sql`update notifications set expires_at = expires_at + interval '3 days' where community_id = ${communityId}`.execute(
      database.owner,
    );
    for (let hour = 0; hour < 26; hour += 1) {
      await pass(HOUR);
      await send();
    }
    expect(pushes()).toHaveLength(1);
    expect(await rows()).toMatchObject([{ state: "failed", problem: "unknown_outcome" }]);
  });

  test("with the worker off for two days, what is there is found, and what is not is not said any more", async () => {
    await tell();
    await announce("{name} {level}");
    const [there, absent] = [
      await aNamedMember(database, whop(), communityId, "There"),
      await aNamedMember(database, whop(), communityId, "Absent"),
    ];
    whop().faults.add({ kind: "drop_after", operation: "messages.create" });
    await give(database, communityId, there, XP_OF_LEVEL[2]);
    await send();
    whop().faults.add({ kind: "drop_before", operation: "messages.create" });
    await give(database, communityId, absent, XP_OF_LEVEL[2]);
    await send();
    await pass(48 * HOUR);
    await send();
    expect(announced().map(({ content }) => content)).toEqual(["There 2"]);
    expect(await rows()).toMatchObject([{ state: "sent" }, { state: "failed", problem: "not_taken" }]);
  });

  test("of two members whose messages have the same words each gets one", async () => {
    await tell();
    await announce("Level {level}!");
    for (const name of ["Ann", "Bob", "Cy"]) {
      await give(database, communityId, await aNamedMember(database, whop(), communityId, name), XP_OF_LEVEL[2]);
    }
    whop().faults.add({ kind: "drop_after", operation: "messages.create", times: 2 });
    for (let times = 0; times < 8; times += 1) {
      await send();
      await pass(3_600);
    }
    expect(announced()).toHaveLength(3);
    expect((await rows()).map(({ state }) => state)).toEqual(["sent", "sent", "sent"]);
  });
});

describe("when Whop says no", () => {
  test("for a missing permission the reason names it", async () => {
    const userId = await tell();
    await announce("{name}");
    whop().faults.add({ kind: "status", status: 403, operation: "messages.create" });
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    await send();
    const [row] = await rows();
    expect(row).toMatchObject({ state: "failed", problem: "no_permission" });
    expect(row?.last_error).toContain("chat:message:create");
  });

  test("for now, it is asked again not before it has said, under the same key", async () => {
    const userId = await tell();
    whop().faults.add({ kind: "rate_limit", retryAfterSeconds: 90, operation: "notifications.create" });
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    await send();
    const [row] = await rows();
    const seconds = (Number(row?.next_attempt_at) - Number(row?.keyed_at)) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(90);
    expect(seconds).toBeLessThan(90 * 1.2 + 1);
    await pass(120);
    await send();
    expect(pushes()).toMatchObject([{ idempotencyKey: row?.idempotency_key }]);
  });

  test("nobody is told of a push that no page of ours could be opened by, and the creator reads why", async () => {
    const userId = await tell();
    // As where the app may not see, or has not been added.
    whop().faults.add({ kind: "status", status: 403, operation: "experiences.list", times: 8 });
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    for (let attempts = 0; attempts < 8; attempts += 1) {
      await send();
      await sql`update notifications set next_attempt_at = now() where community_id = ${communityId}`.execute(
        database.owner,
      );
    }
    expect(pushes()).toEqual([]);
    expect(await rows()).toMatchObject([
      { state: "failed", calls: 0, last_error: "WEE5 has no page in this community that a push could open." },
    ]);
  });

  test("a push waits while Whop's share of finding our page is used up", async () => {
    const userId = await tell();
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    const take = async (operation: string) =>
      operation === "experiences.list"
        ? { allowed: false, retryAfterSeconds: 30 }
        : { allowed: true, retryAfterSeconds: 0 };
    await sendNotifications({ ...deps, whopShare: { take } }, { communityId });
    expect(pushes()).toEqual([]);
    await pass(120);
    await send();
    expect(pushes()).toHaveLength(1);
  });

  test("Whop away for an hour delays a message and loses none", async () => {
    const userId = await tell();
    whop().faults.add({ kind: "drop_before", probability: 1 });
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    for (let minutes = 0; minutes < 60; minutes += 10) {
      await send();
      await pass(600);
    }
    whop().faults.clear();
    await pass(4 * HOUR);
    await send();
    expect(pushes()).toHaveLength(1);
  });
});

describe("workers", () => {
  test("a worker whose lease another has taken over begins nothing and ends nothing", async () => {
    const userId = await tell();
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    const [frozen] = await claimNotifications(deps.db, { token: crypto.randomUUID(), limit: 1, communityId });
    if (!frozen) throw new Error("Nothing was claimed.");
    expect(await send()).toBe(0);
    await passMessageTime(database, 61);
    const [other] = await claimNotifications(deps.db, { token: crypto.randomUUID(), limit: 1, communityId });
    if (!other) throw new Error("It was not taken over.");
    const request = { kind: "message", channelId: "feed_x", content: "x", replyingToId: null } as const;
    expect(await beginNotification(deps.db, frozen, { toLevel: 2, request, key: "k" })).toBe("lost");
    expect(await postponeNotification(deps.db, frozen, { seconds: 60 })).toBe(false);
    expect(await nameChannel(deps.db, frozen, "feed_x")).toBe(false);
    expect(await endNotification(deps.db, frozen, { state: "sent", whopId: null })).toBe(false);
    await passMessageTime(database, 61);
    expect(await send()).toBe(1);
    expect(await rows()).toMatchObject([{ state: "sent", request: { kind: "notification" } }]);
  });

  test("four at once send fifty messages once each", async () => {
    await tell();
    const members = await Promise.all(Array.from({ length: 50 }, () => aNamedMember(database, whop(), communityId)));
    await Promise.all(members.map((userId) => give(database, communityId, userId, XP_OF_LEVEL[2])));
    await Promise.all([send(), send(), send(), send()]);
    expect(
      pushes()
        .map(({ user_ids }) => user_ids[0])
        .sort(),
    ).toEqual([...members].sort());
  });

  test("a community with few messages does not wait behind one with many", async () => {
    await tell();
    const many = communityId;
    for (const userId of await Promise.all(Array.from({ length: 40 }, () => aNamedMember(database, whop(), many)))) {
      await give(database, many, userId, XP_OF_LEVEL[2]);
    }
    const userId = await tell();
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    const claimed = await claimNotifications(deps.db, { token: crypto.randomUUID(), limit: 30 });
    expect(claimed.map((one) => one.communityId)).toContain(communityId);
    await sql`update notifications set leased_until = now() where leased_until is not null`.execute(database.owner);
  });

  test("one on which our own code fails ends where somebody sees why, and holds up no other", async () => {
    const userId = await tell();
    await give(database, communityId, userId, XP_OF_LEVEL[2]);
    await sql`insert into notifications (community_id, user_id, about, channel, payload)
      values (${communityId}, ${userId}, 'command', 'reply', '{"poison": true}')`.execute(database.owner);
    for (let times = 0; times < 8; times += 1) {
      await send();
      await passMessageTime(database, HOUR * (times < 3 ? 1 : 5) - 1);
      await sql`update notifications set expires_at = now() + interval '1 day'`.execute(database.owner);
    }
    await send();
    expect(pushes()).toHaveLength(1);
    expect((await rows()).find(({ channel }) => channel === "reply")).toMatchObject({
      state: "failed",
      problem: "error",
    });
  });
});

test("what came to its end a month ago is forgotten, and its level is still not told again", async () => {
  const userId = await tell();
  const activity = await give(database, communityId, userId, XP_OF_LEVEL[3]);
  await send();
  await give(database, communityId, userId, XP_OF_LEVEL[4] - XP_OF_LEVEL[3]);
  await sql`update notifications set updated_at = now() - interval '31 days' where community_id = ${communityId}`.execute(
    database.owner,
  );
  expect(await forgetNotifications(deps)).toBe(1);
  expect(await rows()).toMatchObject([{ state: "due", to_level: 4 }]);
  await removeActivity({ db: database.db, redis: redisAway }, communityId, activity.activityId);
  await give(database, communityId, userId, XP_OF_LEVEL[3]);
  await send();
  expect(pushes().map(({ title }) => title)).toEqual(["You reached level 3", "You reached level 4"]);
});
