import { createClient } from "@supabase/supabase-js";
import { SignJWT } from "jose";
import { Client } from "pg";
import WebSocket from "ws";
import { mintRealtimeToken } from "@/lib/realtime/token";
import { communityTopic, memberTopic } from "@/lib/realtime/topics";
import { eventually, type Page, startTestRealtime, type TestRealtime, transport } from "@/tests/support/realtime";

const OWN = communityTopic("biz_a");
const MINE = memberTopic("biz_a", "user_anna");
const REFUSED = expect.stringMatching(/^CHANNEL_ERROR: Unauthorized/);

let realtime: TestRealtime;

beforeAll(async () => {
  realtime = await startTestRealtime();
});
afterEach(() => realtime.closePages());
afterAll(() => realtime.stop());

const tokenOf = async (communityId = "biz_a", userId = "user_anna", now = new Date()) =>
  (await mintRealtimeToken({ jwtSecret: realtime.jwtSecret, communityId, userId, now })).token;

/** Ends in so many seconds. */
const shortToken = (seconds: number) => tokenOf("biz_a", "user_anna", new Date(Date.now() - (300 - seconds) * 1000));

const signed = (claims: Record<string, unknown>, secret = realtime.jwtSecret) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("5m")
    .sign(new TextEncoder().encode(secret));

/** A broadcast over HTTP, as supabase-js's `httpSend` of whoever holds the key. */
async function httpSend(topic: string, payload: object, key = realtime.serviceRoleKey, token?: string): Promise<void> {
  const client = createClient(realtime.server.url, key, {
    realtime: { transport },
    ...(token === undefined ? {} : { accessToken: async () => token }),
  });
  await client.realtime.setAuth(token ?? key);
  await client.channel(topic, { config: { private: true } }).httpSend("news", payload);
}

/** Everybody who listens has heard what was sent before this by the time this is heard. */
async function afterAllNews(topic: string, listener: Page): Promise<void> {
  const mark = `mark ${Math.random()}`;
  await httpSend(topic, { mark });
  await eventually("the mark", () => JSON.stringify(listener.heard).includes(mark));
}

test("a member hears the own community and the own topic", async () => {
  const [community, own] = [
    await realtime.listen(OWN, { token: await tokenOf() }),
    await realtime.listen(MINE, { token: await tokenOf() }),
  ];
  expect([community.statuses, own.statuses]).toEqual([["SUBSCRIBED"], ["SUBSCRIBED"]]);
  await httpSend(OWN, { xp: 20 });
  await httpSend(MINE, { level: 2 });
  await eventually("both", () => community.heard.length + own.heard.length === 2);
  expect(community.heard).toEqual([{ event: "news", payload: { xp: 20 } }]);
  expect(own.heard).toEqual([{ event: "news", payload: { level: 2 } }]);
});

test.each<[string, string, () => Promise<string | undefined>]>([
  ["to a member of another community, the community's topic", OWN, () => tokenOf("biz_b")],
  ["to a member of another community with the same user id, the member's topic", MINE, () => tokenOf("biz_b")],
  ["to another member, the member's topic", MINE, () => tokenOf("biz_a", "user_ben")],
  ["to a visitor without a token, the community's topic", OWN, async () => undefined],
  ["to a visitor without a token, the member's topic", MINE, async () => undefined],
  [
    "to a signed-in user of the project without our claims, the community's topic",
    OWN,
    () => signed({ role: "authenticated" }),
  ],
  ["to a token for the role anon that names it, the topic", OWN, () => signed({ role: "anon", wee5_topics: [OWN] })],
  [
    "to a token that names a longer topic, the shorter one",
    OWN,
    () => signed({ role: "authenticated", wee5_topics: [`${OWN}x`] }),
  ],
  [
    "to a token that names it, a topic not of our kind",
    "everything",
    () => signed({ role: "authenticated", wee5_topics: ["everything"] }),
  ],
])("%s stays closed", async (_who, topic, token) => {
  const [page, member] = [
    await realtime.listen(topic, { token: await token() }),
    await realtime.listen(OWN, { token: await tokenOf() }),
  ];
  expect(page.statuses).toEqual([REFUSED]);
  await httpSend(topic, { secret: true });
  await afterAllNews(OWN, member);
  expect(page.heard).toEqual([]);
});

test.each<[string, () => Promise<string>]>([
  ["forged", () => signed({ role: "authenticated", wee5_topics: [OWN] }, "another secret of the same length, 32")],
  ["expired", () => tokenOf("biz_a", "user_anna", new Date(Date.now() - 301_000))],
  [
    "unsigned",
    async () =>
      `${btoa('{"alg":"none"}')}.${btoa(`{"role":"authenticated","exp":9999999999,"wee5_topics":["${OWN}"]}`)}.`,
  ],
  [
    "endless",
    () =>
      new SignJWT({ role: "authenticated", wee5_topics: [OWN] })
        .setProtectedHeader({ alg: "HS256" })
        .sign(new TextEncoder().encode(realtime.jwtSecret)),
  ],
  ["made for the role of the database's owner", () => signed({ role: "postgres", wee5_topics: [OWN] })],
])("a token that is %s opens nothing", async (_what, token) => {
  const page = await realtime.listen(OWN, { token: await token() });
  expect(page.statuses[0]).toMatch(/^CHANNEL_ERROR/);
});

test("somebody who has left hears nothing once the token ends", async () => {
  const [leaving, member] = [
    await realtime.listen(OWN, { token: await shortToken(3) }),
    await realtime.listen(OWN, { token: await tokenOf() }),
  ];
  expect(leaving.statuses).toEqual(["SUBSCRIBED"]);
  await afterAllNews(OWN, leaving);
  const heardBefore = leaving.heard.length;
  await eventually("the end", () => leaving.statuses.includes("CLOSED"));
  await httpSend(OWN, { secret: true });
  await afterAllNews(OWN, member);
  expect(leaving.heard).toHaveLength(heardBefore);
});

test("a new token before the old one ends keeps the channel open", async () => {
  const page = await realtime.listen(OWN, { token: await shortToken(3) });
  await page.client.realtime.setAuth(await tokenOf());
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  await afterAllNews(OWN, page);
  expect(page.statuses).toEqual(["SUBSCRIBED"]);
});

test.each<[string, () => Promise<string>]>([
  ["of another community", () => tokenOf("biz_b")],
  [
    "that is forged",
    () => signed({ role: "authenticated", wee5_topics: [OWN] }, "another secret of the same length, 32"),
  ],
])("a new token %s closes the channel", async (_what, token) => {
  const page = await realtime.listen(OWN, { token: await tokenOf() });
  await page.client.realtime.setAuth(await token());
  await eventually("the end", () => page.statuses.includes("CLOSED"));
});

test("a member cannot publish, over the socket or over HTTP", async () => {
  const token = await tokenOf();
  const [speaker, listener] = [
    await realtime.listen(OWN, { token, broadcast: { self: true } }),
    await realtime.listen(OWN, { token: await tokenOf() }),
  ];
  await speaker.channel.send({ type: "broadcast", event: "fake", payload: { xp: 1 } });
  await speaker.channel.send({ type: "broadcast", event: "fake", payload: new ArrayBuffer(4) });
  await httpSend(OWN, { fake: true }, realtime.anonKey, token);
  await httpSend(OWN, { fake: true }, realtime.anonKey);
  await afterAllNews(OWN, listener);
  await eventually("the mark", () => speaker.heard.length > 0);
  expect([speaker.heard.length, listener.heard.length]).toEqual([1, 1]);
});

test("without a valid key there is no connection and no broadcast over HTTP", async () => {
  const forged = await signed({ role: "service_role" }, "another secret of the same length, 32");
  await expect(httpSend(OWN, {}, forged)).rejects.toThrow();
  const status = await new Promise<number | undefined>((resolve) => {
    const socket = new WebSocket(`${realtime.server.url}/realtime/v1/websocket?apikey=${forged}&vsn=2.0.0`);
    socket.on("unexpected-response", (_request, { statusCode }) => resolve(statusCode));
    socket.on("error", () => undefined);
  });
  expect(status).toBe(403);
});

test("a public channel is not to be had", async () => {
  const page = await realtime.listen(OWN, { token: await tokenOf(), private: false });
  expect(page.statuses).toEqual([expect.stringContaining("PrivateOnly")]);
});

test("no topic of ours opens because of somebody else's generous policies", async () => {
  const owner = new Client({ connectionString: realtime.databaseUrl });
  await owner.connect();
  const policies = ["for select using (true)", "for insert with check (true)"];
  try {
    for (const [n, policy] of policies.entries())
      await owner.query(`create policy p${n} on realtime.messages ${policy}`);
    const token = await tokenOf();
    const [stranger, speaker, elsewhere] = [
      await realtime.listen(OWN, { token: await tokenOf("biz_b") }),
      await realtime.listen(OWN, { token, broadcast: { self: true } }),
      await realtime.listen("lobby", { token, broadcast: { self: true } }),
    ];
    expect([stranger.statuses, elsewhere.statuses]).toEqual([[REFUSED], ["SUBSCRIBED"]]);
    for (const page of [speaker, elsewhere]) await page.channel.send({ type: "broadcast", event: "hi", payload: {} });
    await eventually("what may be said", () => elsewhere.heard.length === 1);
    await afterAllNews(OWN, speaker);
    expect(speaker.heard).toHaveLength(1);
  } finally {
    for (const n of policies.keys()) await owner.query(`drop policy if exists p${n} on realtime.messages`);
    await owner.end();
  }
});

test.each(["1.0.0", "2.0.0"] as const)(
  "a client of version %s is heartbeaten, answered and let go",
  async (version) => {
    const page = await realtime.listen(OWN, { token: await tokenOf(), version });
    const beats: string[] = [];
    page.client.realtime.onHeartbeat((status) => beats.push(status));
    await page.client.realtime.sendHeartbeat();
    await eventually("the answer to a heartbeat", () => beats.includes("ok"));
    await afterAllNews(OWN, page);
    expect(await page.channel.unsubscribe()).toBe("ok");
  },
);

test("whoever was cut off comes back by itself and hears again", async () => {
  const page = await realtime.listen(OWN, { token: await tokenOf() });
  realtime.server.cut();
  await eventually("the way back", () => page.statuses.filter((status) => status === "SUBSCRIBED").length === 2);
  await afterAllNews(OWN, page);

  await realtime.server.down();
  expect(realtime.server.connections()).toBe(0);
  await realtime.server.up();
  await eventually("the way back", () => page.statuses.filter((status) => status === "SUBSCRIBED").length === 3);
  await afterAllNews(OWN, page);
});

test("messages are counted as the plan counts them: one broadcast to two listeners is three", async () => {
  const topic = communityTopic("biz_counted");
  const token = await tokenOf("biz_counted");
  const pages = [await realtime.listen(topic, { token }), await realtime.listen(topic, { token })];
  const before = realtime.server.messages();
  await httpSend(topic, {});
  await eventually("both", () => pages.every((page) => page.heard.length === 1));
  expect(realtime.server.messages() - before).toBe(3);
});

describe("where public channels are allowed", () => {
  let open: TestRealtime;
  beforeAll(async () => {
    open = await startTestRealtime({ allowPublic: true });
  });
  afterEach(() => open.closePages());
  afterAll(() => open.stop());

  test("clients of both versions hear each other's text, and version 2 also bytes", async () => {
    const first = await open.listen("lobby", { private: false, broadcast: { ack: true } });
    const second = await open.listen("lobby", { private: false });
    const old = await open.listen("lobby", { private: false, version: "1.0.0" });
    const text = { type: "broadcast", event: "hello", payload: { text: "日本" } } as const;
    expect(await first.channel.send(text)).toBe("ok");
    await old.channel.send({ ...text, event: "from old" });
    await first.channel.send({ type: "broadcast", event: "bytes", payload: new Uint8Array([1, 2]).buffer });
    await eventually("all", () => second.heard.length === 3 && first.heard.length === 1 && old.heard.length === 1);
    expect(old.heard).toEqual([{ event: "hello", payload: text.payload }]);
    expect(first.heard).toEqual([{ event: "from old", payload: text.payload }]);
    expect(second.heard.map(({ event }) => event)).toEqual(["hello", "from old", "bytes"]);
    expect(new Uint8Array(second.heard[2]?.payload as ArrayBuffer)).toEqual(new Uint8Array([1, 2]));
  });

  test("a private broadcast is not heard in the public channel of the same name", async () => {
    const page = await open.listen(OWN, { private: false });
    expect(page.statuses).toEqual(["SUBSCRIBED"]);
    const send = (isPrivate: boolean) =>
      fetch(`${open.server.url}/realtime/v1/api/broadcast`, {
        method: "POST",
        headers: { apikey: open.serviceRoleKey, "content-type": "application/json" },
        body: JSON.stringify({ messages: [{ topic: OWN, event: "e", payload: { isPrivate }, private: isPrivate }] }),
      });
    expect((await send(true)).status).toBe(202);
    expect((await send(false)).status).toBe(202);
    await eventually("the public one", () => page.heard.length > 0);
    expect(page.heard).toEqual([{ event: "e", payload: { isPrivate: false } }]);
  });
});
