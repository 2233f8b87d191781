import { randomBytes } from "node:crypto";
import { startUpstashServer, type UpstashServer } from "@/dev/redis/upstash-server";
import { startWhopSimulator, type WhopSimulator } from "@/dev/whop/simulator";
import { USER_TOKEN_HEADER } from "@/lib/auth/user-token";
import { createDeps, type Deps, setDeps } from "@/lib/deps";
import { readEnv } from "@/lib/env";
import { createLogger } from "@/lib/log";
import { aDatabase, type TestDatabase } from "@/tests/support/database";
import { serveRealtime, type TestRealtime } from "@/tests/support/realtime";
import { aRealRedisUrl } from "@/tests/support/redis";
import { allRoutes, routeFor } from "@/tests/support/routes";
import { type Served, serve } from "@/tests/support/serve";

export interface TestApp {
  url: string;
  deps: Deps;
  database: TestDatabase;
  whop: WhopSimulator;
  redis: UpstashServer;
  /** Only of an app that was started with it. */
  readonly realtime: TestRealtime;
  /** Every record that the routes have logged, as it was written. */
  log: string[];
  /** Calls the app as the iframe of a signed-in person does; without `as`, as nobody. */
  call(path: string, request?: AppRequest): Promise<Response>;
  stop(): Promise<void>;
}

export interface AppRequest {
  /** GET without a body, POST with one, unless said. */
  method?: string;
  /** A user id, for whom Whop signs a token. */
  as?: string;
  /** Sent as JSON; a string as it is. */
  json?: unknown;
  headers?: Record<string, string>;
}

export interface TestAppOptions {
  /** Variables that differ from the usual ones. */
  env?: Record<string, string>;
  /** A database of its own when absent. */
  databaseUrl?: string;
  /** With a Realtime server over its database. */
  realtime?: boolean;
  /** The clock of the app and of Whop, where it is not the machine's; Postgres has its own. */
  now?: () => Date;
}

/** All routes of the app on one port, with real parts behind them: only Whop is simulated, over HTTP. */
export async function startApp(options: TestAppOptions = {}): Promise<TestApp> {
  // First, because a route that cannot even be loaded must not leave servers running.
  const routes = await allRoutes();
  const [database, whop, redis] = await Promise.all([
    aDatabase(),
    startWhopSimulator({ rateLimitPerMinute: 0, now: options.now }),
    aRealRedisUrl().then((redisUrl) => startUpstashServer({ redisUrl })),
  ]);
  const realtime = options.realtime ? await serveRealtime(database.ownerUrl) : undefined;
  const env = readEnv({
    APP_URL: "https://app.wee5.test",
    DATABASE_URL: options.databaseUrl ?? database.appUrl,
    UPSTASH_REDIS_REST_URL: redis.url,
    UPSTASH_REDIS_REST_TOKEN: redis.token,
    WHOP_API_KEY: whop.apiKey,
    WHOP_WEBHOOK_SECRET: whop.webhookSecret,
    WHOP_BASE_URL: whop.baseUrl,
    WHOP_BOT_USER_ID: whop.botUserId,
    NEXT_PUBLIC_WHOP_APP_ID: whop.appId,
    ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    LOG_LEVEL: "silent",
    ...(realtime ? supabaseVariables(realtime) : {}),
    ...options.env,
  });
  const log: string[] = [];
  const deps: Deps = {
    ...createDeps(env),
    ...(options.now ? { now: options.now } : {}),
    log: createLogger(
      { logLevel: "debug" },
      { secrets: [whop.webhookSecret], destination: { write: (line) => log.push(line) } },
    ),
  };
  setDeps(deps);
  const served = await serve(async (request) => {
    const route = routeFor(routes, new URL(request.url).pathname);
    const handler = route?.handlers[request.method as keyof typeof route.handlers]; // an unknown method finds none
    return handler ? handler(request) : new Response(null, { status: 404 });
  });
  return {
    url: served.url,
    deps,
    database,
    whop,
    redis,
    get realtime() {
      if (!realtime) throw new Error("Start the app with `realtime: true`.");
      return realtime;
    },
    log,
    call: (path, request) => call(served, whop, path, request),
    async stop() {
      await served.stop();
      setDeps(undefined);
      await realtime?.closePages();
      await deps.realtime?.broadcaster.idle();
      await Promise.all([deps.db.destroy(), deps.redis.close()]);
      await Promise.all([whop.stop(), redis.stop(), realtime?.stop()]);
      await database.drop();
    },
  };
}

function supabaseVariables({ server, anonKey, serviceRoleKey, jwtSecret }: TestRealtime): Record<string, string> {
  return {
    NEXT_PUBLIC_SUPABASE_URL: server.url,
    NEXT_PUBLIC_SUPABASE_ANON_KEY: anonKey,
    SUPABASE_SERVICE_ROLE_KEY: serviceRoleKey,
    SUPABASE_JWT_SECRET: jwtSecret,
  };
}

/** One app for the tests of a file: started before the first, stopped after the last. */
export function anApp(options: TestAppOptions = {}): () => TestApp {
  let app: TestApp | undefined;
  beforeAll(async () => {
    app = await startApp(options);
  });
  afterEach(() => app?.whop.faults.clear());
  afterAll(() => app?.stop());
  return () => {
    if (app === undefined) throw new Error("The app starts with the first test of the file, not earlier.");
    return app;
  };
}

async function call({ url }: Served, whop: WhopSimulator, path: string, request: AppRequest = {}): Promise<Response> {
  const { as, json, method = json === undefined ? "GET" : "POST" } = request;
  const headers = new Headers();
  if (json !== undefined) headers.set("content-type", "application/json");
  if (as !== undefined) headers.set(USER_TOKEN_HEADER, await whop.mintToken(as));
  for (const [name, value] of Object.entries(request.headers ?? {})) headers.set(name, value);
  const body = json === undefined ? undefined : typeof json === "string" ? json : JSON.stringify(json);
  return fetch(`${url}${path}`, { method, headers, body });
}
