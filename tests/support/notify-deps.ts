import type { Kysely } from "kysely";
import { createKeyedHash } from "@/lib/crypto/keyed-hash";
import { readEnv } from "@/lib/env";
import { createLogger } from "@/lib/log";
import { createWhopClient } from "@/lib/whop/client";
import type { SendDeps } from "@/services/notifications/send-notifications";
import { redisAway } from "@/tests/support/redis-away";
import { PATIENT_MS, whopTimes } from "@/tests/support/whop-times";
import type { DB } from "@/types/database";

/** How a simulated Whop is reached; goes from process to process. */
export type WhopPlace = { apiKey: string; appId: string; baseUrl: string; botUserId: string };

const ENCRYPTION_KEY = Buffer.alloc(32, "notifying").toString("base64");

/** What sending messages needs, with as much of Whop's share as is asked for. @param waitMs for an answer of Whop's. */
export function notifyDeps({ db }: { db: Kysely<DB> }, whop: WhopPlace, waitMs = PATIENT_MS): SendDeps {
  const log = createLogger({ logLevel: "silent" });
  const { apiKey, appId, baseUrl, botUserId } = whop;
  const env = readEnv({
    APP_URL: "https://app.wee5.test",
    DATABASE_URL: "postgres://nobody@localhost/nothing",
    REDIS_URL: "redis://localhost:1",
    WHOP_API_KEY: apiKey,
    WHOP_WEBHOOK_SECRET: "ws_0123456789abcdef0123456789abcdef",
    WHOP_BASE_URL: baseUrl,
    WHOP_BOT_USER_ID: botUserId,
    NEXT_PUBLIC_WHOP_APP_ID: appId,
    ENCRYPTION_KEY,
    LOG_LEVEL: "silent",
  });
  return {
    env,
    db,
    log,
    now: () => new Date(),
    redis: redisAway,
    keyedHash: createKeyedHash(env.encryptionKey),
    whop: createWhopClient({ apiKey, appId, baseUrl, log, ...whopTimes(waitMs) }),
    whopShare: { take: async () => ({ allowed: true, retryAfterSeconds: 0 }) },
  };
}
