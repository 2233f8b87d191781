import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError, sqlErrorName } from "@/lib/errors";
import { forgetCooldown } from "@/services/xp/cooldown-key";
import { Receipt } from "@/services/xp/receipt";

type RemoveDeps = Pick<Deps, "db" | "redis">;

/**
 * Takes an activity out (deleted on the platform, fraud): totals, level, roll-ups and unsent rewards are then what they would
 * be without it, and activity that it had crowded out is paid. Before the activity itself has arrived, it is remembered.
 * @returns the receipt as it stands now, null while the activity is still awaited.
 */
export function removeActivity(deps: RemoveDeps, communityId: string, activityId: string): Promise<Receipt | null> {
  return setRemoved(deps, communityId, activityId, true);
}

/** Undoes `removeActivity`. @throws AppError not_found when there is no such activity. */
export function restoreActivity(deps: RemoveDeps, communityId: string, activityId: string): Promise<Receipt | null> {
  return setRemoved(deps, communityId, activityId, false);
}

async function setRemoved(deps: RemoveDeps, communityId: string, activityId: string, removed: boolean) {
  try {
    const { rows } = await inCommunity(deps.db, communityId, (trx) =>
      sql<{
        receipt: { state?: string };
      }>`select set_removed(${communityId}, ${activityId}, ${removed}) as receipt`.execute(trx),
    );
    const receipt = rows[0]?.receipt;
    if (receipt?.state === "awaited") return null;
    const { userId, action, ...rest } = Receipt.parse(receipt);
    await forgetCooldown(deps, { communityId, userId, action });
    return { userId, action, ...rest };
  } catch (error) {
    if (sqlErrorName(error) !== "not_found") throw error;
    throw new AppError("not_found", "There is no such activity.", { cause: error });
  }
}
