import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { listNextItems } from "@/services/activity/back-fill/back-fill.queries";
import { type Turn, TurnOver } from "@/services/activity/back-fill/turn";
import { recordedUnder } from "@/services/activity/facts";
import { findSettings } from "@/services/communities/find-settings";
import { awardActivities } from "@/services/xp/award-activity";

/** In one transaction, which holds its members' rows meanwhile: small enough that live awards hardly wait. */
const PER_BATCH = 100;

/**
 * Counts the oldest activities that wait, each exactly once: they leave the staging table in the transaction that counts them.
 * @returns false when nothing is left to be counted. @throws TurnOver when the lease is another's
 */
export async function countBatch({ deps, communityId, token }: Turn): Promise<boolean> {
  const items = await inCommunity(deps.db, communityId, (trx) => listNextItems(trx, communityId, PER_BATCH));
  if (items.length === 0) return false;
  const { settings } = await findSettings(deps, communityId);
  const wanted = items.filter(({ isErased }) => !isErased).map(({ activity }) => activity);
  const ids = items.map(({ activity }) => activity.activityId);
  await awardActivities(deps, communityId, recordedUnder(settings, wanted), async (trx, receipts) => {
    const fresh = receipts.filter(({ duplicate, outcome }) => !duplicate && outcome !== "too_old");
    const xp = fresh.reduce((sum, receipt) => sum + receipt.xp, 0);
    const { rows } = await sql<{ answer: boolean }>`
      select keep_back_fill_batch(${communityId}, ${token}, ${ids}, ${fresh.length}, ${xp}) as answer`.execute(trx);
    // Whoever has the lease now counts them: this transaction must not.
    if (!rows[0]?.answer) throw new TurnOver();
  });
  return true;
}
