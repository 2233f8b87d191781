import { randomBytes } from "node:crypto";
import { type Kysely, sql } from "kysely";
import { Client } from "pg";
import { type Postgres, startPostgres } from "@/dev/postgres";
import { startUpstashServer, type UpstashServer } from "@/dev/redis/upstash-server";
import { startWhopSimulator, type WhopSimulator } from "@/dev/whop/simulator";
import { createDatabase } from "@/lib/db/database";
import { migrate } from "@/lib/db/migrate";
import { type AppKind, type AppProcess, startAppProcess } from "@/tests/support/app-process";
import { asApp, withDatabase } from "@/tests/support/cluster";
import { steadyPort } from "@/tests/support/steady-port";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";
import type { DB } from "@/types/database";

/** Everything an experiment stands on but the app itself: a durable Postgres of its own, Redis, Whop with a community. */
export interface Ground {
  postgres: Postgres;
  ownerUrl: string;
  appDatabaseUrl: string;
  redis: UpstashServer;
  whop: WhopSimulator;
  community: CommunityInWhop;
  /** As the application's role, and as the owner: for looking, past whatever stands between the app and its database. */
  db: Kysely<DB>;
  owner: Kysely<DB>;
  /** The app on this ground; `env` replaces variables, so that something may stand between. Stopped with the ground at the latest. */
  startApp(kind: AppKind, env?: Record<string, string>): Promise<AppProcess>;
  stop(): Promise<void>;
}

export type GroundOptions = {
  postgres?: { dataDir?: string; settings?: Record<string, string> };
  /** A real Redis behind the Upstash server. */
  redisUrl?: string;
};

const DATABASE = "wee5";

/** Does some work on a ground of its own, which is gone afterwards. */
export async function onGround<T>(options: GroundOptions, work: (ground: Ground) => Promise<T>): Promise<T> {
  const ground = await prepareGround(options);
  try {
    return await work(ground);
  } finally {
    await ground.stop();
  }
}

export async function prepareGround(options: GroundOptions = {}): Promise<Ground> {
  const [postgres, redis, whop] = await Promise.all([
    startPostgres({ durable: true, port: await steadyPort(), ...options.postgres }),
    startUpstashServer({ redisUrl: options.redisUrl }),
    startWhopSimulator({ rateLimitPerMinute: 0 }),
  ]);
  await execute(postgres.url(), `create database ${DATABASE}`);
  const ownerUrl = withDatabase(postgres.url(), DATABASE);
  const appDatabaseUrl = asApp(ownerUrl, randomBytes(12).toString("hex"));
  await migrate({ ownerUrl, appUrl: appDatabaseUrl });
  const db = createDatabase(appDatabaseUrl, { max: 4 });
  const owner = createDatabase(ownerUrl, { max: 3 });
  const apps: AppProcess[] = [];
  const usual = {
    APP_URL: "http://localhost:3000",
    DATABASE_URL: appDatabaseUrl,
    UPSTASH_REDIS_REST_URL: redis.url,
    UPSTASH_REDIS_REST_TOKEN: redis.token,
    WHOP_API_KEY: whop.apiKey,
    WHOP_WEBHOOK_SECRET: whop.webhookSecret,
    WHOP_BASE_URL: whop.baseUrl,
    WHOP_BOT_USER_ID: whop.botUserId,
    NEXT_PUBLIC_WHOP_APP_ID: whop.appId,
    ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    LOG_LEVEL: "error",
  };
  return {
    postgres,
    ownerUrl,
    appDatabaseUrl,
    redis,
    whop,
    community: aCommunityIn(whop),
    db,
    owner,
    async startApp(kind, env = {}) {
      const app = await startAppProcess(kind, { ...usual, ...env });
      apps.push(app);
      return app;
    },
    async stop() {
      await Promise.all(apps.map((app) => app.stop()));
      await Promise.all([db.destroy(), owner.destroy()]);
      await Promise.all([postgres.stop(), redis.stop(), whop.stop()]);
    },
  };
}

/** What the database promises about a commit, as the app's own connections have it. */
export async function durabilitySettings({ db }: Ground): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')`.execute(
    db,
  );
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
