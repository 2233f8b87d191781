import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError, sqlErrorName } from "@/lib/errors";
import { BACK_FILL_DAYS } from "@/services/activity/back-fill/back-fill";

/**
 * Has what members did in the last 90 days read from Whop and counted, by whoever works on jobs. Once: while a back-fill is under
 * way that one goes on, and what is known already counts no second time. Audited.
 * @returns whether it has begun now. @throws AppError not_found
 */
export async function startBackFill(deps: Pick<Deps, "db">, communityId: string, by: string): Promise<boolean> {
  try {
    const { rows } = await inCommunity(deps.db, communityId, (trx) =>
      sql<{ begun: boolean }>`select start_back_fill(${communityId}, ${by}, ${BACK_FILL_DAYS}) as begun`.execute(trx),
    );
    return rows[0]?.begun === true;
  } catch (error) {
    if (sqlErrorName(error) !== "not_found") throw error;
    throw new AppError("not_found", "There is no such community.", { cause: error });
  }
}

/** Ends a back-fill where it stands. What it has counted stays. Audited. @returns whether one was under way. */
export async function cancelBackFill(deps: Pick<Deps, "db">, communityId: string, by: string): Promise<boolean> {
  const { rows } = await inCommunity(deps.db, communityId, (trx) =>
    sql<{ ended: boolean }>`select cancel_back_fill(${communityId}, ${by}) as ended`.execute(trx),
  );
  return rows[0]?.ended === true;
}
