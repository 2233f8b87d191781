import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { startPostgres } from "@/dev/postgres";
import { installRealtime } from "@/dev/realtime/install";
import { startRedisServer } from "@/dev/redis/server";
import { migrate } from "@/lib/db/migrate";
import { announceCluster, asApp, TEMPLATE, withDatabase } from "@/tests/support/cluster";
import { servers } from "@/tests/support/servers";

/** One Postgres for the whole run, with a migrated template that each test file clones, and one Redis where there is one. */
export default async function globalSetup(): Promise<void> {
  const appPassword = randomBytes(12).toString("hex");
  const [postgres, redis] = await Promise.all([
    startPostgres({ durable: false, settings: { max_connections: "400", shared_buffers: "256MB" } }),
    startRedisServer(),
  ]);
  servers.postgres = postgres;
  servers.redis = redis;
  await execute(postgres.url(), `create database ${TEMPLATE}`);
  const ownerUrl = withDatabase(postgres.url(), TEMPLATE);
  await installRealtime(ownerUrl);
  await migrate({ ownerUrl, appUrl: asApp(ownerUrl, appPassword) });
  // Nobody may connect, or cloning would fail while they do.
  await execute(postgres.url(), `alter database ${TEMPLATE} with is_template true allow_connections false`);
  announceCluster({ ownerUrl: postgres.url(), appPassword, redisUrl: redis?.url });
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}
