import type { Kysely } from "kysely";
import { createLogger } from "@/lib/log";
import { createWhopClient } from "@/lib/whop/client";
import type { SendDeps } from "@/services/rewards/send-rewards";
import { PATIENT_MS, whopTimes } from "@/tests/support/whop-times";
import type { DB } from "@/types/database";

/** How a simulated Whop is reached. */
export type WhopAccess = { apiKey: string; appId: string; baseUrl: string };

/** What sending needs, with as much of Whop's share as is asked for. @param waitMs for an answer of Whop's. */
export function sendDeps({ db }: { db: Kysely<DB> }, whop: WhopAccess, waitMs = PATIENT_MS): SendDeps {
  const log = createLogger({ logLevel: "silent" });
  const { apiKey, appId, baseUrl } = whop;
  return {
    db,
    log,
    now: () => new Date(),
    whop: createWhopClient({ apiKey, appId, baseUrl, log, ...whopTimes(waitMs) }),
    whopShare: { take: async () => ({ allowed: true, retryAfterSeconds: 0 }) },
  };
}
