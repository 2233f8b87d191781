import { join } from "node:path";
import { appVariables } from "@/dev/app-environment";
import type { Ports } from "@/dev/ports";
import { type Postgres, startPostgres } from "@/dev/postgres";
import { type RealtimeServer, startRealtimeServer } from "@/dev/realtime/server";
import { mintApiKey } from "@/dev/realtime/tokens";
import { startUpstashServer } from "@/dev/redis/upstash-server";
import { openSampleDatabase } from "@/dev/sample-database";
import type { Secrets } from "@/dev/secrets";
import { drawSample, FULL_SAMPLE, type Sample, type SampleSize } from "@/dev/seed/communities";
import { seedStack } from "@/dev/seed/seed-stack";
import type { StackOptions } from "@/dev/stack";
import type { WhopSimulator } from "@/dev/whop/simulator";
import { startSampleWhop } from "@/dev/whop-of-stack";

/** Of the sample: this one gives every role a name and a level that look well. */
const SEED = 14;

/** What stops the parts that run, in the order of their starts. */
export type Undo = (() => Promise<unknown>)[];

export type Basis = { folder: string; secrets: Secrets; ports: Ports };

export type Servers = {
  postgres: Postgres;
  realtime: RealtimeServer;
  whop: WhopSimulator;
  sample: Sample;
  /** The owner's address of the database. */
  ownerUrl: string;
  redisUrl: string;
  /** The app's environment. */
  variables: Record<string, string>;
};

/** Starts everything the app needs, with the sample communities in it. */
export async function startServers(options: StackOptions, basis: Basis, undo: Undo): Promise<Servers> {
  const { progress, signal, port } = options;
  const { folder, secrets, ports } = basis;
  const postgres = await startPostgres({ durable: true, dataDir: join(folder, "postgres"), port: ports.postgres });
  undo.push(() => postgres.stop());
  signal.throwIfAborted();
  const database = await openSampleDatabase(postgres.url, (url) => asApp(url, secrets), newSample(options.sample));
  progress.say("Postgres is up, the schema is current");

  const redis = await startUpstashServer({ port: ports.redis, token: secrets.redisToken, redisUrl: options.redisUrl });
  undo.push(() => redis.stop());
  const { jwtSecret } = secrets;
  const realtime = await startRealtimeServer({ port: ports.realtime, databaseUrl: database.ownerUrl, jwtSecret });
  undo.push(() => realtime.stop());

  const { seed, members, days, endsAt, state } = database.marker;
  const sample = drawSample(seed, { members, days }, endsAt);
  const {
    simulator: whop,
    save,
    stop,
  } = await startSampleWhop({
    secrets,
    sample,
    file: join(folder, "whop.json"),
    isNew: state === "seeding",
    port: ports.whop,
    webhookUrl: options.app === "none" ? undefined : `http://127.0.0.1:${port}/api/webhook`,
  });
  undo.push(stop);

  const usual = appVariables(
    {
      appUrl: `http://localhost:${port}`,
      proxyUrl: `http://127.0.0.1:${ports.proxy}`,
      databaseUrl: database.appUrl,
      directDatabaseUrl: database.ownerUrl,
      redisUrl: redis.url,
      supabaseUrl: realtime.url,
      whopBaseUrl: whop.baseUrl,
      whopUrl: whop.url,
    },
    secrets,
    { anonKey: await mintApiKey(jwtSecret, "anon"), serviceRoleKey: await mintApiKey(jwtSecret, "service_role") },
  );
  const variables = { ...usual, ...options.variables };
  if (state === "seeding") {
    await seedStack({ variables, sample, ownerUrl: database.ownerUrl, whop, progress, signal });
    await save(); // else a kill could leave rewards of which Whop knows nothing
    await database.setSeeded();
  }
  const redisUrl = options.redisUrl || redis.url;
  return { postgres, realtime, whop, sample, ownerUrl: database.ownerUrl, redisUrl, variables };
}

function newSample({ members, days }: SampleSize = FULL_SAMPLE) {
  // Two minutes ago, so that no cooldown of the history reaches into the present.
  const endsAt = new Date(Math.floor(Date.now() / 1000) * 1000 - 120_000);
  return { state: "seeding", seed: SEED, members, days, endsAt } as const;
}

function asApp(ownerUrl: string, { appPassword }: Secrets): string {
  const url = new URL(ownerUrl);
  url.username = "wee5_app";
  url.password = encodeURIComponent(appPassword);
  return url.href;
}
