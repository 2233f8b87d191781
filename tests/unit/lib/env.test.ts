import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ENV_KEYS, readEnv, secretValues } from "@/lib/env";

const example = parseExample();
const valid = {
  APP_URL: "https://wee5.example.com",
  DATABASE_URL: "postgres://wee5_app:p4ss@db.example.com:6543/postgres",
  REDIS_URL: "redis://redis.example.com:6379",
  WHOP_API_KEY: "apik_1234567890",
  WHOP_WEBHOOK_SECRET: "ws_0123456789abcdef",
  NEXT_PUBLIC_WHOP_APP_ID: "app_1",
  ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
};

const supabase = {
  NEXT_PUBLIC_SUPABASE_URL: "https://project.supabase.co/",
  NEXT_PUBLIC_SUPABASE_ANON_KEY: "anon-key",
  SUPABASE_SERVICE_ROLE_KEY: "service-key",
  SUPABASE_JWT_SECRET: "a secret of the project, long enough for HS256",
};

function parseExample(): Record<string, string> {
  const lines = readFileSync(join(process.cwd(), ".env.example"), "utf8").split("\n");
  return Object.fromEntries(
    lines.flatMap((line) => [/^([A-Z0-9_]+)=(.*)$/.exec(line)?.slice(1, 3) ?? []].filter((p) => p.length)),
  );
}

function complaint(source: Record<string, string | undefined>): string {
  try {
    readEnv(source);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "";
}

describe("readEnv", () => {
  test("the smallest environment is enough, and the rest has defaults", () => {
    const env = readEnv(valid);
    expect(env).toMatchObject({
      nodeEnv: "development",
      appOrigins: ["https://wee5.example.com"],
      redis: { kind: "redis", url: "redis://redis.example.com:6379" },
      whopBaseUrl: "https://api.whop.com/api/v1",
      whopJwksUrl: "https://api.whop.com/.well-known/jwks.json",
      whopFrameAncestors: ["https://whop.com", "https://dash.whop.com"],
      pricesUsd: { premium: 19, enterprise: 79 },
      operator: { name: undefined, supportEmail: undefined },
      logLevel: "info",
      trustedProxyHops: 0,
    });
    expect(env.encryptionKey).toHaveLength(32);
  });

  test.each([
    "APP_URL",
    "DATABASE_URL",
    "WHOP_API_KEY",
    "WHOP_WEBHOOK_SECRET",
    "NEXT_PUBLIC_WHOP_APP_ID",
    "ENCRYPTION_KEY",
  ])("without %s, or with it empty, the start is refused with one line that names it", (key) => {
    for (const value of [undefined, "", "   "]) {
      const message = complaint({ ...valid, [key]: value });
      expect(message).toMatch(new RegExp(`^${key} is missing: set it to `));
      expect(message).not.toContain("\n");
    }
  });

  test.each([
    "whsec_",
    "whsec_AAAA",
    "whsec_not base64 at all!!",
    "8-bytes!",
    "0123456789abcde",
    `good-enough-secret-1,short`,
  ])("the webhook secret %j protects nothing and is refused", (secret) => {
    const message = complaint({ ...valid, WHOP_WEBHOOK_SECRET: secret });
    expect(message).toMatch(/^WHOP_WEBHOOK_SECRET is not valid/);
  });

  test("several webhook secrets are read in order", () => {
    const secrets = ["ws_0123456789abcdef", `whsec_${Buffer.alloc(24, 1).toString("base64")}`];
    expect(readEnv({ ...valid, WHOP_WEBHOOK_SECRET: secrets.join(", ") }).whopWebhookSecrets).toEqual(secrets);
  });

  test.each([
    ["SUPPORT_EMAIL", "nobody"],
    ["APP_URL", "wee5.other.example"],
    ["APP_ORIGINS", "https://*.apps.whop.com"],
    ["APP_ORIGINS", "https://wee5.example.com/path"],
    ["DATABASE_URL", "mysql://localhost/x"],
    ["REDIS_URL", "http://localhost:6379"],
    ["WHOP_FRAME_ANCESTORS", "https://*.whop.com"],
    ["WHOP_FRAME_ANCESTORS", "https://whop.com; script-src *"],
    ["ENCRYPTION_KEY", Buffer.alloc(31).toString("base64")],
    ["ENCRYPTION_KEY", "not a key"],
    ["WEE5_PRICE_PREMIUM_USD", "free"],
    ["CRON_SECRET", "short"],
    ["TRUSTED_PROXY_HOPS", "-1"],
    ["REALTIME_MESSAGES_PER_SECOND", "many"],
    ["LOG_LEVEL", "loud"],
  ])("a bad %s (%j) is refused by name, and the value is not shown", (key, value) => {
    const message = complaint({ ...valid, [key]: value });
    expect(message).toMatch(new RegExp(`^${key} is not valid: set it `));
    expect(message).not.toContain(value);
  });

  test("Redis is required, by Upstash's pair or by an address; Upstash wins when both are there", () => {
    const { REDIS_URL: _, ...without } = valid;
    expect(complaint(without)).toMatch(/^UPSTASH_REDIS_REST_URL is missing: .*REDIS_URL/);
    expect(complaint({ ...without, UPSTASH_REDIS_REST_URL: "https://r.upstash.io" })).toMatch(
      /^UPSTASH_REDIS_REST_TOKEN is missing/,
    );
    const upstash = { UPSTASH_REDIS_REST_URL: "https://r.upstash.io/", UPSTASH_REDIS_REST_TOKEN: "token-1" };
    expect(readEnv({ ...valid, ...upstash }).redis).toEqual({
      kind: "upstash",
      url: "https://r.upstash.io",
      token: "token-1",
    });
  });

  test("without Supabase's variables there is no Realtime, with all four there is", () => {
    expect(readEnv(valid).supabase).toBeNull();
    expect(readEnv({ ...valid, ...supabase }).supabase).toEqual({
      url: "https://project.supabase.co",
      anonKey: "anon-key",
      serviceRoleKey: "service-key",
      jwtSecret: supabase.SUPABASE_JWT_SECRET,
      messagesPerSecond: 100,
    });
    const pro = { ...valid, ...supabase, REALTIME_MESSAGES_PER_SECOND: "500" };
    expect(readEnv(pro).supabase?.messagesPerSecond).toBe(500);
  });

  test.each(Object.keys(supabase))("a part of Supabase's variables, without %s, is refused by name", (key) => {
    expect(complaint({ ...valid, ...supabase, [key]: "" })).toMatch(
      new RegExp(`^${key} is missing: .* leave all four`),
    );
  });

  test("several faults are one line that names them all", () => {
    const message = complaint({ ...valid, APP_URL: "", LOG_LEVEL: "loud", ENCRYPTION_KEY: "x" });
    expect(message).toMatch(/^APP_URL is missing: .* \(also at fault: ENCRYPTION_KEY, LOG_LEVEL\)$/);
  });

  test("a key is read in base64 and in hex alike", () => {
    const hex = Buffer.alloc(32, 7).toString("hex");
    expect(readEnv({ ...valid, ENCRYPTION_KEY: hex }).encryptionKey).toEqual(readEnv(valid).encryptionKey);
  });
});

describe(".env.example", () => {
  test("lists every variable that is read, and no other", () => {
    expect(Object.keys(example).sort()).toEqual([...ENV_KEYS].sort());
  });

  test("has a comment above every variable", () => {
    const lines = readFileSync(join(process.cwd(), ".env.example"), "utf8").split("\n");
    const bare = lines.filter((line, index) => /^[A-Z0-9_]+=/.test(line) && !lines[index - 1]?.startsWith("# "));
    expect(bare).toEqual([]);
  });

  test("is a valid environment on one machine, also when built for production", () => {
    expect(readEnv(example).nodeEnv).toBe("development");
    expect(readEnv({ ...example, NODE_ENV: "production" }).nodeEnv).toBe("production");
  });

  test("production refuses each secret that is published in it", () => {
    const production = { ...valid, NODE_ENV: "production" };
    expect(complaint(production)).toBe("");
    const secrets = [
      "DATABASE_URL",
      "DIRECT_DATABASE_URL",
      "WHOP_API_KEY",
      "WHOP_WEBHOOK_SECRET",
      "CRON_SECRET",
      "ENCRYPTION_KEY",
    ];
    for (const key of secrets) {
      expect(complaint({ ...production, [key]: example[key] })).toMatch(
        new RegExp(`^${key} is a value published in the repository`),
      );
    }
    const jwtSecret = "super-secret-jwt-token-with-at-least-32-characters-long";
    expect(complaint({ ...production, ...supabase, SUPABASE_JWT_SECRET: jwtSecret })).toMatch(
      /^SUPABASE_JWT_SECRET is a value published/,
    );
  });

  test.each(["http://127.evil.example", "http://localhost.evil.example", "http://10.0.0.1"])(
    "%s is not this machine: published secrets are refused there",
    (url) =>
      expect(complaint({ ...example, NODE_ENV: "production", APP_URL: url })).toMatch(/published in the repository/),
  );
});

test("secretValues gives every secret, each webhook secret by itself", () => {
  const values = secretValues({ ...valid, WHOP_WEBHOOK_SECRET: "one-secret-0123456,two-secret-0123456" });
  expect(values).toEqual(
    expect.arrayContaining(["one-secret-0123456", "two-secret-0123456", valid.WHOP_API_KEY, valid.ENCRYPTION_KEY]),
  );
  expect(values).not.toContain(valid.APP_URL);
});
