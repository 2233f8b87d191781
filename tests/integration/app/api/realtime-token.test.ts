import { SignJWT } from "jose";
import { mintRealtimeToken } from "@/lib/realtime/token";
import { communityTopic, memberTopic } from "@/lib/realtime/topics";
import { type GrantedToken, grantToken } from "@/services/leaderboard/grant-token";
import { anApp } from "@/tests/support/app";
import { aMessageEvent } from "@/tests/support/events";
import { eventually, type Page } from "@/tests/support/realtime";
import { BEHIND_PROXIES, sendWebhook } from "@/tests/support/signed-webhook";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp({ env: BEHIND_PROXIES, realtime: true });
const REFUSED = [expect.stringMatching(/^CHANNEL_ERROR/)];

let place: CommunityInWhop;
let other: CommunityInWhop;

beforeAll(() => {
  [place, other] = [aCommunityIn(app().whop), aCommunityIn(app().whop)];
});
afterEach(() => app().realtime.closePages());

const ask = (userId: string, experienceId = place.experienceId) =>
  app().call("/api/realtime-token", { as: userId, json: { experienceId } });

async function granted(userId: string, experienceId = place.experienceId): Promise<GrantedToken> {
  const response = await ask(userId, experienceId);
  expect(response.status).toBe(200);
  return (await response.json()) as GrantedToken; // as the route declares
}

async function listen(topic: string, userId: string, experienceId = place.experienceId): Promise<Page> {
  const { token } = await granted(userId, experienceId);
  return app().realtime.listen(topic, { token });
}

/** A new message of a new member, which always pays. */
async function somebodyWrites(): Promise<string> {
  const { id: userId } = app().whop.world.addUser({ name: "Nia New" });
  app().whop.world.join(place.companyId, userId);
  expect((await sendWebhook(app(), aMessageEvent(place, { userId }))).status).toBe(200);
  return userId;
}

/** Everybody who may hear it has heard it by the time that a member has. */
async function awardHeardBy(listener: Page): Promise<void> {
  const userId = await somebodyWrites();
  await eventually("the award", () => JSON.stringify(listener.heard).includes(userId));
}

test("a member's token opens the community's topic and the own one, for five minutes at most", async () => {
  const before = Date.now();
  const { token, topics, expiresAt, expiresInSeconds } = await granted(place.memberId);
  expect(topics).toEqual([communityTopic(place.companyId), memberTopic(place.companyId, place.memberId)]);
  expect(expiresInSeconds).toBeLessThanOrEqual(300);
  expect(Date.parse(expiresAt) - before).toBeLessThanOrEqual(301_000);
  for (const topic of topics) {
    expect((await app().realtime.listen(topic, { token })).statuses).toEqual(["SUBSCRIBED"]);
  }
});

test("a message in the chat reaches another member's page, and the writer's own news reach the writer alone", async () => {
  const { memberId, moderatorId, companyId } = place;
  const board = await listen(communityTopic(companyId), moderatorId);
  const [own, others] = [
    await listen(memberTopic(companyId, memberId), memberId),
    await listen(memberTopic(companyId, moderatorId), moderatorId),
  ];

  expect((await sendWebhook(app(), aMessageEvent(place, { id: "post_first" }))).status).toBe(200);
  await eventually("both", () => board.heard.length > 0 && own.heard.length > 0);

  expect(board.heard[0]).toMatchObject({
    event: "changed",
    payload: {
      members: [{ memberId, xp: 20, level: 1, week: { xp: 20 }, month: { xp: 20 }, version: expect.any(Number) }],
    },
  });
  expect(own.heard).toEqual([
    {
      event: "own",
      payload: {
        version: expect.any(Number),
        progress: expect.objectContaining({ xp: 20, level: 1, levelStartsAt: 0, nextLevelAt: 100 }),
        rank: 1,
        weekXp: 20,
        streak: expect.objectContaining({ days: 1, isActiveToday: true }),
        activity: expect.objectContaining({
          activityId: "message:post_first",
          action: "message",
          outcome: "awarded",
          xp: 20,
        }),
      },
    },
  ]);
  expect(others.heard).toEqual([]);
});

test.each<[string, () => string, () => string]>([
  ["the community's topic", () => other.memberId, () => communityTopic(place.companyId)],
  ["a member's topic", () => other.memberId, () => memberTopic(place.companyId, place.memberId)],
])("to a member of another community %s stays closed", async (_who, userId, topic) => {
  const [page, member] = [
    await listen(topic(), userId(), other.experienceId),
    await listen(communityTopic(place.companyId), place.memberId),
  ];
  expect(page.statuses).toEqual(REFUSED);
  await awardHeardBy(member);
  expect(page.heard).toEqual([]);
});

test("to another member of the community a member's topic stays closed", async () => {
  const page = await listen(memberTopic(place.companyId, place.memberId), place.moderatorId);
  expect(page.statuses).toEqual(REFUSED);
});

test.each<[string, () => Promise<string | undefined>]>([
  ["without a token", async () => undefined],
  [
    "with a forged token",
    () =>
      new SignJWT({ role: "authenticated", wee5_topics: [communityTopic(place.companyId)] })
        .setProtectedHeader({ alg: "HS256" })
        .setExpirationTime("5m")
        .sign(new TextEncoder().encode("not the secret of this project, but as long")),
  ],
  ["with an expired token", () => tokenEndingIn(-1)],
])("who listens %s hears no award", async (_how, token) => {
  const [page, member] = [
    await app().realtime.listen(communityTopic(place.companyId), { token: await token() }),
    await listen(communityTopic(place.companyId), place.memberId),
  ];
  expect(page.statuses).toEqual(REFUSED);
  await awardHeardBy(member);
  expect(page.heard).toEqual([]);
});

/** As the route mints them, so many seconds before it ends. */
async function tokenEndingIn(seconds: number, userId = place.memberId): Promise<string> {
  const { jwtSecret } = app().realtime;
  const now = new Date(Date.now() - (300 - seconds) * 1_000);
  return (await mintRealtimeToken({ jwtSecret, communityId: place.companyId, userId, now })).token;
}

test("who has left gets no new token, and hears nothing once the old one ends", async () => {
  const { id: leaverId } = app().whop.world.addUser({ name: "Lea Leaver" });
  app().whop.world.join(place.companyId, leaverId);
  const topic = communityTopic(place.companyId);
  const [leaving, member] = [
    await app().realtime.listen(topic, { token: await tokenEndingIn(3, leaverId) }),
    await listen(topic, place.memberId),
  ];
  expect(leaving.statuses).toEqual(["SUBSCRIBED"]);
  await awardHeardBy(member);
  const heardBefore = leaving.heard.length;
  expect(heardBefore).toBeGreaterThan(0);

  app().whop.world.leave(place.companyId, leaverId);
  const refused = await ask(leaverId);
  expect([refused.status, (await refused.json()).error.code]).toEqual([404, "not_found"]);
  await eventually("the end", () => leaving.statuses.includes("CLOSED"));
  await awardHeardBy(member);
  expect(leaving.heard).toHaveLength(heardBefore);
});

test("a member's page cannot say anything on the topics it hears, neither by its connection nor over HTTP", async () => {
  const topics = [communityTopic(place.companyId), memberTopic(place.companyId, place.memberId)];
  const member = await listen(communityTopic(place.companyId), place.moderatorId);
  for (const topic of topics) {
    const speaker = await listen(topic, place.memberId);
    const listener = await listen(topic, place.memberId);
    await speaker.channel.send({ type: "broadcast", event: "changed", payload: { members: [{ memberId: "forged" }] } });
    await speaker.channel.httpSend("changed", { members: [{ memberId: "forged" }] });
    await awardHeardBy(member);
    expect(JSON.stringify([listener.heard, member.heard])).not.toContain("forged");
  }
});

test("where there is no Realtime the route says so with 503, and when to ask again", async () => {
  const asked = grantToken({ ...app().deps, realtime: null }, place.companyId, place.memberId);
  await expect(asked).rejects.toMatchObject({ status: 503, code: "unavailable", retryAfterSeconds: 300 });
});
