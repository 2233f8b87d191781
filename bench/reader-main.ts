import { createKeyedHash } from "@/lib/crypto/keyed-hash";
import { createDatabase } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { createLogger } from "@/lib/log";
import { createWhopClient } from "@/lib/whop/client";
import { runBackFills } from "@/services/activity/back-fill/run-back-fills";
import { runSync } from "@/services/activity/sync/engine";

/*
 * Reads from Whop in a process of its own, as a worker does, and says how long that took and how much memory it needed at most. Our
 * share of Whop's limit is not asked for: the row says how many calls were made, which is what the share is of.
 */

export type ReadingTask = {
  work: "sync" | "back-fill";
  appUrl: string;
  whop: { apiKey: string; appId: string; baseUrl: string; botUserId: string };
};

/** Megabytes are of 1,000,000 bytes; the memory is all that the process had resident at its highest. */
export type ReadingResult = { seconds: number; calls: number; highestMb: number; idleMb: number };

const AN_HOUR_MS = 3_600_000;

async function main({ work, appUrl, whop }: ReadingTask): Promise<void> {
  const log = createLogger({ logLevel: "warn" });
  let calls = 0;
  const { apiKey, appId, baseUrl, botUserId } = whop;
  const deps = {
    db: createDatabase(appUrl, { max: 10 }),
    log,
    now: () => new Date(),
    // Asked only for who the app itself is.
    env: { whopBotUserId: botUserId } as Deps["env"],
    // What nobody asks for has nothing to forget.
    redis: {
      run: async () => ({ ok: false }),
      state: () => "open",
      close: async () => undefined,
    } satisfies Deps["redis"],
    keyedHash: createKeyedHash(Buffer.alloc(32, "bench")),
    whop: createWhopClient({ apiKey, appId, baseUrl, log }),
    whopShare: {
      take: async () => {
        calls += 1; // asked once before each call
        return { allowed: true, retryAfterSeconds: 0 };
      },
    },
    limiter: { limit: async () => ({ allowed: true, retryAfterSeconds: 0, remaining: 1 }) },
  };
  const until = new Date(Date.now() + AN_HOUR_MS);
  const idleMb = highestMb();
  const began = performance.now();
  if (work === "back-fill") await runBackFills(deps, { until });
  else await runSync(deps, { until, news: { awarded: () => undefined, changed: () => undefined } });
  const seconds = (performance.now() - began) / 1000;
  await deps.db.destroy();
  const result: ReadingResult = { seconds, calls, highestMb: highestMb(), idleMb };
  process.send?.(result, () => process.exit(0));
}

/** Node says it in units of 1,024 bytes. */
const highestMb = () => (process.resourceUsage().maxRSS * 1024) / 1e6;

process.once("message", (task) => void main(task as ReadingTask)); // from our own bench
process.once("disconnect", () => process.exit(1)); // whoever started it is gone
