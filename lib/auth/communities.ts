import { type Kysely, sql } from "kysely";
import { LRUCache } from "lru-cache";
import { inCommunity } from "@/lib/db/database";
import { type RateLimiter, refuseOver } from "@/lib/redis/rate-limit";
import type { WhopClient } from "@/lib/whop/client";
import type { DB } from "@/types/database";

export interface Communities {
  /**
   * The community of an experience or of a company's own id: from the database, else asked of Whop and remembered. Null when
   * Whop knows of none.
   * @param asker who has named the id, where anybody could have made it up; an id out of our own data has none
   * @throws AppError unavailable when Whop cannot be asked · rate_limited when the asker has named too many that are new here
   */
  resolve(id: string, asker?: string): Promise<{ communityId: string } | null>;
}

const REMEMBERED = 20_000;
/** An experience never moves to another company, but one that Whop did not know may appear. */
const UNKNOWN_FOR_MS = 10_000;
/** Of one asker. All share what Whop lets us ask, and nobody opens so many new places by hand. */
const NEW_IDS = { name: "new-id", max: 30, windowSeconds: 60 };

export interface CommunitiesOptions {
  db: Kysely<DB>;
  whop: Pick<WhopClient, "retrieveExperience" | "retrieveCompany">;
  limiter: RateLimiter;
}

/** The tenant of an id comes from Whop, never from what a client says. */
export function createCommunities({ db, whop, limiter }: CommunitiesOptions): Communities {
  const known = new LRUCache<string, { communityId: string | null }>({ max: REMEMBERED });
  const asked = new Map<string, Promise<{ communityId: string } | null>>();

  async function find(id: string, asker: string | undefined): Promise<{ communityId: string } | null> {
    const { rows } = await sql<{
      community_id: string | null;
    }>`select resolve_experience(${id}) as community_id`.execute(db);
    const communityId = rows[0]?.community_id ?? (await ask(id, asker));
    known.set(id, { communityId }, communityId === null ? { ttl: UNKNOWN_FOR_MS } : {});
    return communityId === null ? null : { communityId };
  }

  async function ask(id: string, asker: string | undefined): Promise<string | null> {
    if (asker !== undefined) await refuseOver(limiter, { ...NEW_IDS, key: asker });
    return remember(id);
  }

  async function remember(id: string): Promise<string | null> {
    if (id.startsWith("biz_")) {
      const company = await whop.retrieveCompany(id);
      if (!company) return null;
      await inCommunity(db, company.id, (trx) =>
        sql`select ensure_community(${company.id}, ${company.title})`.execute(trx),
      );
      return company.id;
    }
    const experience = await whop.retrieveExperience(id);
    if (!experience) return null;
    const { companyId, companyTitle, name } = experience;
    await inCommunity(db, companyId, (trx) =>
      sql`select remember_experience(${companyId}, ${companyTitle}, ${id}, ${name})`.execute(trx),
    );
    return companyId;
  }

  return {
    async resolve(id, asker) {
      const entry = known.get(id);
      if (entry) return entry.communityId === null ? null : { communityId: entry.communityId };
      const question = asked.get(id) ?? find(id, asker).finally(() => asked.delete(id));
      asked.set(id, question);
      return question;
    },
  };
}
