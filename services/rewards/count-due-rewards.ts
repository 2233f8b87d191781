import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { countDue } from "@/services/rewards/rewards.queries";

/** Of each rule, how many members have earned its reward and have not been sent it. Rules without any are left out. */
export async function countDueRewards(deps: Pick<Deps, "db">, communityId: string): Promise<Record<string, number>> {
  const rows = await inCommunity(deps.db, communityId, (trx) => countDue(trx, communityId));
  return Object.fromEntries(rows.map(({ ruleId, members }) => [ruleId, members]));
}
