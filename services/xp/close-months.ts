import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { listCommunityIds } from "@/services/communities/list-communities";
import { listUserIdsBefore } from "@/services/xp/xp.queries";

export const RETENTION_DAYS = 90;
const DAY_MS = 86_400_000;

/** The first moment of the oldest month (UTC) that still has a day within the retention: replays end there. */
export function retentionEdge(now: Date): Date {
  const oldest = new Date(now.getTime() - RETENTION_DAYS * DAY_MS);
  return new Date(Date.UTC(oldest.getUTCFullYear(), oldest.getUTCMonth(), 1));
}

/**
 * Turns the months that have left the retention into opening balances, member by member, and drops what is empty then.
 * Repeating it, or stopping in the middle, does no harm.
 */
export async function closeMonths(deps: Pick<Deps, "db" | "now">): Promise<{ members: number; dropped: number }> {
  const edge = retentionEdge(deps.now());
  let members = 0;
  for (const communityId of await listCommunityIds(deps)) {
    const userIds = await inCommunity(deps.db, communityId, (trx) => listUserIdsBefore(trx, communityId, edge));
    for (const userId of userIds) {
      await inCommunity(deps.db, communityId, (trx) =>
        sql`select close_member(${communityId}, ${userId}, ${edge})`.execute(trx),
      );
    }
    members += userIds.length;
  }
  const { rows } = await sql<{ dropped: number }>`select drop_closed_partitions(${edge}) as dropped`.execute(deps.db);
  await sql`select forget_awaited_removals()`.execute(deps.db);
  return { members, dropped: rows[0]?.dropped ?? 0 };
}

/** Makes the monthly partitions of the retention and of the quarter ahead that are missing. */
export async function keepPartitions(deps: Pick<Deps, "db" | "now">): Promise<void> {
  const now = deps.now().getTime();
  const [from, to] = [new Date(now - 100 * DAY_MS), new Date(now + 100 * DAY_MS)];
  await sql`select ensure_partitions(${from}::date, ${to}::date)`.execute(deps.db);
}
