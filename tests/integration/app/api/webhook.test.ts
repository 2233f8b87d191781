import { sql } from "kysely";
import { createCommunities } from "@/lib/auth/communities";
import { setDeps } from "@/lib/deps";
import { createWebhookVerifier } from "@/lib/whop/webhook-signature";
import { anApp } from "@/tests/support/app";
import { storedMember } from "@/tests/support/community";
import { databaseContents, everythingStored } from "@/tests/support/database-contents";
import { aMessageEvent, anOwnerEvent, aReactionEvent } from "@/tests/support/events";
import { BEHIND_PROXIES, FORMS, type Signing, sendWebhook } from "@/tests/support/signed-webhook";
import { aCommunityIn } from "@/tests/support/whop";

const DAY_MS = 86_400_000;
const app = anApp({ env: BEHIND_PROXIES });
const aPlace = () => aCommunityIn(app().whop);
const send = (event: unknown, signing?: Signing) => sendWebhook(app(), event, signing);
const memberOf = (communityId: string, userId: string) => storedMember(app().database, communityId, userId);

afterEach(() => setDeps(app().deps));

async function outcomesOf(userId: string): Promise<[string, string | null][]> {
  const rows = await app()
    .database.owner.selectFrom("activities")
    .select(["action", "outcome"])
    .where("user_id", "=", userId)
    .orderBy("occurred_at")
    .orderBy("activity_id")
    .execute();
  return rows.map(({ action, outcome }) => [action ?? "", outcome]);
}

/** Everything stored but the count of ignored events. */
async function contentsButIgnored() {
  const { "public.ignored_events": _ignored, ...others } = await databaseContents(app().database);
  return others;
}

describe("a webhook that is signed", () => {
  test.each(FORMS)(
    "in the form %s is accepted with the promised answer, and paid when it is answered",
    async (form) => {
      const place = aPlace();
      const response = await send(aMessageEvent(place), { form });
      expect([response.status, await response.text()]).toEqual([200, '{"success":true,"received":true}']);
      expect(await memberOf(place.companyId, place.memberId)).toMatchObject({ xp: 20, totalMessages: 1 });
      expect((await send(anOwnerEvent(place, { userId: place.ownerId }), { form })).status).toBe(200);
      expect(await memberOf(place.companyId, place.ownerId)).toMatchObject({ xp: 20, totalMessages: 1 });
    },
  );

  test("by the simulated Whop itself pays a message and a reaction", async () => {
    const place = aPlace();
    const { world, webhooks } = app().whop;
    webhooks.setUrl(`${app().url}/api/webhook`);
    const message = world.postMessage({ userId: place.memberId, channelId: place.chatExperienceId, content: "Hello" });
    world.react({ userId: place.moderatorId, messageId: message.id });
    await webhooks.settled();
    webhooks.setUrl(undefined);
    expect(await memberOf(place.companyId, place.memberId)).toMatchObject({ xp: 20, totalMessages: 1 });
    expect(await memberOf(place.companyId, place.moderatorId)).toMatchObject({ xp: 5, totalReactions: 1 });
  });

  test("is accepted throughout the rotation of a secret, and under the old one only until it is taken out", async () => {
    const [older, newer] = [app().whop.webhookSecret, `ws_${"n".repeat(40)}`];
    const statuses = async (...accepted: string[]) => {
      setDeps({ ...app().deps, verifyWebhook: createWebhookVerifier(accepted) });
      const answers = await Promise.all([older, newer].map((secret) => send({ action: "rotation.test" }, { secret })));
      return answers.map(({ status }) => status);
    };
    expect(await statuses(older)).toEqual([200, 401]);
    expect(await statuses(newer, older)).toEqual([200, 200]);
    expect(await statuses(newer)).toEqual([401, 200]);
  });

  test.each([
    [-300, 200],
    [300, 200],
    [-301, 401],
    [301, 401],
  ])("%i s from our clock is answered %i in all three forms", async (offset, status) => {
    const now = new Date(Math.floor(Date.now() / 1000) * 1000);
    setDeps({ ...app().deps, now: () => now });
    const before = await contentsButIgnored();
    for (const form of FORMS) {
      const timestamp = now.getTime() / 1000 + offset;
      expect([form, (await send({ action: "clock.test" }, { form, timestamp })).status]).toEqual([form, status]);
    }
    expect(await contentsButIgnored()).toEqual(before);
  });

  test("whose event nobody knows is answered 200 and counted by its name, and nothing else is stored", async () => {
    const before = await contentsButIgnored();
    const events = [
      { type: "product.created", timestamp: new Date().toISOString(), data: {} },
      { action: "wallet.filled", data: null },
      { action: "__proto__", data: {} },
      { action: "nul \u0000 and \ud800", data: {} },
    ];
    for (const event of events) expect((await send(event)).status).toBe(200);
    expect((await send(events[0])).status).toBe(200);
    const { rows } = await sql<{ event: string; events: number }>`
      select event, events from ignored_events where event !~ 'test$' order by event collate "C"`.execute(
      app().database.owner,
    );
    expect(rows).toEqual([
      { event: "__proto__", events: 1 },
      { event: expect.stringMatching(/^nul . and .$/), events: 1 },
      { event: "product.created", events: 2 },
      { event: "wallet.filled", events: 1 },
    ]);
    expect(await contentsButIgnored()).toEqual(before);
  });

  test("in a direct message, a support chat, by the system or by the app itself is answered 200 and stores nothing", async () => {
    const place = aPlace();
    const { botUserId } = app().whop;
    const before = await contentsButIgnored();
    for (const event of [
      aMessageEvent(place, { channelType: "direct_message", experienceId: null }),
      aMessageEvent(place, { channelType: "support", experienceId: null }),
      aMessageEvent(place, { channelType: "something_new" }),
      aMessageEvent(place, { messageType: "system" }),
      aMessageEvent(place, { messageType: "automated" }),
      aMessageEvent(place, { userId: botUserId }),
      aReactionEvent(place, { channelType: "direct_message" }),
      aReactionEvent(place, { userId: botUserId }),
      anOwnerEvent(place, { userId: botUserId }),
    ]) {
      const response = await send(event);
      expect([response.status, await response.json()]).toEqual([200, { success: true, received: true }]);
    }
    expect(await contentsButIgnored()).toEqual(before);
  });
});

describe("one thing that happened", () => {
  test("delivered fifty times at once with one id pays once, and every answer is 200", async () => {
    const place = aPlace();
    const event = aMessageEvent(place);
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(event, { id: event.id })));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(await memberOf(place.companyId, place.memberId)).toMatchObject({ xp: 20, totalMessages: 1 });
  });

  test("is one message under two event ids, in Whop's words and in the owner's", async () => {
    const place = aPlace();
    const createdAt = new Date(Date.now() - 90_000);
    const one = aMessageEvent(place, { id: "post_same", createdAt });
    const two = { ...one, id: "msg_another" };
    const three = anOwnerEvent(place, { id: "post_same", createdAt });
    for (const event of [one, two, three]) expect((await send(event)).status).toBe(200);
    expect(await memberOf(place.companyId, place.memberId)).toMatchObject({ xp: 20, totalMessages: 1 });
  });

  test("retried three days later, freshly signed, still pays once", async () => {
    const place = aPlace();
    const then = new Date(Date.now() - 3 * DAY_MS);
    const event = aMessageEvent(place, { createdAt: then });
    setDeps({ ...app().deps, now: () => then });
    expect((await send(event, { timestamp: Math.floor(then.getTime() / 1000) })).status).toBe(200);
    setDeps(app().deps);
    expect((await send(event, { id: event.id })).status).toBe(200);
    expect((await send(event)).status).toBe(200);
    expect(await memberOf(place.companyId, place.memberId)).toMatchObject({ xp: 20, totalMessages: 1 });
  });

  test("without an id of its own is known by who, where, when and what; another text is another message", async () => {
    const place = aPlace();
    const createdAt = new Date(Date.now() - 90_000);
    const event = anOwnerEvent(place, { createdAt });
    for (const again of [event, event, anOwnerEvent(place, { createdAt, content: "Something else" })]) {
      expect((await send(again, { form: "owner" })).status).toBe(200);
    }
    expect(await memberOf(place.companyId, place.memberId)).toMatchObject({ xp: 20, totalMessages: 2 });
  });

  test("is one reaction of a member to a message, whichever emoji and however often it is toggled", async () => {
    const place = aPlace();
    for (const emoji of [":heart:", ":heart:", ":fire:"]) {
      expect((await send(aReactionEvent(place, { id: "post_liked", emoji }))).status).toBe(200);
    }
    expect((await send(aReactionEvent(place, { id: "post_liked", userId: place.moderatorId }))).status).toBe(200);
    expect(await memberOf(place.companyId, place.memberId)).toMatchObject({ xp: 5, totalReactions: 1 });
    expect(await memberOf(place.companyId, place.moderatorId)).toMatchObject({ xp: 5, totalReactions: 1 });
  });

  test("is a reaction to one's own message: counted as `self`, and not paid", async () => {
    const place = aPlace();
    expect((await send(aReactionEvent(place, { author: place.memberId }))).status).toBe(200);
    expect(await outcomesOf(place.memberId)).toEqual([["reaction", "self"]]);
    expect(await memberOf(place.companyId, place.memberId)).toMatchObject({ xp: 0, totalReactions: 1 });
  });

  test("far in the future is recorded as bad_time, and older than ninety days not at all; both are answered 200", async () => {
    const place = aPlace();
    const future = aMessageEvent(place, { createdAt: new Date(Date.now() + 10 * 60_000) });
    expect((await send(future)).status).toBe(200);
    expect(await outcomesOf(place.memberId)).toEqual([["message", "bad_time"]]);
    const before = await databaseContents(app().database);
    expect((await send(aMessageEvent(place, { createdAt: new Date(Date.now() - 91 * DAY_MS) }))).status).toBe(200);
    expect(await databaseContents(app().database)).toEqual(before);
  });
});

describe("an experience that we do not know", () => {
  function countCalls() {
    const calls = jest.spyOn(app().whop.faults, "forCall");
    return { made: () => calls.mock.calls.length, restore: () => calls.mockRestore() };
  }

  test("is asked of Whop once, however many events come for it at once, and never again", async () => {
    const place = aPlace();
    const calls = countCalls();
    try {
      const events = Array.from({ length: 20 }, (_, n) => anOwnerEvent(place, { id: `post_${n}` }));
      const answers = await Promise.all(events.map((event) => send(event)));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      expect(calls.made()).toBe(1);
      // Another instance, or this one after a restart, finds it in the database.
      expect(await createCommunities(app().deps).resolve(place.chatExperienceId)).toEqual({
        communityId: place.companyId,
      });
      expect(calls.made()).toBe(1);
    } finally {
      calls.restore();
    }
  });

  test("is answered 503 while Whop is away, with nothing stored, and the retry is paid", async () => {
    const place = aPlace();
    const before = await databaseContents(app().database);
    app().whop.faults.add({ kind: "status", status: 500, times: 100 });
    for (const event of [anOwnerEvent(place), aMessageEvent(place)]) {
      const response = await send(event);
      expect([response.status, response.headers.has("retry-after")]).toEqual([503, true]);
    }
    expect(await databaseContents(app().database)).toEqual(before);
    app().whop.faults.clear();
    expect((await send(aMessageEvent(place))).status).toBe(200);
    expect(await memberOf(place.companyId, place.memberId)).toMatchObject({ xp: 20 });
  });

  test("and Whop does not either is answered 404, unless Whop's own event names the company", async () => {
    const place = aPlace();
    const before = await databaseContents(app().database);
    expect((await send(anOwnerEvent(place, { experienceId: "exp_nowhere" }))).status).toBe(404);
    expect(await databaseContents(app().database)).toEqual(before);
    expect((await send(aMessageEvent(place, { experienceId: "exp_nowhere" }))).status).toBe(200);
    expect((await send(aMessageEvent(place, { experienceId: null }))).status).toBe(200);
    expect(await memberOf(place.companyId, place.memberId)).toMatchObject({ totalMessages: 2 });
  });

  test("counts for the community Whop says it belongs to, whatever company the event names", async () => {
    const [place, elsewhere] = [aPlace(), aPlace()];
    const event = { ...aMessageEvent(place), company_id: elsewhere.companyId };
    expect((await send(event)).status).toBe(200);
    expect(await memberOf(place.companyId, place.memberId)).toMatchObject({ xp: 20 });
    expect(await memberOf(elsewhere.companyId, place.memberId)).toBeUndefined();
  });
});

test("what people write is stored nowhere and logged nowhere, in whatever form it comes and however it is refused", async () => {
  const canary = "canary-2f9c1e";
  const place = aPlace();
  const content = `my password is ${canary}`;
  for (const form of FORMS) {
    await send(aMessageEvent(place, { content }), { form });
    await send(anOwnerEvent(place, { content }), { form });
    await send(anOwnerEvent(place, { content }, "post.created"), { form });
    await send(aReactionEvent(place, { content }), { form });
    await send({ action: "unknown.event", data: { content } }, { form });
    await send(aMessageEvent(place, { content, userId: "" }), { form });
    await send(anOwnerEvent(place, { content, experienceId: "exp_nowhere" }), { form });
    await send(`{"content":"${content}"`, { form });
    await send(aMessageEvent(place, { content }), { form, secret: "ws_a_secret_that_is_not_ours" });
  }
  await send(aMessageEvent(place, { channelType: "direct_message", content }));
  expect(await memberOf(place.companyId, place.memberId)).toMatchObject({ totalMessages: expect.any(Number) });
  expect(await everythingStored(app().database)).toContain(place.memberId);
  expect(await everythingStored(app().database)).not.toContain(canary);
  expect(app().log.length).toBeGreaterThan(0);
  expect(app().log.join("")).not.toContain(canary);
});
