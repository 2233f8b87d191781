import { z } from "zod";
import { webhookKey } from "./whop/webhook-secret";

/**
 * The environment, read and checked once at start. Everything else in the app takes an `Env`, never `process.env`.
 * The object is read by key at run time: a dotted `process.env.NEXT_PUBLIC_…` would be frozen into the build.
 */
export interface Env {
  nodeEnv: "development" | "test" | "production";
  /** Public address of the app, without a trailing slash. */
  appUrl: string;
  /** Origins whose pages may change state (see lib/http/csrf.ts). */
  appOrigins: string[];
  databaseUrl: string;
  directDatabaseUrl?: string;
  redis: { kind: "upstash"; url: string; token: string } | { kind: "redis"; url: string };
  whopApiKey: string;
  whopAppId: string;
  whopWebhookSecrets: string[];
  whopBaseUrl: string;
  whopJwksUrl: string;
  whopBotUserId?: string;
  whopFrameAncestors: string[];
  /** For Realtime; null where there is none, and pages ask again by themselves. */
  supabase: {
    url: string;
    anonKey: string;
    serviceRoleKey: string;
    jwtSecret: string;
    /** What the plan allows for all communities together. */
    messagesPerSecond: number;
  } | null;
  sentryDsn?: string;
  cronSecret?: string;
  /** Exactly 32 bytes. */
  encryptionKey: Buffer;
  planIds: { premium?: string; enterprise?: string };
  /** US dollars a month. */
  pricesUsd: { premium: number; enterprise: number };
  /** Who runs this installation, as our public pages say. */
  operator: { name?: string; supportEmail?: string };
  logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
  /** Reverse proxies of ours in front of the app; each appends one entry to X-Forwarded-For. */
  trustedProxyHops: number;
  /** True on Vercel, whose edge overwrites the client's address headers. */
  onVercel: boolean;
}

type Source = Readonly<Record<string, string | undefined>>;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
/** Every secret in .env.example contains this text, so a copied file cannot reach production. */
const PLACEHOLDER = "change-me";
/** Published by Supabase for every local stack. */
const SUPABASE_LOCAL_JWT_SECRET = "super-secret-jwt-token-with-at-least-32-characters-long";

const text = z.string();
const identifier = z.string().regex(/^[\w-]+$/);
const httpUrl = z
  .string()
  .refine((value) => hasProtocol(value, "http:", "https:"))
  .transform((value) => value.replace(/\/+$/, ""));
const postgresUrl = z.string().refine((value) => hasProtocol(value, "postgres:", "postgresql:"));
const redisUrl = z.string().refine((value) => hasProtocol(value, "redis:", "rediss:"));
const origins = z
  .string()
  .transform(asList)
  .pipe(z.array(z.string().refine(isOrigin)).min(1));
const webhookSecrets = z
  .string()
  .transform(asList)
  .pipe(z.array(z.string().refine(isUsableWebhookSecret)).min(1));
const encryptionKey = z
  .string()
  .transform(keyBytes)
  .refine((bytes) => bytes.length === 32);
const price = z.coerce.number().positive().max(100_000);

/** Keys that people set, in the order in which problems are reported. */
const SCHEMA = z.object({
  APP_URL: httpUrl,
  APP_ORIGINS: origins.optional(),
  DATABASE_URL: postgresUrl,
  DIRECT_DATABASE_URL: postgresUrl.optional(),
  NEXT_PUBLIC_SUPABASE_URL: httpUrl.optional(),
  NEXT_PUBLIC_SUPABASE_ANON_KEY: text.optional(),
  SUPABASE_SERVICE_ROLE_KEY: text.optional(),
  SUPABASE_JWT_SECRET: text.min(32).optional(),
  REALTIME_MESSAGES_PER_SECOND: z.coerce.number().int().min(10).max(100_000).default(100),
  UPSTASH_REDIS_REST_URL: httpUrl.optional(),
  UPSTASH_REDIS_REST_TOKEN: text.optional(),
  REDIS_URL: redisUrl.optional(),
  WHOP_API_KEY: text,
  WHOP_WEBHOOK_SECRET: webhookSecrets,
  WHOP_BASE_URL: httpUrl.default("https://api.whop.com/api/v1"),
  WHOP_BOT_USER_ID: z
    .string()
    .regex(/^user_\w+$/)
    .optional(),
  // Exact hosts: *.whop.com would include the apps of other developers.
  WHOP_FRAME_ANCESTORS: origins.default(["https://whop.com", "https://dash.whop.com"]),
  NEXT_PUBLIC_WHOP_APP_ID: identifier,
  WHOP_PLAN_ID_PREMIUM: identifier.optional(),
  WHOP_PLAN_ID_ENTERPRISE: identifier.optional(),
  WEE5_PRICE_PREMIUM_USD: price.default(19),
  WEE5_PRICE_ENTERPRISE_USD: price.default(79),
  OPERATOR_NAME: text.max(100).optional(),
  SUPPORT_EMAIL: z.email().optional(),
  SENTRY_DSN: httpUrl.optional(),
  CRON_SECRET: text.min(16).optional(),
  ENCRYPTION_KEY: encryptionKey,
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  TRUSTED_PROXY_HOPS: z.coerce.number().int().min(0).max(10).default(0),
});

type Key = keyof typeof SCHEMA.shape;

/** Names of every variable that a person may set; `.env.example` lists the same ones. */
export const ENV_KEYS = Object.keys(SCHEMA.shape) as Key[];

/** Variables that never leave the process. */
const SECRET_KEYS: readonly Key[] = [
  "DATABASE_URL",
  "DIRECT_DATABASE_URL",
  "SUPABASE_SERVICE_ROLE_KEY",
  "SUPABASE_JWT_SECRET",
  "UPSTASH_REDIS_REST_TOKEN",
  "REDIS_URL",
  "WHOP_API_KEY",
  "WHOP_WEBHOOK_SECRET",
  "CRON_SECRET",
  "ENCRYPTION_KEY",
];

const ORIGINS_HINT = "exact origins such as https://example.com, separated by commas, without paths or wildcards";

const HINTS: Record<Key, string> = {
  APP_URL: "set it to the public address of the app, such as https://wee5.example.com",
  APP_ORIGINS: `set it to ${ORIGINS_HINT}`,
  DATABASE_URL: "set it to the app role's address, such as postgres://wee5_app:password@host:6543/postgres",
  DIRECT_DATABASE_URL: "set it to the owner's address, such as postgres://postgres:password@host:5432/postgres",
  NEXT_PUBLIC_SUPABASE_URL: "set it to the project's address, such as https://project.supabase.co",
  NEXT_PUBLIC_SUPABASE_ANON_KEY: "set it to the project's anon key",
  SUPABASE_SERVICE_ROLE_KEY: "set it to the project's service role key",
  SUPABASE_JWT_SECRET: "set it to the project's JWT secret, at least 32 characters",
  REALTIME_MESSAGES_PER_SECOND: "set it to the Supabase plan's limit of Realtime messages per second, 10 to 100000",
  UPSTASH_REDIS_REST_URL: "set it with UPSTASH_REDIS_REST_TOKEN to an Upstash database, or set REDIS_URL",
  UPSTASH_REDIS_REST_TOKEN: "set it together with UPSTASH_REDIS_REST_URL",
  REDIS_URL: "set it to an address such as redis://localhost:6379",
  WHOP_API_KEY: "set it to the API key of your Whop app",
  WHOP_WEBHOOK_SECRET:
    "set it to the secret of your Whop webhook (several separated by commas), each at least 16 bytes long",
  WHOP_BASE_URL: "set it to the address of Whop's API, such as https://api.whop.com/api/v1",
  WHOP_BOT_USER_ID: "set it to the user id of your app's agent, such as user_abc123",
  WHOP_FRAME_ANCESTORS: `set it to ${ORIGINS_HINT}`,
  NEXT_PUBLIC_WHOP_APP_ID: "set it to the id of your Whop app, such as app_abc123",
  WHOP_PLAN_ID_PREMIUM: "set it to a Whop plan id, such as plan_abc123",
  WHOP_PLAN_ID_ENTERPRISE: "set it to a Whop plan id, such as plan_abc123",
  WEE5_PRICE_PREMIUM_USD: "set it to a number of US dollars above 0",
  WEE5_PRICE_ENTERPRISE_USD: "set it to a number of US dollars above 0",
  OPERATOR_NAME: "set it to the name of who runs this installation, at most 100 characters",
  SUPPORT_EMAIL: "set it to an e-mail address such as support@example.com",
  SENTRY_DSN: "set it to the DSN of a Sentry project",
  CRON_SECRET: "set it to a random text of at least 16 characters",
  ENCRYPTION_KEY: "set it to 32 random bytes in base64 or hex (openssl rand -base64 32)",
  LOG_LEVEL: "set it to fatal, error, warn, info, debug, trace or silent",
  TRUSTED_PROXY_HOPS: "set it to the number of your own reverse proxies in front of the app, 0 to 10",
};

/**
 * Reads and checks the environment.
 * @throws Error whose message is one line that names every variable at fault, and never shows a value.
 */
export function readEnv(source: Source = process.env): Env {
  const given = withoutEmpty(source);
  const parsed = SCHEMA.safeParse(given);
  const problems = new Map<Key, string>();
  for (const issue of parsed.error?.issues ?? []) {
    const key = issue.path[0] as Key; // the schema is one flat object, so every path begins with a key of it
    problems.set(key, `${key} is ${given[key] === undefined ? "missing" : "not valid"}: ${HINTS[key]}`);
  }
  for (const [key, problem] of [...redisProblems(given), ...supabaseProblems(given)]) problems.set(key, problem);
  if (!parsed.success || problems.size > 0) throw new Error(oneLine(problems));

  const values = parsed.data;
  const nodeEnv = asNodeEnv(source.NODE_ENV);
  if (nodeEnv === "production" && !isLoopback(values.APP_URL)) refusePublishedSecrets(given);

  return {
    nodeEnv,
    appUrl: values.APP_URL,
    appOrigins: values.APP_ORIGINS ?? [new URL(values.APP_URL).origin],
    databaseUrl: values.DATABASE_URL,
    directDatabaseUrl: values.DIRECT_DATABASE_URL,
    redis: redisOf(values),
    whopApiKey: values.WHOP_API_KEY,
    whopAppId: values.NEXT_PUBLIC_WHOP_APP_ID,
    whopWebhookSecrets: values.WHOP_WEBHOOK_SECRET,
    whopBaseUrl: values.WHOP_BASE_URL,
    whopJwksUrl: `${new URL(values.WHOP_BASE_URL).origin}/.well-known/jwks.json`,
    whopBotUserId: values.WHOP_BOT_USER_ID,
    whopFrameAncestors: values.WHOP_FRAME_ANCESTORS,
    supabase: supabaseOf(values),
    sentryDsn: values.SENTRY_DSN,
    cronSecret: values.CRON_SECRET,
    encryptionKey: values.ENCRYPTION_KEY,
    planIds: { premium: values.WHOP_PLAN_ID_PREMIUM, enterprise: values.WHOP_PLAN_ID_ENTERPRISE },
    pricesUsd: { premium: values.WEE5_PRICE_PREMIUM_USD, enterprise: values.WEE5_PRICE_ENTERPRISE_USD },
    operator: { name: values.OPERATOR_NAME, supportEmail: values.SUPPORT_EMAIL },
    logLevel: values.LOG_LEVEL,
    trustedProxyHops: values.TRUSTED_PROXY_HOPS,
    onVercel: source.VERCEL === "1",
  };
}

/** The secret values among the given variables, for the log to blot out. */
export function secretValues(source: Source = process.env): string[] {
  return SECRET_KEYS.flatMap((key) => {
    const value = source[key]?.trim() ?? "";
    return key === "WHOP_WEBHOOK_SECRET" ? asList(value) : value ? [value] : [];
  });
}

/** `KEY=` in a file means "not set"; blanks round a pasted value are never meant. */
function withoutEmpty(source: Source): Partial<Record<Key, string>> {
  const given: Partial<Record<Key, string>> = {};
  for (const key of ENV_KEYS) {
    const value = source[key]?.trim();
    if (value) given[key] = value;
  }
  return given;
}

function redisProblems(given: Partial<Record<Key, string>>): [Key, string][] {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token, REDIS_URL: direct } = given;
  if (url && !token)
    return [["UPSTASH_REDIS_REST_TOKEN", `UPSTASH_REDIS_REST_TOKEN is missing: ${HINTS.UPSTASH_REDIS_REST_TOKEN}`]];
  if (url || direct) return [];
  return [["UPSTASH_REDIS_REST_URL", `UPSTASH_REDIS_REST_URL is missing: ${HINTS.UPSTASH_REDIS_REST_URL}`]];
}

/** With both set Upstash is meant: its local stand-in keeps its own data behind REDIS_URL. */
function redisOf(values: z.output<typeof SCHEMA>): Env["redis"] {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token, REDIS_URL: direct } = values;
  return url && token ? { kind: "upstash", url, token } : { kind: "redis", url: direct ?? "" };
}

const SUPABASE_KEYS = [
  "NEXT_PUBLIC_SUPABASE_URL",
  "NEXT_PUBLIC_SUPABASE_ANON_KEY",
  "SUPABASE_SERVICE_ROLE_KEY",
  "SUPABASE_JWT_SECRET",
] as const satisfies readonly Key[];

/** All of them, or none: with a part of them pages would try to listen and never hear anything. */
function supabaseProblems(given: Partial<Record<Key, string>>): [Key, string][] {
  const missing = SUPABASE_KEYS.filter((key) => !given[key]);
  if (missing.length === SUPABASE_KEYS.length) return [];
  return missing.map((key) => [key, `${key} is missing: ${HINTS[key]}, or leave all four of Supabase's empty`]);
}

function supabaseOf(values: z.output<typeof SCHEMA>): Env["supabase"] {
  const [url, anonKey, serviceRoleKey, jwtSecret] = SUPABASE_KEYS.map((key) => values[key]);
  if (!url || !anonKey || !serviceRoleKey || !jwtSecret) return null;
  return { url, anonKey, serviceRoleKey, jwtSecret, messagesPerSecond: values.REALTIME_MESSAGES_PER_SECOND };
}

function refusePublishedSecrets(given: Partial<Record<Key, string>>): void {
  for (const key of SECRET_KEYS) {
    const value = given[key] ?? "";
    const published =
      value.includes(PLACEHOLDER) ||
      value === SUPABASE_LOCAL_JWT_SECRET ||
      (key === "ENCRYPTION_KEY" && keyBytes(value).includes(PLACEHOLDER));
    if (published) throw new Error(`${key} is a value published in the repository: ${HINTS[key]}`);
  }
}

function oneLine(problems: Map<Key, string>): string {
  const [first, ...others] = ENV_KEYS.filter((key) => problems.has(key));
  const line = first === undefined ? "The environment is not valid" : (problems.get(first) ?? first);
  return others.length === 0 ? line : `${line} (also at fault: ${others.join(", ")})`;
}

function asNodeEnv(value: string | undefined): Env["nodeEnv"] {
  return value === "production" || value === "test" ? value : "development";
}

function asList(value: string): string[] {
  return value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function hasProtocol(value: string, ...protocols: string[]): boolean {
  return URL.canParse(value) && protocols.includes(new URL(value).protocol);
}

function isOrigin(value: string): boolean {
  return hasProtocol(value, "http:", "https:") && new URL(value).origin === value && !value.includes("*");
}

/** The address a browser on this machine would use: nobody else can reach it, so example secrets do no harm. */
function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}

function isUsableWebhookSecret(secret: string): boolean {
  try {
    return webhookKey(secret).length > 0;
  } catch {
    return false; // the hint says what is wrong, and this check must not show the value
  }
}

function keyBytes(value: string): Buffer {
  if (/^[0-9a-f]{64}$/i.test(value)) return Buffer.from(value, "hex");
  return BASE64.test(value) ? Buffer.from(value, "base64") : Buffer.alloc(0);
}
