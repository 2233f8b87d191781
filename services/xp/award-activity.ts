import { type Kysely, sql, type Transaction } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { perDatabase } from "@/lib/db/per-database";
import { isUnavailable } from "@/lib/db/unavailable";
import type { Deps } from "@/lib/deps";
import { sqlErrorName, sqlState } from "@/lib/errors";
import { type GreedyBatch, greedyBatch } from "@/lib/greedy-batch";
import { findSettings, forgetSettings } from "@/services/communities/find-settings";
import type { Activity } from "@/services/xp/activity";
import { Receipt } from "@/services/xp/receipt";
import type { DB } from "@/types/database";

export type AwardDeps = Pick<Deps, "db">;

const TRIES = 5;
const queueOf = perDatabase<{ batch?: GreedyBatch<Activity, Receipt> }>(() => ({}));

/**
 * Records one activity and pays it by the rules. Resolves after commit: what it returns is durable. The same activity again
 * gives its receipt again and changes nothing. Awards of a community that wait while others are under way go together.
 * @throws AppError not_found for an unknown community; the database's error when it cannot be reached (see isUnavailable).
 */
export function awardActivity(deps: AwardDeps, communityId: string, activity: Activity): Promise<Receipt> {
  const queue = queueOf(deps.db);
  queue.batch ??= greedyBatch({
    run: (community, activities) => awardActivities({ db: deps.db }, community, activities),
    isShared: isUnavailable,
  });
  return queue.batch.add(communityId, activity);
}

/**
 * Records and pays several activities of one community in one transaction; receipts in the order of the activities.
 * @param alongside is done in the same transaction, after them.
 */
export async function awardActivities(
  deps: AwardDeps,
  communityId: string,
  activities: readonly Activity[],
  alongside?: (trx: Transaction<DB>, receipts: Receipt[]) => Promise<void>,
): Promise<Receipt[]> {
  for (let tried = 1; ; tried += 1) {
    const { version } = await findSettings(deps, communityId);
    try {
      if (!alongside) return await award(deps.db, communityId, version, activities);
      return await inCommunity(deps.db, communityId, async (trx) => {
        const receipts = await award(trx, communityId, version, activities);
        await alongside(trx, receipts);
        return receipts;
      });
    } catch (error) {
      const again = tried < TRIES && (await mended(deps, communityId, activities, error));
      if (!again) throw error;
    }
  }
}

async function award(db: Kysely<DB>, communityId: string, version: number, activities: readonly Activity[]) {
  // One statement is one transaction and one round trip; arguments come first, so the function sees the setting. A single value
  // and no table, because this is parsed and planned anew each time: planning a join took as long as a third of the award.
  const { rows } = await sql<{ receipts: unknown }>`
    select award_activities(set_config('wee5.community_id', ${communityId}, true), ${version}, ${JSON.stringify(activities)}::jsonb)
      as receipts`.execute(db);
  return Receipt.array().parse(rows[0]?.receipts);
}

/** Whether the failure has a cause that is gone now, so that the same call may succeed. */
async function mended(
  deps: AwardDeps,
  communityId: string,
  activities: readonly Activity[],
  error: unknown,
): Promise<boolean> {
  if (sqlErrorName(error) === "stale_settings") {
    forgetSettings(deps, communityId);
    return true;
  }
  if (isMissingPartition(error)) {
    const times = activities.map(({ occurredAt }) => occurredAt.getTime());
    const [from, to] = [new Date(Math.min(...times)), new Date(Math.max(...times, Date.now()))];
    await sql`select ensure_partitions(${from}::date, ${to}::date)`.execute(deps.db);
    return true;
  }
  const state = sqlState(error);
  return state === "40P01" || state === "40001"; // deadlock, serialization failure: nothing was done
}

function isMissingPartition(error: unknown): boolean {
  return (
    sqlState(error) === "23514" && error instanceof Error && "routine" in error && error.routine === "ExecFindPartition"
  );
}
