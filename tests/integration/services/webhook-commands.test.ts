import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { setDeps } from "@/lib/deps";
import { refreshProfiles } from "@/services/leaderboard/refresh-profiles";
import { setVisibility } from "@/services/leaderboard/set-visibility";
import { renderReply } from "@/services/notifications/commands/render-reply";
import { deliver } from "@/services/notifications/deliver";
import { awardActivities } from "@/services/xp/award-activity";
import { anApp } from "@/tests/support/app";
import { anAdjustment, storedMember } from "@/tests/support/community";
import { aMessageEvent, anOwnerEvent } from "@/tests/support/events";
import { HOSTILE_NAMES } from "@/tests/support/hostile-names";
import { eventually } from "@/tests/support/realtime";
import { BEHIND_PROXIES, sendWebhook } from "@/tests/support/signed-webhook";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

/** How long a member waits for a reply at most, where nothing else holds the machine up. */
const SOON_MS = 3_000;
/** A reply that has not come by then never does. */
const NEVER_MS = 30_000;

const app = anApp({ env: BEHIND_PROXIES });
const aPlace = () => aCommunityIn(app().whop);
afterEach(() => setDeps(app().deps));

/** A command as the member has just written it. */
const aCommand = (place: CommunityInWhop, content: string, facts: Parameters<typeof aMessageEvent>[1] = {}) => {
  const event = aMessageEvent(place, { content, createdAt: new Date(), ...facts });
  event.data.channel.id = app().whop.world.channel(place.chatExperienceId)?.id ?? "";
  return event;
};

async function send(event: unknown): Promise<void> {
  const response = await sendWebhook(app(), event);
  expect([response.status, await response.json()]).toEqual([200, { success: true, received: true }]);
}

type Reply = { content: string; channel_id: string; replying_to_message_id: string | null; user: { id: string } };

/** What has been written into a chat by the app. */
function repliesIn(place: CommunityInWhop): Reply[] {
  const channelId = app().whop.world.channel(place.chatExperienceId)?.id;
  const written = app()
    .whop.effects.all()
    .messages.map(({ data }) => data as Reply); // as our operation records it
  return written.filter(({ channel_id }) => channel_id === channelId);
}

const linesOf = (content: string) => content.split("  \n").map((line) => line.replace(/\*\*|\\/g, ""));

async function replyTo(place: CommunityInWhop, content: string, userId = place.memberId): Promise<Reply> {
  const before = repliesIn(place).length;
  const message = post(place, content, userId);
  await eventually(`a reply to ${content}`, () => repliesIn(place).length > before, NEVER_MS);
  const reply = repliesIn(place).at(-1);
  if (!reply) throw new Error("There is no reply.");
  expect(reply.replying_to_message_id).toBe(message.id);
  return reply;
}

/** Whether it goes well within 3 s at least once in three times: a busy machine may keep one waiting, and not each. */
async function soonOnce(attempt: () => Promise<boolean>): Promise<boolean> {
  for (let times = 0; times < 3; times += 1) {
    const since = performance.now();
    if ((await attempt()) && performance.now() - since < SOON_MS) return true;
  }
  return false;
}

/** Whop has told who the members with XP are. */
const named = (place: CommunityInWhop) =>
  refreshProfiles(app().deps, place.companyId, [place.memberId, place.moderatorId]);

/** Written at Whop itself, which tells the app by webhook. */
function post(place: CommunityInWhop, content: string, userId = place.memberId) {
  return app().whop.world.postMessage({ userId, channelId: place.chatExperienceId, content });
}

/** Waits until whatever a webhook has begun is over. */
async function settled(place: CommunityInWhop): Promise<void> {
  await app().whop.webhooks.settled();
  for (let rounds = 0; rounds < 100; rounds += 1) {
    await deliver(app().deps, { communityId: place.companyId });
    if ((await queuedFor(place)).every(({ state }) => state !== "due" && state !== "sending")) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("A reply is still to be sent.");
}

async function give(place: CommunityInWhop, userId: string, xp: number): Promise<void> {
  await awardActivities(app().deps, place.companyId, [anAdjustment(xp, { userId })]);
}

async function ensured(place: CommunityInWhop): Promise<CommunityInWhop> {
  await app().deps.communities.resolve(place.companyId);
  await app().deps.communities.resolve(place.chatExperienceId);
  return place;
}

async function queuedFor(place: CommunityInWhop) {
  return app()
    .database.owner.selectFrom("notifications")
    .select(["user_id", "state", "problem", "cancelled_because", "calls"])
    .where("community_id", "=", place.companyId)
    .where("about", "=", "command")
    .orderBy("created_at")
    .execute();
}

const memberOf = (place: CommunityInWhop, userId = place.memberId) =>
  storedMember(app().database, place.companyId, userId);

async function setCommands(place: CommunityInWhop, commands: object): Promise<void> {
  await sql`update notification_settings set settings = jsonb_set(settings, '{commands}',
      settings -> 'commands' || ${JSON.stringify(commands)}::jsonb) where community_id = ${place.companyId}`.execute(
    app().database.owner,
  );
}

describe("a command that is written in a chat at Whop", () => {
  beforeAll(() => app().whop.webhooks.setUrl(`${app().url}/api/webhook`));
  afterAll(() => app().whop.webhooks.setUrl(undefined));

  test("/mylevel, /leaderboard, /rewards and /help are answered in the channel, and earn nothing", async () => {
    const place = await ensured(aPlace());
    await setCommands(place, { cooldownSeconds: 0 });
    await give(place, place.memberId, 300);
    await give(place, place.moderatorId, 1_000);
    await named(place);
    const level = await replyTo(place, "/MyLevel");
    expect(level.user.id).toBe(app().whop.botUserId);
    expect(linesOf(level.content)).toEqual([
      "Mia Member · level 3, Newcomer",
      "300 XP, 175 XP to level 4",
      "Rank 2 of 2, 300 XP this week",
      "Next reward: 3 free days at level 5",
    ]);
    expect(linesOf((await replyTo(place, " /top 10")).content)).toEqual([
      "1 · Mo Moderator · level 5 · 1,000 XP",
      "2 · Mia Member · level 3 · 300 XP",
    ]);
    expect(linesOf((await replyTo(place, "/rewards")).content).slice(0, 2)).toEqual([
      "Mia Member · rewards",
      "Level 5: 3 free days · 470 XP to go",
    ]);
    expect(linesOf((await replyTo(place, "/help")).content).at(-1)).toBe(
      "What earns XP: message 20 XP, post 15–25 XP, comment 10 XP, reaction 5 XP",
    );
    expect(await memberOf(place)).toMatchObject({ xp: 300, totalMessages: 0 });
    expect(repliesIn(place)).toHaveLength(4);
    expect((await queuedFor(place)).map(({ state }) => state)).toEqual(Array(4).fill("sent"));
  });

  test("is answered within 3 s", async () => {
    const place = await ensured(aPlace());
    await setCommands(place, { cooldownSeconds: 0 });
    expect(await soonOnce(async () => (await replyTo(place, "/mylevel")).content !== "")).toBe(true);
  });

  test("an unknown one gets no reply, and earns as any message", async () => {
    const place = await ensured(aPlace());
    post(place, "/foo");
    await settled(place);
    expect(await memberOf(place)).toMatchObject({ xp: 20, totalMessages: 1 });
    expect([repliesIn(place), await queuedFor(place)]).toEqual([[], []]);
  });

  test("by twenty members at once is answered to each", async () => {
    const place = await ensured(aPlace());
    const members = Array.from({ length: 20 }, (_, n) => {
      const { id } = app().whop.world.addUser({ name: `Member ${n}` });
      app().whop.world.join(place.companyId, id);
      return id;
    });
    const asked = members.map((userId) => post(place, "/mylevel", userId).id);
    await eventually("twenty replies", () => repliesIn(place).length >= 20, NEVER_MS);
    await settled(place);
    const answered = repliesIn(place).map(({ replying_to_message_id }) => replying_to_message_id);
    expect(answered.sort()).toEqual(asked.sort());
  });

  test("by two members in one moment with one answer is answered to both within 3 s", async () => {
    const place = await ensured(aPlace());
    await setCommands(place, { cooldownSeconds: 0 });
    const asked: string[] = [];
    const both = async () => {
      asked.push(post(place, "/help").id, post(place, "/help", place.moderatorId).id);
      await eventually("both replies", () => repliesIn(place).length === asked.length, NEVER_MS);
      return true;
    };
    expect(await soonOnce(both)).toBe(true);
    expect(
      repliesIn(place)
        .map(({ replying_to_message_id }) => replying_to_message_id)
        .sort(),
    ).toEqual(asked.sort());
  });

  test("waits behind nothing else that the community has to say", async () => {
    const place = await ensured(aPlace());
    for (let n = 0; n < 30; n += 1) await give(place, `user_levels${n}`, 300);
    // Others have used up what Whop allows of pushes.
    const take = async (operation: string) => ({ allowed: operation !== "notifications.create", retryAfterSeconds: 1 });
    setDeps({ ...app().deps, whopShare: { take } });
    await replyTo(place, "/help");
    await replyTo(place, "/help", place.moderatorId);
  });

  test("a second one within the cooldown is silent, and another member's is not", async () => {
    const place = await ensured(aPlace());
    await replyTo(place, "/help");
    post(place, "/help");
    post(place, "/mylevel");
    await settled(place);
    expect(repliesIn(place)).toHaveLength(1);
    await replyTo(place, "/mylevel", place.moderatorId);
    expect(await memberOf(place)).toBeUndefined();
  });

  test("is silent where the community or the channel has commands off, and earns nothing there either", async () => {
    const place = await ensured(aPlace());
    await setCommands(place, { disabledExperienceIds: [place.chatExperienceId] });
    post(place, "/help");
    await settled(place);
    await setCommands(place, { enabled: false, disabledExperienceIds: [] });
    post(place, "/help");
    await settled(place);
    expect([repliesIn(place), await queuedFor(place), await memberOf(place)]).toEqual([[], [], undefined]);
    await setCommands(place, { enabled: true });
    await replyTo(place, "/help");
  });

  test("in a direct message or a support chat is left alone", async () => {
    const place = await ensured(aPlace());
    const { world, effects, webhooks } = app().whop;
    const before = effects.all().messages.length;
    for (const type of ["direct_message", "support"] as const) {
      const channel = world.addDirectChannel(place.companyId, type);
      world.postMessage({ userId: place.memberId, channelId: channel.id, content: "/mylevel" });
    }
    await webhooks.settled();
    await settled(place);
    expect([effects.all().messages.length, await queuedFor(place)]).toEqual([before, []]);
  });

  test("by the app itself, by the system or by another bot is left alone", async () => {
    const place = await ensured(aPlace());
    for (const facts of [{ userId: app().whop.botUserId }, { messageType: "system" }, { messageType: "automated" }]) {
      await send(aCommand(place, "/mylevel", facts));
    }
    await send(anOwnerEvent(place, { userId: app().whop.botUserId, content: "/mylevel", createdAt: new Date() }));
    await settled(place);
    expect([repliesIn(place), await queuedFor(place)]).toEqual([[], []]);
  });

  test("that Whop does not let us answer is written down with the reason, and nothing else suffers", async () => {
    const place = await ensured(aPlace());
    app().whop.faults.add({ kind: "status", status: 403, operation: "messages.create" });
    post(place, "/mylevel");
    await settled(place);
    expect(await queuedFor(place)).toMatchObject([{ state: "failed", problem: "no_permission" }]);
    post(place, "Hello");
    await settled(place);
    expect(await memberOf(place)).toMatchObject({ xp: 20 });
    await replyTo(place, "/mylevel", place.moderatorId);
  });
});

describe("a webhook with a command", () => {
  test("delivered again, and twenty times at once, is answered once", async () => {
    const place = await ensured(aPlace());
    const message = post(place, "/mylevel");
    const event = aCommand(place, "/mylevel", { id: message.id });
    await Promise.all(Array.from({ length: 20 }, () => send(event)));
    await eventually("the reply", () => repliesIn(place).length > 0, NEVER_MS);
    await send({ ...event, id: `msg_${randomUUID()}` });
    await settled(place);
    expect(repliesIn(place).map(({ replying_to_message_id }) => replying_to_message_id)).toEqual([message.id]);
  });

  test("in the owner's form is answered in its chat, once with Whop's of the same message, and earns nothing", async () => {
    const place = await ensured(aPlace());
    const message = post(place, "/mylevel");
    await send(anOwnerEvent(place, { id: message.id, content: "/mylevel", createdAt: new Date() }));
    await send(aCommand(place, "/mylevel", { id: message.id }));
    await eventually("the reply", () => repliesIn(place).length > 0, NEVER_MS);
    await settled(place);
    expect(repliesIn(place)).toHaveLength(1);
    expect(await memberOf(place)).toBeUndefined();
  });

  test("in the owner's form without an id is answered all the same, to no message in particular", async () => {
    const place = await ensured(aPlace());
    const event = anOwnerEvent(place, { content: "/help", createdAt: new Date() });
    await Promise.all([send(event), send(event)]);
    await eventually("the reply", () => repliesIn(place).length > 0, NEVER_MS);
    await settled(place);
    expect(repliesIn(place).map(({ replying_to_message_id }) => replying_to_message_id)).toEqual([null]);
  });

  test("that comes a minute late is acknowledged, and answered no more", async () => {
    const place = await ensured(aPlace());
    await send(aCommand(place, "/mylevel", { createdAt: new Date(Date.now() - 61_000) }));
    await settled(place);
    expect([repliesIn(place), await queuedFor(place), await memberOf(place)]).toEqual([[], [], undefined]);
  });

  test("is not acknowledged when the reply could not be noted down", async () => {
    const place = await ensured(aPlace());
    await sql`alter function queue_reply rename to queue_reply_away`.execute(app().database.owner);
    try {
      const response = await sendWebhook(app(), aCommand(place, "/mylevel"));
      expect(response.status).toBeGreaterThanOrEqual(500);
    } finally {
      await sql`alter function queue_reply_away rename to queue_reply`.execute(app().database.owner);
    }
  });
});

describe("what a reply says in public", () => {
  test("is the names of members about whom Whop has not been asked before, and while Whop is late, none", async () => {
    const saysOfAnother = async (names: RegExp) => {
      const place = await ensured(aPlace());
      await give(place, place.memberId, 300);
      await give(place, place.moderatorId, 100);
      return names.test(await reply(place, "leaderboard", place.ownerId));
    };
    expect(await soonOnce(() => saysOfAnother(/Mia Member.*\n.*Mo Moderator/))).toBe(true);
    app().whop.faults.add({ kind: "delay", delayMs: 2_500, operation: "users.retrieve", times: 100 });
    expect(await soonOnce(() => saysOfAnother(/\*\*Member\*\*.*\n.*\*\*Member\*\*/))).toBe(true);
    app().whop.faults.clear();
  });

  const reply = (place: CommunityInWhop, command: Parameters<typeof renderReply>[2]["command"], userId: string) =>
    renderReply(app().deps, place.companyId, { userId, command });

  test.each(["anonymous", "hidden"] as const)("is nothing of a member who is %s", async (visibility) => {
    const place = await ensured(aPlace());
    await give(place, place.memberId, 777);
    await give(place, place.moderatorId, 100);
    await setVisibility(app().deps, place.companyId, place.memberId, visibility);
    for (const command of ["mylevel", "rewards"] as const)
      expect(await reply(place, command, place.memberId)).toBe("Your level is private. Open WEE5 to see it.");
    for (const userId of [place.memberId, place.moderatorId, place.strangerId]) {
      const board = await reply(place, "leaderboard", userId);
      expect(board).not.toMatch(/Mia|mia/);
      expect(/777/.test(board)).toBe(visibility === "anonymous");
      expect(/Hidden member/.test(board)).toBe(visibility === "anonymous");
    }
    const own = linesOf(await reply(place, "leaderboard", place.memberId)).at(-1);
    expect(own).toBe("Your level is private. Open WEE5 to see it.");
  });

  test("of somebody who has done nothing yet is where they begin", async () => {
    const place = await ensured(aPlace());
    expect(linesOf(await reply(place, "mylevel", place.memberId)).slice(0, 3)).toEqual([
      "Mia Member · level 1, Newcomer",
      "0 XP, 100 XP to level 2",
      "No rank yet, 0 XP this week",
    ]);
    expect(await reply(place, "leaderboard", place.memberId)).toMatch(/^Nobody is on the board yet/);
  });

  test("of one who stands far below the first five is their own place among all", async () => {
    const place = await ensured(aPlace());
    for (let n = 1; n <= 7; n += 1) await give(place, `user_other${n}`, n * 1_000);
    await give(place, place.memberId, 50);
    const lines = linesOf(await reply(place, "leaderboard", place.memberId));
    expect([lines.length, lines.at(-1)]).toEqual([6, "You: 8 of 8 · level 1 · 50 XP"]);
  });

  test("of hostile names is their text and nothing more", async () => {
    const place = await ensured(aPlace());
    await give(place, place.memberId, 50);
    for (const name of HOSTILE_NAMES.slice(0, 12)) {
      await sql`insert into profiles (community_id, user_id, name, username, fetched_at)
        values (${place.companyId}, ${place.memberId}, ${name}, 'mia', now())
        on conflict (community_id, user_id) do update set name = excluded.name`.execute(app().database.owner);
      const words = (await reply(place, "mylevel", place.memberId)).replace(/\\[^\n]/g, "");
      expect([name, words.split("\n").length, words.match(/[<>@`[\]]/)]).toEqual([name, 4, null]);
    }
  });

  test("is not kept once it is said", async () => {
    const place = await ensured(aPlace());
    await give(place, place.moderatorId, 300);
    await named(place);
    const message = post(place, "/leaderboard");
    await send(aCommand(place, "/leaderboard", { id: message.id }));
    await settled(place);
    expect(repliesIn(place)[0]?.content).toContain("Mo Moderator");
    const { rows } = await sql<{ kept: string }>`
      select n::text as kept from notifications n where community_id = ${place.companyId} and about = 'command'`.execute(
      app().database.owner,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.kept).not.toMatch(/Mo|Moderator/);
  });

  test("says no promo code", async () => {
    const place = await ensured(aPlace());
    await give(place, place.memberId, 800);
    await sql`update rewards set type = 'promo_code', value = '{"percentOff": 50}', code = 'WEE5SECRET', state = 'delivered',
        delivered_at = now(), delivered_how = 'sent' where community_id = ${place.companyId}`.execute(
      app().database.owner,
    );
    const words = await reply(place, "rewards", place.memberId);
    expect(linesOf(words)).toContain("Level 5: 50\u00a0% off · delivered, the code is in WEE5");
    expect(words).not.toContain("SECRET");
  });
});
