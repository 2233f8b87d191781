import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createWhopClient, type WhopClient } from "@/lib/whop/client";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface Heard {
  method?: string;
  url?: string;
  key?: string | string[];
  body: string;
}

let server: Server;
let answer: Answer;
let heard: Heard[] = [];
let client: WhopClient;
/** Has time for long lists. */
let patient: WhopClient;
const warnings: unknown[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    heard.push({ method: request.method, url: request.url, key: request.headers["idempotency-key"], body });
    answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  client = aClient(2_000);
  patient = aClient(60_000);
});

function aClient(listTimeoutMs: number): WhopClient {
  const { port } = server.address() as AddressInfo; // listening on TCP, it has one
  return createWhopClient({
    apiKey: "key",
    appId: "app_a",
    baseUrl: `http://127.0.0.1:${port}/api/v1`,
    log: { warn: (...words: unknown[]) => warnings.push(words) },
    timeoutMs: 3_000,
    listTimeoutMs,
    writeTimeoutMs: 5_000,
  });
}

beforeEach(() => {
  heard = [];
  warnings.splice(0);
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((closed) => server.close(closed));
});

const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
const text =
  (body: string, status = 200, contentType = "text/html"): Answer =>
  (_, response) =>
    response.writeHead(status, { "Content-Type": contentType }).end(body);

const membership = {
  id: "mem_a",
  status: "active",
  user: { id: "user_a" },
  company: { id: "biz_a" },
  product: { id: "prod_a" },
  renewal_period_end: "2026-12-01T00:00:00.000Z",
  created_at: "2026-11-01T00:00:00.000Z",
};
const unavailable = expect.objectContaining({ code: "unavailable", status: 503 });
const unknown = { kind: "unknown", reason: expect.stringMatching(/\S/) };
const giveDays = (key = "k") => client.addFreeDays({ membershipId: "mem_a", days: 3, key });
const makeCode = () =>
  client.createPromoCode({ companyId: "biz_a", code: "WEE5A", percentOff: 50, months: 3, key: "k" });
const notify = () =>
  client.sendNotification({ experienceId: "exp_a", userIds: ["user_a"], title: "t", content: "c", key: "k" });

describe("a write", () => {
  test("is one request, with the key that was given and the same bytes each time", async () => {
    answer = json(membership, 500);
    await giveDays("my-key");
    await giveDays("my-key");
    const request = {
      method: "POST",
      url: "/api/v1/memberships/mem_a/add_free_days",
      key: "my-key",
      body: '{"free_days":3}',
    };
    expect(heard).toEqual([request, request]);
  });

  test("is one request also where the connection breaks while it is under way", async () => {
    answer = json(membership);
    expect(await giveDays()).toMatchObject({ kind: "done" });
    // The connection is kept by now, and a client could take its end for a reason to ask again.
    answer = (request) => request.socket.destroy();
    expect(await giveDays()).toEqual(unknown);
    expect(heard).toHaveLength(2);
  });

  test.each<[string, Answer]>([
    ["no JSON", text("<html></html>")],
    ["half a JSON", text('{"id": "mem_a", "status"', 200, "application/json")],
    ["nothing", (_, response) => response.writeHead(204).end()],
    ["null", json(null)],
    ["another membership", json({ ...membership, id: "mem_b" })],
    ["no time where one belongs", json({ ...membership, renewal_period_end: "soon" })],
    ["an error with a good status", json({ error: { type: "internal_error", message: "Sorry." } })],
  ])("answered with %s is unknown", async (_, wrong) => {
    answer = wrong;
    expect(await giveDays()).toEqual(unknown);
    expect(warnings).toHaveLength(1);
  });

  test("that makes another code, or one elsewhere, is unknown", async () => {
    const made = { id: "promo_a", code: "WEE5A", company: { id: "biz_a" } };
    answer = json(made, 201);
    expect(await makeCode()).toEqual({ kind: "done", value: { id: "promo_a" } });
    answer = json({ ...made, code: "wee5a" });
    expect(await makeCode()).toEqual({ kind: "done", value: { id: "promo_a" } });
    for (const wrong of [{ code: "WEE5B" }, { code: null }, { company: { id: "biz_b" } }, { id: "" }]) {
      answer = json({ ...made, ...wrong });
      expect(await makeCode()).toEqual(unknown);
    }
  });

  test("that Whop says it has not taken is refused; anything else than its yes is unknown", async () => {
    answer = json({ success: false });
    expect(await notify()).toMatchObject({ kind: "refused", status: 200 });
    answer = json({ success: "true" });
    expect(await notify()).toEqual(unknown);
  });

  test.each([400, 403, 404, 410, 422])("refused with a %i by something in between is unknown", async (status) => {
    const strangers: Answer[] = [
      text("<h1>Attention required</h1>", status),
      text("", status),
      json({ message: "Forbidden" }, status),
      json({ error: "blocked" }, status),
      (_, response) => {
        // Whop's own words, cut off.
        response.writeHead(status, { "Content-Type": "application/json", "Content-Length": "100" });
        response.write('{"error":', () => response.destroy());
      },
    ];
    for (const stranger of strangers) {
      answer = stranger;
      expect(await giveDays()).toEqual(unknown);
    }
  });

  test.each([
    ["a header", "Slow down.", { "Retry-After": "30" }, 30],
    ["words", "Try again in 1 second.", {}, 1],
    [
      "words, the header being a date",
      "Try again in 9 seconds.",
      { "Retry-After": "Sat, 21 Nov 2026 12:00:00 GMT" },
      9,
    ],
    ["nothing", "Slow down.", {}, 60],
    ["an empty header", "Slow down.", { "Retry-After": "" }, 60],
    ["a fraction", "Slow down.", { "Retry-After": "1.2" }, 2],
    ["no time at all", "Slow down.", { "Retry-After": "0" }, 1],
    ["less than that", "Slow down.", { "Retry-After": "-5" }, 60],
    ["a year", "Slow down.", { "Retry-After": "31536000" }, 86_400],
  ])("of a busy Whop that names its delay by %s", async (_, message, headers, retryAfterSeconds) => {
    answer = json({ error: { type: "rate_limit_exceeded", message } }, 429, headers);
    expect(await giveDays()).toEqual({ kind: "busy", retryAfterSeconds });
  });

  test("is never carried on to another address", async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      answer = json({}, status, { Location: "/elsewhere" });
      expect(await giveDays()).toEqual(unknown);
    }
    expect(new Set(heard.map(({ url }) => url))).toEqual(new Set(["/api/v1/memberships/mem_a/add_free_days"]));
    expect(heard).toHaveLength(5);
  });

  test("keeps no more of a long refusal than a person reads", async () => {
    answer = json({ error: { type: "bad_request", message: "x".repeat(10_000) } }, 400);
    expect(await giveDays()).toEqual({ kind: "refused", status: 400, message: "x".repeat(300) });
  });
});

const page = (data: unknown[], endCursor: string | null, hasNextPage: boolean) => ({
  data,
  page_info: { end_cursor: endCursor, start_cursor: null, has_next_page: hasNextPage, has_previous_page: false },
});
const listed = (by = client) => by.listMemberships({ companyId: "biz_a", userId: "user_a" });

describe("a list", () => {
  test("ends where Whop says so, whatever cursor it leaves behind", async () => {
    answer = json(page([membership], "cursor", false));
    expect(await listed()).toHaveLength(1);
    expect(heard).toHaveLength(1);
  });

  test("holds nobody else's memberships, though Whop should forget its filter", async () => {
    const others = [{ user: { id: "user_b" } }, { user: null }, { company: { id: "biz_b" } }];
    answer = json(page([...others.map((other) => ({ ...membership, ...other })), membership], null, false));
    expect(await listed()).toEqual([expect.objectContaining({ id: "mem_a", userId: "user_a", companyId: "biz_a" })]);
  });

  test.each<[string, () => Answer]>([
    ["repeats its cursor", () => json(page([membership], "cursor", true))],
    ["promises more without a cursor", () => json(page([membership], null, true))],
    ["has an entry of another form", () => json(page([membership, { id: "mem_b" }], null, false))],
    ["does not say whether it goes on", () => json({ data: [membership] })],
    ["is no list", () => json({ nothing: "of the kind" })],
    ["is nothing", () => json(null)],
  ])("that %s is unavailable, not short", async (_, wrong) => {
    answer = wrong();
    await expect(listed()).rejects.toEqual(unavailable);
    expect(heard.length).toBeLessThanOrEqual(2);
  });

  test("that never ends is given up after so many pages", async () => {
    answer = (request, response) =>
      json(page([membership], `after ${request.url?.length}${heard.length}`, true))(request, response);
    await expect(listed(patient)).rejects.toEqual(unavailable);
    expect(heard).toHaveLength(100);
  });

  test("whose pages come slowly ends in time", async () => {
    answer = (request, response) => {
      const slowly = json(page([membership], String(heard.length), true));
      setTimeout(() => slowly(request, response), 300);
    };
    const start = performance.now();
    await expect(listed()).rejects.toEqual(unavailable);
    expect(performance.now() - start).toBeLessThan(4_000);
  });

  test("that we may not see, or of what Whop does not know, is never an empty one", async () => {
    const lists = [
      () => listed(),
      () => client.listPromoCodes({ companyId: "biz_a" }),
      () => client.listMessages({ channelId: "exp_a", limit: 10 }),
      () => client.listChatChannels("biz_a"),
      () => client.listOwnExperiences("biz_a"),
      () => client.listForums("biz_a"),
      () => client.listTeam("biz_a"),
    ];
    for (const list of lists) {
      answer = json({ error: { type: "forbidden", message: "No." } }, 403);
      await expect(list()).rejects.toMatchObject({ code: "forbidden", status: 403 });
      answer = json({ error: { type: "not_found", message: "No." } }, 404);
      await expect(list()).rejects.toMatchObject({ code: "not_found", status: 404 });
      answer = json({ error: { type: "unauthorized", message: "No." } }, 401);
      await expect(list()).rejects.toEqual(unavailable);
    }
  });

  test("passes on how long a busy Whop wants to be left alone", async () => {
    answer = json({ error: { type: "rate_limit_exceeded", message: "Try again in 12 seconds." } }, 429);
    await expect(listed()).rejects.toMatchObject({ code: "unavailable", retryAfterSeconds: 12 });
    expect(heard).toHaveLength(1);
  });

  test("of something that cannot be asked about is asked of nobody", async () => {
    await expect(client.listMemberships({ companyId: "exp_a", userId: "user_a" })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(client.listMemberships({ companyId: "biz_a", userId: "../a" })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(client.listPromoCodes({ companyId: "" })).rejects.toMatchObject({ code: "not_found" });
    expect(heard).toEqual([]);
  });
});

describe("a membership", () => {
  test("that we may not see is not one that is gone", async () => {
    answer = json({ error: { type: "forbidden", message: "No." } }, 403);
    await expect(client.retrieveMembership("mem_a")).rejects.toMatchObject({ code: "forbidden" });
    answer = json({ error: { type: "not_found", message: "No." } }, 404);
    expect(await client.retrieveMembership("mem_a")).toBeNull();
  });

  test.each([403, 404])("is neither gone nor unseen because something in between answers %i", async (status) => {
    for (const stranger of [text("<h1>Not here</h1>", status), text("", status), json({ message: "No." }, status)]) {
      answer = stranger;
      await expect(client.retrieveMembership("mem_a")).rejects.toEqual(unavailable);
      await expect(listed()).rejects.toEqual(unavailable);
    }
  });

  test("other than the one asked for is refused", async () => {
    answer = json({ ...membership, id: "mem_b" });
    await expect(client.retrieveMembership("mem_a")).rejects.toEqual(unavailable);
  });
});

const message = {
  id: "post_a",
  content: "Hello",
  user: { id: "user_a" },
  created_at: "2026-11-01T00:00:00.000Z",
  message_type: "regular",
  is_pinned: false,
  reaction_counts: [],
};
const forumPost = {
  id: "post_a",
  parent_id: null,
  title: null,
  content: "Hello",
  user: { id: "user_a" },
  created_at: "2026-11-01T00:00:00.000Z",
  is_pinned: false,
  comment_count: 0,
  like_count: null,
};

describe("a page", () => {
  test("ends where Whop says so, whatever cursor it leaves behind", async () => {
    answer = json(page([message], "cursor", false));
    expect(await client.readMessages({ channelId: "feed_a", direction: "asc" })).toMatchObject({
      items: [{ id: "post_a" }],
      nextCursor: null,
    });
  });

  test("of who has no account any more is read, without a name", async () => {
    answer = json(page([{ ...message, user: null }], null, false));
    const { items } = await client.readMessages({ channelId: "feed_a", direction: "asc" });
    expect(items).toMatchObject([{ id: "post_a", userId: null }]);
  });

  test.each<[string, () => Answer]>([
    ["promises more without a cursor", () => json(page([message], null, true))],
    ["has an entry of another form", () => json(page([message, { id: "post_b" }], null, false))],
    ["counts below nothing", () => json(page([{ ...message, reaction_counts: [{ count: -1 }] }], null, false))],
    ["is no page", () => json({ nothing: "of the kind" })],
  ])("that %s is unavailable, not short", async (_, wrong) => {
    answer = wrong();
    await expect(client.readMessages({ channelId: "feed_a", direction: "asc" })).rejects.toEqual(unavailable);
  });

  test("of comments holds none of another post, and one of posts no comments", async () => {
    const comment = { ...forumPost, id: "post_b", parent_id: "post_a" };
    answer = json(page([forumPost, comment, { ...comment, id: "post_c", parent_id: "post_x" }], null, false));
    const read = async (parentId?: string) =>
      (await client.readForumPosts({ experienceId: "exp_a", parentId })).items.map(({ id }) => id);
    expect(await read()).toEqual(["post_a"]);
    expect(await read("post_a")).toEqual(["post_b"]);
    expect(heard.map(({ url }) => url)).toEqual([
      "/api/v1/forum_posts?experience_id=exp_a&first=100",
      "/api/v1/forum_posts?experience_id=exp_a&parent_id=post_a&first=100",
    ]);
  });

  test("of reactions to something else is refused: they would be credited to the wrong author", async () => {
    const reaction = { id: "reac_a", resource_id: "post_a", emoji: null, user: { id: "user_a" } };
    answer = json(page([reaction], null, false));
    expect((await client.readReactions({ resourceId: "post_a" })).items).toHaveLength(1);
    await expect(client.readReactions({ resourceId: "post_b" })).rejects.toEqual(unavailable);
  });

  test("that is refused for its cursor is told from one that is refused without, and from something in between", async () => {
    const read = (after?: string) => client.readMessages({ channelId: "feed_a", direction: "asc", after });
    answer = json({ error: { type: "bad_request", message: "after is not a cursor." } }, 400);
    await expect(read("old")).rejects.toMatchObject({ code: "bad_request" });
    await expect(read()).rejects.toEqual(unavailable);
    answer = text("<h1>Bad request</h1>", 400);
    await expect(read("old")).rejects.toEqual(unavailable);
  });

  test("that a busy Whop does not give is to be asked for in a minute, where it names no time", async () => {
    answer = json({ error: { type: "rate_limit_exceeded", message: "Slow down." } }, 429);
    await expect(client.readMessages({ channelId: "feed_a", direction: "asc" })).rejects.toMatchObject({
      code: "unavailable",
      retryAfterSeconds: 60,
    });
  });
});

describe.each([
  ["message", message, (id: string) => client.retrieveMessage(id)],
  ["forum post", forumPost, (id: string) => client.retrieveForumPost(id)],
] as const)("a %s", (_, shown, retrieve) => {
  test("is gone only by Whop's own word", async () => {
    answer = json(shown);
    expect(await retrieve("post_a")).toMatchObject({ id: "post_a", content: "Hello" });
    answer = json({ error: { type: "not_found", message: "No." } }, 404);
    expect(await retrieve("post_a")).toBeNull();
    answer = json({ error: { type: "forbidden", message: "No." } }, 403);
    await expect(retrieve("post_a")).rejects.toMatchObject({ code: "forbidden" });
    for (const wrong of [
      text("<h1>Not here</h1>", 404),
      json(null),
      json({ ...shown, id: "post_b" }),
      json(page([], null, false)),
    ]) {
      answer = wrong;
      await expect(retrieve("post_a")).rejects.toEqual(unavailable);
    }
  });

  test("with an odd id is asked for under that id and no other path", async () => {
    answer = json({ error: { type: "not_found", message: "No." } }, 404);
    for (const id of ["", ".", "..", "../users/user_a", "a/b", "a?b=c"]) await retrieve(id).catch(() => undefined);
    expect(heard.every(({ url }) => /^\/api\/v1\/(messages|forum_posts)\/[^/?]*$/.test(url ?? ""))).toBe(true);
  });
});
