import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";

/**
 * Sets how many free days a month of the community may cost; null for no limit. What waits for the next month is tried again.
 * Audited. @returns whether it is another number than before.
 */
export async function setBudget(
  deps: Pick<Deps, "db">,
  communityId: string,
  { by, freeDaysPerMonth }: { by: string; freeDaysPerMonth: number | null },
): Promise<boolean> {
  const { rows } = await inCommunity(deps.db, communityId, (trx) =>
    sql<{ isChanged: boolean }>`
      select set_free_days_budget(${communityId}, ${by}, ${freeDaysPerMonth}::integer) as "isChanged"`.execute(trx),
  );
  return rows[0]?.isChanged ?? false;
}
