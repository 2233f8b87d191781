import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { listUserIds } from "@/services/xp/xp.queries";

const PAGE = 200;

/**
 * Gives each member of a community the streak of their days, as is needed once for those who were there before streaks were. One
 * transaction a member; whoever has theirs already is left as they are.
 */
export async function settleStreaks(deps: Pick<Deps, "db">, communityId: string): Promise<void> {
  for (let after = ""; ; ) {
    const userIds = await inCommunity(deps.db, communityId, (trx) => listUserIds(trx, communityId, after, PAGE));
    for (const userId of userIds) {
      await inCommunity(deps.db, communityId, (trx) =>
        sql`select settle_member_streak(${communityId}, ${userId})`.execute(trx),
      );
    }
    const last = userIds.at(-1);
    if (last === undefined) return;
    after = last;
  }
}
