import { z } from "zod";
import { USER_TOKEN_HEADER } from "@/lib/auth/user-token";
import { AppError } from "@/lib/errors";
import type { RouteDeps } from "@/lib/http/declaration";
import { routeWith } from "@/lib/http/route";
import { OWN_ORIGIN, routeDeps, type TestDeps } from "@/tests/support/route-deps";
import { type Served, serve } from "@/tests/support/serve";

const ROLES = {
  "biz_a user_member": "member",
  "biz_a user_moderator": "moderator",
  "biz_a user_admin": "admin",
  "biz_b user_other": "admin",
} as const;

const Body = z.strictObject({ experienceId: z.string(), amount: z.number().int().min(1).max(100) });
const served: Served[] = [];

afterEach(async () => {
  for (const server of served.splice(0)) await server.stop();
});

async function serving(handler: (request: Request) => Promise<Response>): Promise<string> {
  const server = await serve(handler);
  served.push(server);
  return server.url;
}

/** A route as the app has them: members of the community named in the body may call it. */
async function aRoute(options: { auth?: "member" | "staff" | "admin"; deps?: TestDeps; max?: number } = {}) {
  const deps = options.deps ?? routeDeps(ROLES);
  const handled: unknown[] = [];
  const handler = routeWith(() => deps, {
    auth: options.auth ?? "member",
    body: Body,
    limit: { name: "test", per: "caller", max: options.max ?? 1_000, windowSeconds: 60 },
    community: ({ body }) => body.experienceId,
    handle: async (_deps, { caller, communityId, body }) => {
      handled.push({ caller, communityId, body });
      return { success: true };
    },
  });
  return { url: await serving(handler), deps, handled, handler };
}

function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(url, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json", [USER_TOKEN_HEADER]: "user_member", ...headers },
  });
}

/** The body of an error answer, held against the one shape all of them have. */
async function errorOf(response: Response) {
  const body = await response.json();
  expect(body).toEqual({
    success: false,
    error: expect.objectContaining({ code: expect.any(String), message: expect.any(String) }),
    meta: { requestId: response.headers.get("x-request-id") },
  });
  return body.error;
}

const good = { experienceId: "exp_a", amount: 5 };

test("a member's request reaches the service with who calls, in which community, and the checked body", async () => {
  const { url, handled } = await aRoute();
  const response = await post(url, good);
  expect([response.status, await response.json()]).toEqual([200, { success: true }]);
  const caller = { userId: "user_member", communityId: "biz_a", role: "member" };
  expect(handled).toEqual([{ caller, communityId: "biz_a", body: good }]);
});

describe("another site's page cannot change state", () => {
  test.each([
    [{}, 200],
    [{ origin: OWN_ORIGIN }, 200],
    [{ origin: OWN_ORIGIN, "sec-fetch-site": "same-origin" }, 200],
    [{ origin: "https://evil.example" }, 403],
    [{ origin: "https://evil.apps.whop.com" }, 403],
    [{ origin: `${OWN_ORIGIN}.evil.example` }, 403],
    [{ origin: `${OWN_ORIGIN}:8443` }, 403],
    [{ origin: OWN_ORIGIN.toUpperCase() }, 403],
    [{ origin: "null" }, 403],
    [{ origin: "" }, 403],
    [{ "sec-fetch-site": "same-site" }, 403],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ "sec-fetch-site": "none" }, 403],
    [{ origin: OWN_ORIGIN, "sec-fetch-site": "cross-site" }, 403],
    [{ origin: "https://evil.example", "sec-fetch-site": "same-origin" }, 403],
  ])("%j answers %i", async (headers, status) => {
    const { handler, handled } = await aRoute();
    // fetch and undici refuse to send these headers over the wire, so the handler is called as Next calls it.
    const request = new Request(`${OWN_ORIGIN}/api/x`, {
      method: "POST",
      body: JSON.stringify(good),
      headers: { "content-type": "application/json", [USER_TOKEN_HEADER]: "user_member", ...headers },
    });
    const response = await handler(request);
    expect([response.status, handled.length]).toEqual([status, status === 200 ? 1 : 0]);
  });

  test.each(["POST", "PUT", "PATCH", "DELETE"])("%s is checked, also without a body", async (method) => {
    const handler = routeWith(() => routeDeps(), { auth: "none", handle: async () => ({}) });
    const send = (origin: string) => handler(new Request(`${OWN_ORIGIN}/api/x`, { method, headers: { origin } }));
    expect([(await send("https://evil.example")).status, (await send(OWN_ORIGIN)).status]).toEqual([403, 200]);
  });

  test("reading is not refused: a link from anywhere may open a GET", async () => {
    const handler = routeWith(() => routeDeps(), { auth: "none", handle: async () => ({}) });
    const headers = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    expect((await handler(new Request(`${OWN_ORIGIN}/api/x`, { headers }))).status).toBe(200);
  });
});

describe("bad bodies are refused, never a 500, and reach no service", () => {
  test.each([
    ["nothing", "", 400],
    ["half an object", '{"experienceId":"exp_a"', 400],
    ["a word", "amount", 400],
    ["a list", "[]", 400],
    ["null", "null", 400],
    ["a missing field", { experienceId: "exp_a" }, 400],
    ["a wrong type", { ...good, amount: "5" }, 400],
    ["a number too large for the rule", { ...good, amount: 1e9 }, 400],
    ["an unknown key", { ...good, xp: 1_000_000 }, 400],
    ["is_admin", { ...good, is_admin: true }, 400],
    ["community_id", { ...good, community_id: "biz_b" }, 400],
    ["__proto__", '{"experienceId":"exp_a","amount":5,"__proto__":{"admin":true}}', 400],
    ["constructor.prototype", '{"experienceId":"exp_a","amount":5,"constructor":{"prototype":{"admin":true}}}', 400],
    ["10,000 open lists", "[".repeat(10_000), 400],
    ["10,000 nested objects", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`, 400],
    ["a million items", `[${"1,".repeat(1_000_000)}1]`, 413],
    ["10 MB", JSON.stringify({ ...good, text: "x".repeat(10_000_000) }), 413],
  ])("%s", async (_, body, status) => {
    const { url, handled } = await aRoute();
    const startedAt = performance.now();
    const response = await post(url, body);
    expect(response.status).toBe(status);
    await errorOf(response);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(handled).toEqual([]);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test("a deep body is refused before it is parsed, and brackets inside texts do not count", async () => {
    const { url } = await aRoute();
    const deep = await post(url, `${"[".repeat(33)}${"]".repeat(33)}`);
    expect((await errorOf(deep)).message).toContain("nested deeper");
    const flat = await post(url, { experienceId: `exp_a"${"[{\\".repeat(50)}`, amount: 5 });
    expect(flat.status).toBe(404);
  });

  test("the answer says where the fault is, without repeating what was sent", async () => {
    const { url } = await aRoute();
    const error = await errorOf(await post(url, { experienceId: "exp_a", amount: "CANARY", extra: "CANARY" }));
    expect(error.code).toBe("bad_request");
    expect(error.details).toEqual(expect.arrayContaining([{ path: "amount", message: expect.any(String) }]));
    expect(JSON.stringify(error)).not.toContain("CANARY");
  });

  test("a thousand faults, or one with a very long name, make a short answer", async () => {
    const handler = routeWith(() => routeDeps(), {
      auth: "none",
      body: z.array(z.strictObject({})),
      handle: async () => ({}),
    });
    const url = await serving(handler);
    for (const body of [Array(1_000).fill(1), [{ ["k".repeat(100_000)]: 1 }]]) {
      const text = await (await post(url, body)).text();
      expect(text.length).toBeLessThan(5_000);
      expect(JSON.parse(text).error.details.length).toBeLessThanOrEqual(20);
    }
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "application/jsonp",
    "",
  ])("content type %j answers 415", async (type) => {
    const { handler, handled } = await aRoute();
    const headers: Record<string, string> = { [USER_TOKEN_HEADER]: "user_member", "content-type": type };
    const response = await handler(
      new Request("http://x/api", { method: "POST", body: JSON.stringify(good), headers }),
    );
    expect([response.status, handled.length]).toEqual([415, 0]);
  });

  test("a compressed body answers 415: nothing is unpacked", async () => {
    const { url } = await aRoute();
    expect((await post(url, good, { "content-encoding": "gzip" })).status).toBe(415);
  });

  test("bytes that are not UTF-8 answer 400, also inside an allowed text", async () => {
    const { url, handled } = await aRoute();
    const body = Buffer.from(JSON.stringify({ experienceId: "exp_?", amount: 5 }));
    body[body.indexOf("?")] = 0xff;
    const headers = { "content-type": "application/json", [USER_TOKEN_HEADER]: "user_member" };
    const response = await fetch(url, { method: "POST", body, headers });
    expect([response.status, (await errorOf(response)).message]).toEqual([400, "The body is not valid UTF-8."]);
    expect(handled).toEqual([]);
  });
});

describe("queries", () => {
  const Query = z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(10) });
  const aQuery = () =>
    routeWith(() => routeDeps(), { auth: "none", query: Query, handle: async (_, { query }) => query });
  const ask = async (search: string) => (await aQuery())(new Request(`http://x/api?${search}`));

  test("are checked and given their defaults", async () => {
    expect(await (await ask("")).json()).toEqual({ limit: 10 });
    expect(await (await ask("limit=7")).json()).toEqual({ limit: 7 });
  });

  test.each([
    "limit=1e9",
    "limit=0",
    "limit=x",
    "limit=5&limit=6",
    "limit=5&admin=1",
    "__proto__=1",
    "__proto__[admin]=1",
  ])("%s answers 400", async (search) => expect((await ask(search)).status).toBe(400));
});

test("a schema that lets unknown keys pass is refused when the route is declared", () => {
  const declare = (schema: z.ZodType, part: "body" | "query" = "body") => {
    return () => routeWith(() => routeDeps(), { auth: "none", [part]: schema, handle: async () => ({}) });
  };
  expect(declare(z.object({ a: z.string() }))).toThrow("strictObject");
  expect(declare(z.looseObject({}))).toThrow("strictObject");
  expect(declare(z.object({}), "query")).toThrow("strictObject");
  expect(declare(z.strictObject({}))).not.toThrow();
});

describe("who may call", () => {
  const callers = ["user_member", "user_moderator", "user_admin", "user_other", "user_stranger"];

  test.each([
    ["member", [200, 200, 200, 404, 404]],
    ["staff", [403, 200, 200, 404, 404]],
    ["admin", [403, 403, 200, 404, 404]],
  ] as const)(
    "a route for %s answers member, moderator, admin, another community's admin and a stranger %j",
    async (auth, expected) => {
      const { url, handled } = await aRoute({ auth });
      const answers = await Promise.all(callers.map((caller) => post(url, good, { [USER_TOKEN_HEADER]: caller })));
      expect(answers.map((answer) => answer.status)).toEqual(expected);
      expect(handled).toHaveLength(expected.filter((status) => status === 200).length);
    },
  );

  test("a community that is not yours and one that does not exist get the same answer", async () => {
    const { url } = await aRoute();
    const answers = await Promise.all(
      ["exp_b", "exp_nowhere"].map((experienceId) => post(url, { ...good, experienceId })),
    );
    const [other, nowhere] = await Promise.all(answers.map(errorOf));
    expect(answers.map((answer) => answer.status)).toEqual([404, 404]);
    expect(other).toEqual(nowhere);
  });

  test("no token and a bad token answer 401 before anything of the body is read", async () => {
    const { handler, handled } = await aRoute();
    for (const headers of [new Headers(), new Headers({ [USER_TOKEN_HEADER]: "forged" })]) {
      const request = new Request("http://x/api", { method: "POST", body: JSON.stringify(good), headers });
      const response = await handler(request);
      expect([response.status, request.bodyUsed]).toEqual([401, false]);
      expect((await errorOf(response)).code).toBe("unauthorized");
    }
    expect(handled).toEqual([]);
  });

  test("an optional caller is nobody without a token, a visitor with one, and refused with a bad one", async () => {
    const handler = routeWith(() => routeDeps(ROLES), {
      auth: "optional",
      community: () => "exp_a",
      handle: async (_, { caller, communityId }) => ({ caller, communityId }),
    });
    const ask = (headers: Record<string, string>) => handler(new Request("http://x/api", { headers }));
    expect(await (await ask({})).json()).toEqual({ caller: null, communityId: "biz_a" });
    expect((await (await ask({ [USER_TOKEN_HEADER]: "user_admin" })).json()).caller.role).toBe("admin");
    expect((await (await ask({ [USER_TOKEN_HEADER]: "user_other" })).json()).caller.role).toBeNull();
    expect((await ask({ [USER_TOKEN_HEADER]: "forged" })).status).toBe(401);
  });

  test("when Whop cannot be asked the answer is 503, never yes", async () => {
    const away = async () => {
      throw new AppError("unavailable", "Whop does not answer right now.", { retryAfterSeconds: 5 });
    };
    for (const replaced of [
      { access: { roleIn: away } },
      { communities: { resolve: away } },
      { tokens: { verify: away } },
    ]) {
      const { url, handled } = await aRoute({ deps: routeDeps(ROLES, replaced) });
      const response = await post(url, good);
      expect([response.status, response.headers.get("retry-after"), handled.length]).toEqual([503, "5", 0]);
    }
  });

  test("each refusal is logged with who and what, and without the token", async () => {
    const { url, deps } = await aRoute({ auth: "admin" });
    await post(url, good);
    await post(url, good, { [USER_TOKEN_HEADER]: "CANARY" });
    expect(deps.records).toEqual([
      expect.objectContaining({
        level: "warn",
        status: 403,
        userId: "user_member",
        method: "POST",
        path: "/",
        requestId: expect.any(String),
      }),
      expect.objectContaining({ level: "warn", status: 401, method: "POST", path: "/" }),
    ]);
    expect(JSON.stringify(deps.records)).not.toContain("CANARY");
  });
});

test("the call after the last allowed one answers 429 and says how long to wait; other callers go on", async () => {
  const { url, handled } = await aRoute({ max: 3 });
  const answers = await Promise.all(Array.from({ length: 5 }, () => post(url, good)));
  const refused = answers.filter((answer) => answer.status === 429);
  expect([handled.length, refused.length]).toEqual([3, 2]);
  for (const answer of refused) {
    expect(answer.headers.get("retry-after")).toBe("60");
    expect((await errorOf(answer)).code).toBe("rate_limited");
  }
  expect((await post(url, good, { [USER_TOKEN_HEADER]: "user_admin" })).status).toBe(200);
});

test("a limit can count one more thing, and its key begins with the community", async () => {
  const keys: string[] = [];
  const limiter: RouteDeps["limiter"] = {
    limit: async ({ key }) => ({ allowed: keys.push(key) > 0, retryAfterSeconds: 1 }),
  };
  const handler = routeWith(() => routeDeps(ROLES, { limiter }), {
    auth: "member",
    body: Body,
    limit: { name: "x", per: "caller", and: ({ body }) => String(body.amount), max: 1, windowSeconds: 1 },
    community: ({ body }) => body.experienceId,
    handle: async () => ({}),
  });
  await post(await serving(handler), good);
  expect(keys).toEqual(["biz_a:user_member:5"]);
});

describe("failures", () => {
  const failing = (error: unknown) => {
    const deps = routeDeps();
    const handler = routeWith(() => deps, { auth: "none", handle: async () => Promise.reject(error) });
    return { deps, ask: () => handler(new Request("http://x/api/y?token=CANARY")) };
  };

  test.each([
    ["a lost connection", Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:5432"), { code: "ECONNREFUSED" })],
    ["a server shutting down", Object.assign(new Error("terminating connection"), { code: "57P01" })],
    ["a statement timeout", Object.assign(new Error("canceling statement"), { code: "57014" })],
  ])("%s of the database answers 503 with Retry-After", async (_, error) => {
    const { ask, deps } = failing(error);
    const response = await ask();
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "2"]);
    expect(JSON.stringify(await errorOf(response))).not.toMatch(/127\.0\.0\.1|terminating|canceling/);
    expect(deps.records).toEqual([expect.objectContaining({ level: "warn", status: 503 })]);
  });

  test.each([
    ["an error of Postgres", Object.assign(new Error('relation "secret_table" does not exist'), { code: "42P01" })],
    ["a defect", new TypeError("Cannot read properties of undefined (reading 'secret_table')")],
    ["a thrown text", "secret_table"],
  ])("%s answers 500 without a word of it, and the log has its cause", async (_, error) => {
    const { ask, deps } = failing(error);
    const response = await ask();
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toMatch(/secret_table|stack|at /i);
    expect(JSON.parse(text).error).toEqual({ code: "internal", message: expect.any(String) });
    expect(deps.records).toEqual([expect.objectContaining({ level: "error", path: "/api/y", err: expect.anything() })]);
    expect(JSON.stringify(deps.records)).toContain("secret_table");
    expect(JSON.stringify(deps.records)).not.toContain("CANARY");
  });

  test("our own errors keep their code, message, details and Retry-After", async () => {
    const { ask } = failing(
      new AppError("cooldown", "Still cooling down.", { details: { seconds: 23 }, retryAfterSeconds: 22.3 }),
    );
    const response = await ask();
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "23"]);
    expect(await errorOf(response)).toEqual({
      code: "cooldown",
      message: "Still cooling down.",
      details: { seconds: 23 },
    });
  });

  test("dependencies that cannot be built answer 500 with the usual body", async () => {
    const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    const handler = routeWith(
      (): RouteDeps => {
        throw new Error("no database");
      },
      { auth: "none", handle: async () => ({}) },
    );
    const response = await handler(new Request("http://x/api"));
    write.mockRestore();
    expect(response.status).toBe(500);
    await errorOf(response);
  });
});

describe("every answer", () => {
  const outcomes = { ok: 200, forbidden: 403, not_found: 404, internal: 500 } as const;

  test.each(Object.entries(outcomes))("%s: carries the security headers and is never cached", async (code, status) => {
    const handler = routeWith(() => routeDeps(), {
      auth: "none",
      handle: async () => (code === "ok" ? {} : Promise.reject(new AppError(code as "forbidden", "no"))),
    });
    const response = await fetch(await serving(handler));
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "content-type": "application/json; charset=utf-8",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "strict-origin-when-cross-origin",
      "strict-transport-security": expect.stringMatching(/^max-age=\d{8,}; includeSubDomains$/),
      "x-content-type-options": "nosniff",
      "x-request-id": expect.any(String),
    });
    expect(response.headers.has("x-frame-options")).toBe(false);
    expect(response.headers.has("access-control-allow-origin")).toBe(false);
  });

  test("an answer built by the route keeps its status, body and own headers, and gets the others", async () => {
    const handler = routeWith(() => routeDeps(), {
      auth: "none",
      handle: async () =>
        new Response("a,b", { status: 201, headers: { "content-type": "text/csv", "cache-control": "private" } }),
    });
    const response = await fetch(await serving(handler));
    expect([response.status, await response.text()]).toEqual([201, "a,b"]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/csv",
      "cache-control": "private",
      "x-content-type-options": "nosniff",
      "x-request-id": expect.any(String),
    });
  });

  test.each([
    ["a harmless one is kept", "req_0123-abc", true],
    ["too short", "abc", false],
    ["too long", "x".repeat(65), false],
    ["with markup", "<script>1</script>", false],
  ])("request id: %s", async (_, given, kept) => {
    const seen: string[] = [];
    const handler = routeWith(() => routeDeps(), {
      auth: "none",
      handle: async (_deps, { requestId }) => ({ id: seen.push(requestId) }),
    });
    const response = await fetch(await serving(handler), { headers: { "x-request-id": given } });
    const id = response.headers.get("x-request-id");
    expect(id === given).toBe(kept);
    expect(id).toMatch(/^[\w-]{8,64}$/);
    expect(seen).toEqual([id]);
  });
});

test("a route says what it is without being called, for the isolation matrix", async () => {
  const { handler } = await aRoute({ auth: "staff" });
  expect(handler.meta).toEqual({
    auth: "staff",
    body: "json",
    hasQuery: false,
    limit: { name: "test", per: "caller", max: 1_000, windowSeconds: 60 },
    maxBodyBytes: 1_000_000,
  });
});
