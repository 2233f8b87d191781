import { inboxOf } from "@/dev/whop/host/inbox";
import type { Snapshot } from "@/dev/whop/host/snapshot";
import type { FrameTarget } from "@/dev/whop/host/target";
import { serve } from "@/tests/support/serve";
import { aCommunityIn, aWhop, type CommunityInWhop } from "@/tests/support/whop";

const whop = aWhop();
let place: CommunityInWhop;
const readers = new Set<AbortController>();

beforeAll(() => {
  place = aCommunityIn(whop(), "Northlight");
  show();
});
afterEach(() => {
  for (const reader of readers) reader.abort();
  readers.clear();
  show();
});

function show(extra: Partial<FrameTarget> = {}) {
  const { experienceId, memberId } = place;
  whop().setFrame({ proxyUrl: "http://127.0.0.1:3001", experienceId, userId: memberId, ...extra });
}

const page = (query = "", headers: Record<string, string> = {}) =>
  fetch(`${whop().url}/frame${query}`, { headers, redirect: "manual" });

const ask = (method: string, path: string, body?: object) =>
  fetch(`${whop().url}/_sim${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });

/** The events that an open page hears, until one is the awaited. */
async function heard(
  awaited: (event: string, data: Record<string, unknown>) => boolean,
  meanwhile: () => Promise<unknown> | unknown = () => undefined,
): Promise<Record<string, unknown>> {
  const reader = new AbortController();
  readers.add(reader);
  const response = await fetch(`${whop().url}/_sim/live?userId=${place.memberId}`, { signal: reader.signal });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  await meanwhile();
  let text = "";
  const decoder = new TextDecoder();
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true });
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const lines of events) {
      const [, event = "", data = "null"] = /^event: (.*)\ndata: (.*)$/.exec(lines) ?? [];
      const value = JSON.parse(data);
      if (awaited(event, value)) return value;
    }
  }
  throw new Error("The stream ended.");
}

/** The first snapshot in which something is to be found. */
async function snapshotWith(
  found: (snapshot: Snapshot) => boolean,
  meanwhile?: () => Promise<unknown>,
): Promise<Snapshot> {
  const isIt = (event: string, data: unknown) => event === "snapshot" && found(data as Snapshot); // as live.ts sends it
  return (await heard(isIt, meanwhile)) as unknown as Snapshot;
}

test("the page frames the app at the iframe's origin as the chosen user, and lists the community's places", async () => {
  const html = await (await page(`?user=${place.ownerId}`)).text();
  expect(html).toContain(`src="http://127.0.0.1:3001/experiences/${place.experienceId}?sim_user=${place.ownerId}"`);
  const opening = JSON.parse(/id="opening">(.*?)<\/script>/.exec(html)?.[1] ?? "");
  expect(opening.places.map(({ name, kind }: { name: string; kind: string }) => [name, kind])).toEqual([
    ["General", "chat"],
    ["Levels", "app"],
    ["Dashboard", "dashboard"],
    ["Discover", "discover"],
  ]);
});

test("no two parts of the page have the same id", async () => {
  const ids = [...(await (await page()).text()).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids.length).toBeGreaterThan(20);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});

test("a place of the address is what the frame begins with", async () => {
  const dashboard = await (await page("?place=dashboard")).text();
  expect(dashboard).toContain(`src="http://127.0.0.1:3001/dashboard/${place.companyId}?sim_user=${place.memberId}"`);
  expect(await (await page("?place=discover")).text()).toContain('src="http://127.0.0.1:3001/discover?');
});

test("links into Whop, to a place and to a community, lead to the page", async () => {
  const { companyId, chatExperienceId } = place;
  const leadsTo = async (path: string) =>
    (await fetch(`${whop().url}${path}`, { redirect: "manual" })).headers.get("location");
  expect(await leadsTo(`/joined/${companyId}/${chatExperienceId}/app/`)).toBe(`/frame?place=${chatExperienceId}`);
  expect(await leadsTo(`/${companyId}`)).toBe("/frame");
  expect(await leadsTo("/")).toBe("/frame");
});

test("a hostile community name is text, in the page and in what its scripts read", async () => {
  const odd = aCommunityIn(whop(), '</script><script>alert("1")</script>');
  const html = await (await page(`?experience=${odd.experienceId}`)).text();
  expect(html).not.toContain("<script>alert");
  expect(JSON.parse(/id="opening">(.*?)<\/script>/.exec(html)?.[1] ?? "").company.title).toContain("<script>");
});

test("the theme is the cookie's before anything runs, and an address can set it", async () => {
  expect(await (await page()).text()).toContain('<html lang="en">');
  const dark = await page("", { cookie: "whop-frosted-theme=appearance:dark" });
  expect(await dark.text()).toContain('<html lang="en" class="dark">');
  const chosen = await page("?theme=light", { cookie: "whop-frosted-theme=appearance:dark" });
  expect(chosen.headers.get("set-cookie")).toBe("whop-frosted-theme=appearance:light; Path=/; SameSite=Lax");
  expect(await chosen.text()).toContain('class="light"');
});

test("the page runs its own scripts alone, frames the app alone, and is framed by nobody", async () => {
  const policy = (await page()).headers.get("content-security-policy");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("frame-src http://127.0.0.1:3001;");
  expect(policy).toContain("frame-ancestors 'none'");
  const script = await fetch(`${whop().url}/frame/host.js`);
  expect(script.headers.get("content-type")).toContain("text/javascript");
  expect(await script.text()).toContain("typed-transport");
  expect((await fetch(`${whop().url}/frame/host.css`)).headers.get("content-type")).toContain("text/css");
});

test("an open page hears of a message that is deleted, and that a forum has changed", async () => {
  const { companyId, memberId, chatExperienceId } = place;
  const message = whop().world.postMessage({ userId: memberId, channelId: chatExperienceId, content: "Oops" });
  const gone = await heard(
    (event) => event === "deleted",
    () => ask("POST", "/deletions", { id: message.id }),
  );
  expect(gone).toEqual({ id: message.id });
  const experienceId = whop().world.addExperience({ companyId, name: "Forum", kind: "forum" }).id;
  const changed = await heard(
    (event) => event === "forum",
    () => ask("POST", "/posts", { userId: memberId, experienceId, content: "Hello" }),
  );
  expect(changed).toEqual({ experienceId });
});

test("an open page hears of each message and reaction as they come, and of one that is taken back", async () => {
  const { memberId, ownerId, chatExperienceId } = place;
  const body = { userId: memberId, experienceId: chatExperienceId, content: "Is anybody here?" };
  const message = await heard(
    (event) => event === "message",
    () => ask("POST", "/messages", body),
  );
  expect(message).toMatchObject({ content: "Is anybody here?", experienceId: chatExperienceId, reactions: [] });

  const reaction = { userId: ownerId, messageId: String(message.id), emoji: ":fire:" };
  const liked = await heard(
    (event) => event === "reaction",
    () => ask("POST", "/reactions", reaction),
  );
  expect(liked).toMatchObject({ id: message.id, reactions: [{ emoji: ":fire:", userId: ownerId }] });

  const taken = await heard(
    (event) => event === "reaction",
    () => ask("DELETE", "/reactions", reaction),
  );
  expect(taken).toMatchObject({ id: message.id, reactions: [] });
  expect((await ask("DELETE", "/reactions", reaction)).status).toBe(404);
});

test("a reply of the app is shown as WEE5's, with what it replies to", async () => {
  const { memberId, chatExperienceId } = place;
  const { world, botUserId } = whop();
  const asked = world.postMessage({ userId: memberId, channelId: chatExperienceId, content: "/mylevel" });
  const reply = await heard(
    (event, data) => event === "message" && data.content === "Level 5",
    () => {
      const written = { userId: botUserId, channelId: chatExperienceId, content: "Level 5", replyingToId: asked.id };
      world.postMessage(written);
    },
  );
  expect(reply).toMatchObject({
    user: { id: botUserId, name: "WEE5" },
    replyingTo: { name: "Mia Member", content: "/mylevel" },
  });
});

test("a member sees what they alone were told, the newest first, and others do not", async () => {
  const { companyId, memberId, ownerId, strangerId } = place;
  const { world, botUserId } = whop();
  const push = { companyId, experienceId: null, subtitle: null, restPath: null, content: "Well done" };
  world.notify({ ...push, userIds: [memberId], title: "Level 5!" });
  world.notify({ ...push, userIds: [ownerId], title: "Not for members" });
  const { id: channelId } = world.addDirectChannel(companyId, "direct_message", { userIds: [memberId] });
  const { inbox } = await snapshotWith(
    (snapshot) => snapshot.inbox.length > 1,
    async () => {
      world.postMessage({ userId: botUserId, channelId, content: "Psst", createdAt: new Date(Date.now() + 1_000) });
    },
  );
  expect(inbox.map(({ kind, title, text }) => [kind, title, text])).toEqual([
    ["direct_message", "WEE5", "Psst"],
    ["push", "Level 5!", "Well done"],
  ]);
  expect(inboxOf(world, companyId, ownerId).map(({ title }) => title)).toEqual(["Not for members"]);
  world.notify({ ...push, userIds: null, title: "To all" });
  expect(inboxOf(world, companyId, strangerId)).toEqual([]);
});

test("a direct message is told to no other page", async () => {
  const { companyId, memberId, ownerId, chatExperienceId } = place;
  const { world, botUserId } = whop();
  const { id: channelId } = world.addDirectChannel(companyId, "direct_message", { userIds: [ownerId] });
  const next = await heard(
    (event) => event === "message",
    () => {
      world.postMessage({ userId: botUserId, channelId, content: "For the owner alone" });
      world.postMessage({ userId: memberId, channelId: chatExperienceId, content: "For all" });
    },
  );
  expect(next.content).toBe("For all");
});

test("a channel's newest messages are read in order, as its experience or by its own id", async () => {
  const { memberId, chatExperienceId } = place;
  for (const content of ["one", "two"]) {
    await ask("POST", "/messages", { userId: memberId, experienceId: chatExperienceId, content });
  }
  const read = async (id: string) => (await (await ask("GET", `/messages?channelId=${id}`)).json()).messages;
  const messages = await read(chatExperienceId);
  expect(messages.slice(-2).map(({ content }: { content: string }) => content)).toEqual(["one", "two"]);
  expect(await read(whop().world.channel(chatExperienceId)?.id ?? "")).toEqual(messages);
  expect((await ask("GET", "/messages?channelId=feed_nobody")).status).toBe(404);
});

test("who one can be says what they are: the team by role, who has left, and members by level", async () => {
  const { companyId, ownerId, memberId, strangerId } = place;
  show({
    cast: () => [ownerId, memberId, strangerId],
    insight: {
      standings: async () => new Map([[memberId, { level: 8, xp: 2_642, xpToNextLevel: 258 }]]),
      outcomes: async () => new Map(),
    },
  });
  const { people } = await snapshotWith(() => true);
  expect(people).toMatchObject([
    { name: "Olga Owner", standing: "Owner", onTeam: true, hasAccess: true },
    { name: "Mia Member", standing: "Member, level 8", onTeam: false, hasAccess: true },
    { name: "Stan Stranger", standing: "No longer a member", onTeam: false, hasAccess: false },
  ]);
  expect(whop().world.membersOf(companyId)).toHaveLength(1);
});

test("each delivery is shown with what came of it", async () => {
  const { memberId, chatExperienceId } = place;
  const app = await serve(async () => new Response());
  whop().webhooks.setUrl(app.url);
  const awarded = { outcome: "awarded", xp: 20, cooldownLeftSeconds: null };
  show({
    insight: {
      standings: async () => new Map(),
      outcomes: async (_, ids) => new Map(ids.map((id) => [id, awarded])),
    },
  });
  const body = { userId: memberId, experienceId: chatExperienceId, content: "The tilt-shift came out sharp" };
  const { deliveries } = await snapshotWith(
    (snapshot) => snapshot.deliveries[0]?.tone === "paid",
    () => ask("POST", "/messages", body),
  );
  expect(deliveries[0]).toMatchObject({ who: "Mia Member", event: "chat.message.created", answer: "awarded, +20" });
  // Those of before, when no app was there.
  expect(deliveries.at(-1)).toMatchObject({ answer: "lost on the way", tone: "problem" });
  whop().webhooks.setUrl(undefined);
  await app.stop();
});

test("simulated members are told to pause and to go on, and the page knows", async () => {
  let isWriting = true;
  const setWriting = (on: boolean) => {
    isWriting = on;
  };
  expect((await ask("POST", "/members", { writing: false })).status).toBe(404);
  show({ members: { isWriting: () => isWriting, setWriting } });
  expect(await (await ask("POST", "/members", { writing: false })).json()).toEqual({ writing: false });
  expect((await snapshotWith(() => true)).isWriting).toBe(false);
  await ask("POST", "/members", { writing: true });
  expect(isWriting).toBe(true);
});

test("what is planned to go wrong is listed in words, happens once where nothing else is said, and can be cleared", async () => {
  await ask("POST", "/faults", { kind: "status", status: 409 });
  await ask("POST", "/faults", { kind: "webhook_duplicate", times: 3 });
  await ask("POST", "/faults", { kind: "rate_limit", operation: "users.retrieve", probability: 0.5 });
  const { faults } = await snapshotWith((snapshot) => snapshot.faults.length === 3);
  expect(faults).toEqual(["next answer: 409", "next webhook: twice, 3 times", "users.retrieve: 429, until cleared"]);
  const { planned } = await (await ask("GET", "/faults")).json();
  expect(planned.map(({ left }: { left: number | null }) => left)).toEqual([1, 3, null]);
  await ask("DELETE", "/faults");
  expect(await (await ask("GET", "/faults")).json()).toEqual({ planned: [] });
});
