import type { Kysely } from "kysely";
import { createLogger } from "@/lib/log";
import { createWhopClient } from "@/lib/whop/client";
import type { SendDeps } from "@/services/rewards/send-rewards";
import type { DB } from "@/types/database";

/** How a simulated Whop is reached. */
export type WhopAccess = { apiKey: string; appId: string; baseUrl: string };

/** What sending needs, with short patience for a Whop that is slow on purpose and as much of its share as is asked for. */
export function sendDeps({ db }: { db: Kysely<DB> }, whop: WhopAccess): SendDeps {
  const log = createLogger({ logLevel: "silent" });
  const { apiKey, appId, baseUrl } = whop;
  return {
    db,
    log,
    now: () => new Date(),
    whop: createWhopClient({ apiKey, appId, baseUrl, log, timeoutMs: 400, listTimeoutMs: 800, writeTimeoutMs: 400 }),
    whopShare: { take: async () => ({ allowed: true, retryAfterSeconds: 0 }) },
  };
}
