import type { Role } from "@/lib/auth/access";
import { USER_TOKEN_HEADER } from "@/lib/auth/user-token";
import { AppError } from "@/lib/errors";
import type { RouteDeps } from "@/lib/http/declaration";
import { createLogger } from "@/lib/log";

export const OWN_ORIGIN = "https://app.wee5.test";

export interface TestDeps extends RouteDeps {
  /** Every record the log has written, parsed. */
  records: Record<string, unknown>[];
}

/**
 * What a route needs, small enough to see through: a token is a user's id, `exp_a` and `exp_b` belong to two communities, and
 * roles are listed as "community user".
 */
export function routeDeps(roles: Record<string, Role> = {}, replaced: Partial<RouteDeps> = {}): TestDeps {
  const records: Record<string, unknown>[] = [];
  const counts = new Map<string, number>();
  return {
    records,
    env: { appOrigins: [OWN_ORIGIN], trustedProxyHops: 0, onVercel: false, sentryDsn: undefined },
    log: createLogger({ logLevel: "debug" }, { destination: { write: (line) => records.push(JSON.parse(line)) } }),
    tokens: {
      async verify(headers) {
        const userId = headers.get(USER_TOKEN_HEADER);
        if (!userId?.startsWith("user_")) throw new AppError("unauthorized", "Open this page inside Whop.");
        return { userId };
      },
    },
    access: { roleIn: async (communityId, userId) => roles[`${communityId} ${userId}`] ?? null },
    communities: {
      resolve: async (id) =>
        id === "exp_a" ? { communityId: "biz_a" } : id === "exp_b" ? { communityId: "biz_b" } : null,
    },
    limiter: {
      async limit({ name, key, max, windowSeconds }) {
        const count = (counts.get(`${name} ${key}`) ?? 0) + 1;
        counts.set(`${name} ${key}`, count);
        return { allowed: count <= max, retryAfterSeconds: windowSeconds };
      },
    },
    ...replaced,
  };
}
