import type { Kysely } from "kysely";
import { LRUCache } from "lru-cache";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import type { DB } from "@/types/database";

/** Verified webhooks of one community a minute: far above any chat, and a bound on a runaway sender. */
const WEBHOOKS_PER_MINUTE = 30_000;
const REPORT_EVERY_MS = 1_000;

type Usage = { count: number; reportedAt: number; blockedUntil: number };
const usageOf = perDatabase(() => new LRUCache<string, Usage>({ max: 10_000 }));

/**
 * Counts a verified webhook against its community. The shared count in Redis is kept by reports of what this process has seen
 * in a second, so that the award path never waits for it; the answer holds from the next webhook on.
 * @throws AppError rate_limited
 */
export function countWebhook(
  deps: { db: Kysely<DB> } & Pick<Deps, "limiter" | "now" | "log">,
  communityId: string,
): void {
  const usages = usageOf(deps.db);
  const now = deps.now().getTime();
  const usage = usages.get(communityId) ?? { count: 0, reportedAt: now, blockedUntil: 0 };
  usages.set(communityId, usage);
  if (now < usage.blockedUntil) {
    const retryAfterSeconds = Math.ceil((usage.blockedUntil - now) / 1000);
    throw new AppError("rate_limited", "This community sends more than we take.", { retryAfterSeconds });
  }
  usage.count += 1;
  if (now - usage.reportedAt < REPORT_EVERY_MS) return;
  const cost = usage.count;
  usage.count = 0;
  usage.reportedAt = now;
  deps.limiter
    .limit({ name: "webhook", key: communityId, max: WEBHOOKS_PER_MINUTE, windowSeconds: 60, cost })
    .then(({ allowed, retryAfterSeconds }) => {
      if (!allowed) usage.blockedUntil = deps.now().getTime() + retryAfterSeconds * 1000;
    })
    .catch((error: unknown) => deps.log.warn({ err: error }, "the webhook count could not be reported"));
}
