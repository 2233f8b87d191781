import { NextRequest } from "next/server";

const ENV = {
  APP_URL: "https://wee5.example.com",
  DATABASE_URL: "postgres://wee5_app:p@db/postgres",
  REDIS_URL: "redis://redis",
  WHOP_API_KEY: "key",
  WHOP_WEBHOOK_SECRET: "ws_0123456789abcdef",
  NEXT_PUBLIC_WHOP_APP_ID: "app_1",
  ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
};

/** The answer of proxy.ts in a process that was started with these variables. */
async function proxied(path: string, variables: Record<string, string> = {}): Promise<Response> {
  const before = process.env;
  process.env = { ...before, ...ENV, ...variables };
  try {
    let answer: Response | undefined;
    await jest.isolateModulesAsync(async () => {
      const { proxy } = await import("@/proxy");
      answer = proxy(new NextRequest(`https://wee5.example.com${path}`));
    });
    if (answer === undefined) throw new Error("The proxy gave no answer.");
    return answer;
  } finally {
    process.env = before;
  }
}

async function directives(variables: Record<string, string> = {}): Promise<Map<string, string>> {
  const policy = (await proxied("/", variables)).headers.get("content-security-policy") ?? "";
  return new Map(
    policy.split("; ").map((directive) => [directive.split(" ")[0] ?? "", directive.split(" ").slice(1).join(" ")]),
  );
}

test("only Whop's own pages may frame us, by exact host", async () => {
  expect((await directives()).get("frame-ancestors")).toBe("https://whop.com https://dash.whop.com");
});

test("who may frame us is read when the process starts, not when it is built", async () => {
  const policy = await directives({ WHOP_FRAME_ANCESTORS: "http://localhost:4000" });
  expect(policy.get("frame-ancestors")).toBe("http://localhost:4000");
});

test("scripts run by a nonce that is new in each answer; plug-ins, foreign bases and evaluated code never", async () => {
  const [first, second] = [await directives(), await directives()];
  expect(first.get("script-src")).toMatch(/^'self' 'nonce-[A-Za-z0-9+/]{22}==' 'strict-dynamic'$/);
  expect(first.get("script-src")).not.toBe(second.get("script-src"));
  expect([first.get("object-src"), first.get("base-uri")]).toEqual(["'none'", "'none'"]);
});

test("pages may call Realtime, over https and wss, and nobody else", async () => {
  expect((await directives()).get("connect-src")).toBe("'self'");
  const policy = await directives({
    NEXT_PUBLIC_SUPABASE_URL: "https://p.supabase.co/",
    NEXT_PUBLIC_SUPABASE_ANON_KEY: "anon-key",
    SUPABASE_SERVICE_ROLE_KEY: "service-key",
    SUPABASE_JWT_SECRET: "a secret of the project, long enough for HS256",
  });
  expect(policy.get("connect-src")).toBe("'self' https://p.supabase.co wss://p.supabase.co");
});

test("plain http is used for nothing where the app is on https, and works where all is on one machine", async () => {
  expect((await directives()).has("upgrade-insecure-requests")).toBe(true);
  const local = await directives({ APP_URL: "http://localhost:3000", WHOP_BASE_URL: "http://localhost:4000/api/v1" });
  expect(local.has("upgrade-insecure-requests")).toBe(false);
  expect(local.get("img-src")).toBe("'self' data: blob: https: http://localhost:4000");
});

test("an API address that cannot be decoded is not found, with the usual body; one that can goes on", async () => {
  const bad = await proxied("/api/%E0%A4%A");
  expect([bad.status, (await bad.json()).error.code]).toEqual([404, "not_found"]);
  expect((await proxied("/api/a%20b")).headers.get("x-middleware-next")).toBe("1");
});

test("a page address that cannot be decoded is the page of what is not there, with its policy", async () => {
  const { headers } = await proxied("/experiences/%E0%A4%A");
  expect(headers.get("x-middleware-rewrite")).toBe("https://wee5.example.com/no-such-page");
  expect(headers.get("content-security-policy")).toContain("frame-ancestors https://whop.com https://dash.whop.com");
  expect((await proxied("/experiences/a%20b")).headers.get("x-middleware-next")).toBe("1");
});
