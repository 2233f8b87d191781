import type { Kysely } from "kysely";
import { type Access, createAccess } from "@/lib/auth/access";
import { type Communities, createCommunities } from "@/lib/auth/communities";
import { createTokenVerifier, type TokenVerifier } from "@/lib/auth/user-token";
import { createKeyedHash, type KeyedHash } from "@/lib/crypto/keyed-hash";
import { createDatabase } from "@/lib/db/database";
import { type Env, readEnv } from "@/lib/env";
import { createLogger, type Logger } from "@/lib/log";
import { createRealtime, type Realtime } from "@/lib/realtime/realtime";
import { createRedis, type RedisClient } from "@/lib/redis/client";
import { createRateLimiter, type RateLimiter } from "@/lib/redis/rate-limit";
import { createWhopClient, type WhopClient } from "@/lib/whop/client";
import { createWhopShare, type WhopShare } from "@/lib/whop/share";
import { createWebhookVerifier, type WebhookVerifier } from "@/lib/whop/webhook-signature";
import type { DB } from "@/types/database";

/** Everything outside of the game that services use; each takes the part it needs as its first argument. */
export interface Deps {
  env: Env;
  log: Logger;
  now(): Date;
  db: Kysely<DB>;
  redis: RedisClient;
  limiter: RateLimiter;
  /** Null where there is none: pages then ask by themselves. */
  realtime: Realtime | null;
  whop: WhopClient;
  /** What work in the background may ask of Whop; asked before each call. */
  whopShare: WhopShare;
  tokens: TokenVerifier;
  access: Access;
  communities: Communities;
  keyedHash: KeyedHash;
  verifyWebhook: WebhookVerifier;
}

/** Everything that routes, jobs and scripts need, for one environment. Connects nowhere yet; who builds it closes `db` and `redis`. */
export function createDeps(env: Env): Deps {
  const log = createLogger(env);
  const now = () => new Date();
  const db = createDatabase(env.databaseUrl, { log });
  const redis = createRedis(env.redis, log);
  const limiter = createRateLimiter(redis);
  const whop = createWhopClient({ apiKey: env.whopApiKey, appId: env.whopAppId, baseUrl: env.whopBaseUrl, log });
  return {
    env,
    log,
    now,
    db,
    redis,
    limiter,
    realtime: createRealtime(env, { redis, log, now }),
    whop,
    whopShare: createWhopShare({ limiter, now }),
    tokens: createTokenVerifier({ appId: env.whopAppId, jwksUrl: env.whopJwksUrl, now }),
    access: createAccess({ whop }),
    communities: createCommunities({ db, whop, limiter }),
    keyedHash: createKeyedHash(env.encryptionKey),
    verifyWebhook: createWebhookVerifier(env.whopWebhookSecrets),
  };
}

/** Next loads a module once per bundle, so the one set of a process hangs on its global object. */
const place = globalThis as { wee5Deps?: Deps }; // a property of our own

/** The set of this process, built with the first request. @throws Error in one line when the environment is not sound. */
export function getDeps(): Deps {
  place.wee5Deps ??= createDeps(readEnv());
  return place.wee5Deps;
}

/** For tests and scripts that build their own. */
export function setDeps(deps: Deps | undefined): void {
  place.wee5Deps = deps;
}
