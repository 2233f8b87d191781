import { createTokenVerifier } from "@/lib/auth/user-token";
import { aCommunityIn, aWhop, type CommunityInWhop } from "@/tests/support/whop";

const whop = aWhop();
let place: CommunityInWhop;

beforeAll(() => {
  place = aCommunityIn(whop());
});

const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(`${whop().url}/_sim${path}`, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });

test("a token for a user is one that Whop would send", async () => {
  const response = await ask("POST", "/token", { userId: place.memberId });
  const { token } = await response.json();
  const { appId, jwksUrl } = whop();
  const headers = new Headers({ "x-whop-user-token": token });
  expect(await createTokenVerifier({ appId, jwksUrl }).verify(headers)).toEqual({ userId: place.memberId });
  expect((await ask("POST", "/token", { userId: "user_nobody" })).status).toBe(404);
});

test("messages and reactions are written as a member and answered as Whop shows them", async () => {
  const createdAt = "2026-01-02T03:04:05.000Z";
  const body = { userId: place.memberId, experienceId: place.chatExperienceId, content: "Hello", createdAt };
  const message = await (await ask("POST", "/messages", body)).json();
  expect(message).toMatchObject({ content: "Hello", created_at: createdAt, user: { id: place.memberId } });
  const reacting = { userId: place.ownerId, messageId: message.id, emoji: ":fire:" };
  expect(await (await ask("POST", "/reactions", reacting)).json()).toMatchObject({
    resource_id: message.id,
    emoji: ":fire:",
  });
});

test("faults are planned and cleared over HTTP", async () => {
  const read = () =>
    fetch(`${whop().baseUrl}/users/${place.memberId}`, { headers: { Authorization: `Bearer ${whop().apiKey}` } });
  const fault = { operation: "users.retrieve", kind: "status", status: 503, times: 10 };
  expect((await ask("POST", "/faults", fault)).status).toBe(201);
  expect((await read()).status).toBe(503);
  expect((await ask("DELETE", "/faults")).status).toBe(204);
  expect((await read()).status).toBe(200);
  expect((await ask("POST", "/faults", { kind: "earthquake" })).status).toBe(400);
});

test("effects show what the app has written, and not what members have", async () => {
  await fetch(`${whop().baseUrl}/messages`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${whop().apiKey}`,
      "Content-Type": "application/json",
      "Idempotency-Key": "reply-1",
    },
    body: JSON.stringify({ channel_id: place.chatExperienceId, content: "Level 5!" }),
  });
  const { messages, reactions } = await (await ask("GET", "/effects")).json();
  expect(messages).toEqual([
    expect.objectContaining({
      by: "app",
      idempotencyKey: "reply-1",
      data: expect.objectContaining({ content: "Level 5!" }),
    }),
  ]);
  expect(reactions).toEqual([]);
});

test("a member is made to leave and to join again, for life or until a day", async () => {
  const { companyId, memberId } = place;
  const change = async (body: object) =>
    (await ask("POST", "/memberships", { companyId, userId: memberId, ...body })).json();
  const left = await change({ active: false });
  expect(left).toMatchObject({ status: "canceled", user: { id: memberId }, company: { id: companyId } });
  expect((await ask("POST", "/memberships", { companyId, userId: memberId, active: false })).status).toBe(404);
  const back = await change({ active: true, renewalPeriodEnd: null });
  expect(back).toMatchObject({ status: "active", renewal_period_start: null, renewal_period_end: null });
  expect(back.id).not.toBe(left.id);
  expect((await change({ active: true })).id).toBe(back.id);
  expect((await ask("POST", "/memberships", { companyId, userId: "user_nobody", active: true })).status).toBe(404);
});

test("where no company is named it is the one that the page shows, once there is one", async () => {
  const { experienceId, memberId, companyId } = place;
  const leave = { userId: memberId, active: false };
  expect((await ask("POST", "/memberships", leave)).status).toBe(404);
  expect((await fetch(`${whop().url}/frame`)).status).toBe(503);
  whop().setFrame({ proxyUrl: "http://127.0.0.1:3001", experienceId, userId: memberId });
  expect((await (await ask("POST", "/memberships", leave)).json()).company.id).toBe(companyId);
});

test("a forum is posted, commented, liked and deleted in, and shown with the newest post first", async () => {
  const { world } = whop();
  const { companyId, memberId, ownerId } = place;
  const experienceId = world.addExperience({ companyId, name: "Forum", kind: "forum" }).id;
  const write = async (body: object) =>
    (await ask("POST", "/posts", { userId: memberId, experienceId, ...body })).json();
  const shown = async () => (await (await ask("GET", `/posts?experienceId=${experienceId}`)).json()).posts;

  const createdAt = "2026-01-02T03:04:05.000Z";
  const first = await write({ content: "First", title: "Hi", createdAt });
  expect(first).toMatchObject({ title: "Hi", content: "First", created_at: createdAt, user: { id: memberId } });
  const second = await write({ content: "Second" });
  const pinned = await write({ content: "Rules", pinned: true, createdAt: "2025-01-01T00:00:00.000Z" });
  const comment = await write({ content: "Well said", parentId: first.id, userId: ownerId });
  expect(await write({ content: "Secret", paywalled: true, createdAt })).toMatchObject({ content: null });
  expect(await (await ask("POST", "/reactions", { userId: ownerId, messageId: first.id })).json()).toMatchObject({
    resource_id: first.id,
    emoji: null,
  });
  const posts = await shown();
  expect(posts.map(({ id }: { id: string }) => id).slice(0, 2)).toEqual([pinned.id, second.id]);
  expect(posts.find(({ id }: { id: string }) => id === first.id)).toMatchObject({
    title: "Hi",
    likedBy: [ownerId],
    comments: [{ id: comment.id, content: "Well said", author: { id: ownerId } }],
  });

  expect((await ask("DELETE", "/reactions", { userId: ownerId, messageId: first.id })).status).toBe(204);
  expect(world.likesOf(first.id)).toEqual([]);
  expect((await ask("POST", "/deletions", { id: first.id })).status).toBe(204);
  expect((await shown()).map(({ id }: { id: string }) => id)).not.toContain(first.id);
  expect((await ask("POST", "/deletions", { id: first.id })).status).toBe(404);
  expect(
    (await ask("POST", "/posts", { userId: memberId, experienceId, content: "x", parentId: first.id })).status,
  ).toBe(404);
  const elsewhere = { userId: memberId, experienceId: place.chatExperienceId, content: "x" };
  expect((await ask("POST", "/posts", elsewhere)).status).toBe(400);
});

test("a message is deleted for everybody", async () => {
  const message = whop().world.postMessage({
    userId: place.memberId,
    channelId: place.chatExperienceId,
    content: "Oops",
  });
  expect((await ask("POST", "/deletions", { id: message.id })).status).toBe(204);
  expect(whop().world.message(message.id)).toBeUndefined();
});

test("a lesson is finished once, the next one where none is named", async () => {
  const { companyId, memberId } = place;
  const experienceId = whop().world.addExperience({ companyId, name: "Course", kind: "course" }).id;
  const finish = async (body: object = {}) =>
    (await ask("POST", "/lessons", { userId: memberId, experienceId, ...body })).json();
  const first = await finish();
  const second = await finish();
  expect(first).toMatchObject({
    completed: true,
    user: { id: memberId },
    course: { experience: { id: experienceId } },
  });
  expect(second.lesson.id).not.toBe(first.lesson.id);
  expect((await finish({ lessonId: first.lesson.id })).id).toBe(first.id);
  const { lessons } = await (await ask("GET", `/lessons?experienceId=${experienceId}&userId=${memberId}`)).json();
  expect(lessons).toEqual([first, second]);
  expect((await ask("POST", "/lessons", { userId: memberId, experienceId: place.chatExperienceId })).status).toBe(400);
});

test("a permission, the app itself and a member's access are taken and given back over HTTP", async () => {
  const { companyId, memberId } = place;
  const change = async (body: object) => (await ask("POST", "/permissions", { companyId, ...body })).json();
  const read = async () =>
    (
      await fetch(`${whop().baseUrl}/forums?company_id=${companyId}`, {
        headers: { Authorization: `Bearer ${whop().apiKey}` },
      })
    ).status;
  expect(await change({ operation: "forums.list", granted: false })).toEqual({
    installed: true,
    revoked: ["forums.list"],
  });
  expect(await read()).toBe(403);
  expect(await change({ operation: "forums.list", granted: true })).toEqual({ installed: true, revoked: [] });
  expect(await read()).toBe(200);
  expect(await change({ installed: false, status: 404 })).toMatchObject({ installed: false });
  expect(await read()).toBe(404);
  await change({ installed: true });
  expect(await read()).toBe(200);

  const ban = async (banned: boolean) => ask("POST", "/bans", { companyId, userId: memberId, banned });
  whop().world.join(companyId, memberId);
  expect((await ban(true)).status).toBe(200);
  expect(whop().world.accessLevel(memberId, companyId)).toBe("no_access");
  await ban(false);
  expect(whop().world.accessLevel(memberId, companyId)).toBe("customer");
});

test("nonsense is refused, and so is what any web page could send", async () => {
  expect((await ask("POST", "/messages", { userId: place.memberId, content: "x" })).status).toBe(400);
  expect((await ask("POST", "/messages", "nonsense")).status).toBe(400);
  expect((await ask("POST", "/token", { userId: place.memberId }, { "Content-Type": "text/plain" })).status).toBe(415);
});

test("the frame shows the app to one user, safely quoted", async () => {
  whop().setFrame({ proxyUrl: "http://127.0.0.1:3001", experienceId: place.experienceId, userId: place.memberId });
  const page = await (await fetch(`${whop().url}/frame`)).text();
  expect(page).toContain(`src="http://127.0.0.1:3001/experiences/${place.experienceId}?sim_user=${place.memberId}"`);
  const odd = await (await fetch(`${whop().url}/frame?user=${encodeURIComponent('"><script>')}`)).text();
  expect(odd).not.toContain("<script>");
});
