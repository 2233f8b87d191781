import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";

/** Seconds until the next reply of a community may be sent that could not be sent just now; null where all are through. */
export async function secondsToNextReply(deps: Pick<Deps, "db">, communityId: string): Promise<number | null> {
  const { rows } = await inCommunity(deps.db, communityId, (trx) =>
    sql<{ seconds: number | null }>`
      select greatest(0, extract(epoch from min(greatest(next_attempt_at, leased_until)) - now()))::double precision as seconds
      from notifications
      where community_id = ${communityId} and state in ('due', 'sending') and channel = 'reply' and expires_at > now()`.execute(
      trx,
    ),
  );
  return rows[0]?.seconds ?? null;
}
