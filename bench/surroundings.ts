import { randomBytes } from "node:crypto";
import type { BenchDatabase } from "@/bench/databases";
import { appVariables } from "@/dev/app-environment";
import { freePort } from "@/dev/free-port";
import { startRedisServer } from "@/dev/redis/server";
import { startUpstashServer } from "@/dev/redis/upstash-server";
import { newId } from "@/dev/whop/random";

export type Surroundings = {
  /** The environment of an app that serves at `appUrl`, with its database, Redis and secrets. */
  variables: Record<string, string>;
  appUrl: string;
  webhookSecret: string;
  stop(): Promise<void>;
};

/** What the app needs beside a database: a Redis (a real one where the machine has it), and a Whop that it is not to need. */
export async function surround(database: BenchDatabase): Promise<Surroundings> {
  const appUrl = `http://127.0.0.1:${await freePort()}`;
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const webhookSecret = `ws_${randomBytes(32).toString("hex")}`;
  const real = await startRedisServer();
  const stoodIn = real ? undefined : await startUpstashServer();
  const addresses = { appUrl, proxyUrl: appUrl, databaseUrl: database.appUrl, directDatabaseUrl: database.ownerUrl };
  const variables = appVariables(
    {
      ...addresses,
      redisUrl: stoodIn?.url ?? "",
      supabaseUrl: nowhere,
      whopBaseUrl: `${nowhere}/api/v1`,
      whopUrl: nowhere,
    },
    {
      appPassword: "",
      redisToken: stoodIn?.token ?? "",
      webhookSecret,
      whopApiKey: randomBytes(24).toString("hex"),
      cronSecret: randomBytes(24).toString("hex"),
      encryptionKey: randomBytes(32).toString("base64"),
      jwtSecret: randomBytes(36).toString("base64url"),
      appId: newId("app"),
      botUserId: newId("user"),
      tokenKey: { kty: "EC", d: "" },
    },
    // Realtime is set up and nobody watches: each award still asks whether somebody does.
    { anonKey: "bench", serviceRoleKey: "bench" },
  );
  return {
    variables: { ...variables, LOG_LEVEL: "warn", DIRECT_DATABASE_URL: "", ...(real ? { REDIS_URL: real.url } : {}) },
    appUrl,
    webhookSecret,
    stop: async () => {
      await real?.stop();
      await stoodIn?.stop();
    },
  };
}
