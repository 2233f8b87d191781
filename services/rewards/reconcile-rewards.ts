import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import type { Finding } from "@/services/rewards/finding";
import { findMembershipDifferences } from "@/services/rewards/reconcile-memberships";
import { findPromoDifferences } from "@/services/rewards/reconcile-promo-codes";

export type ReconcileDeps = Pick<Deps, "db" | "log" | "now" | "whop" | "whopShare" | "access">;

/** Whop is away, and not merely one community's trouble: the rest is left for the next run. */
const MOST_UNREACHABLE_IN_A_ROW = 3;

/**
 * Compares what was delivered in the last 90 days with what Whop has, community by community, and writes down every difference;
 * puts nothing right. Where Whop cannot be asked, what was found earlier stands, and says so.
 * @returns how many differences there are that a person should look at.
 */
export async function reconcileRewards(deps: ReconcileDeps): Promise<number> {
  let found = 0;
  let unreachableInARow = 0;
  for (const communityId of await listCommunities(deps)) {
    if (unreachableInARow >= MOST_UNREACHABLE_IN_A_ROW) {
      deps.log.warn({}, "rewards were not compared everywhere: Whop is away");
      break;
    }
    try {
      found += await reconcileCommunity(deps, communityId);
      unreachableInARow = 0;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      deps.log.warn(
        { err: error, communityId },
        "rewards could not be compared with Whop; what was found earlier stands",
      );
      await inCommunity(deps.db, communityId, (trx) =>
        sql`select note_unread_rewards(${communityId}, ${deps.now()})`.execute(trx),
      );
      if (error.code === "unavailable") unreachableInARow += 1;
    }
  }
  return found;
}

/** Whose turn is longest ago first, so that a run that is cut short is gone on with. */
async function listCommunities({ db }: Pick<Deps, "db">): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select list_communities_to_compare() as id`.execute(db);
  return rows.map(({ id }) => id);
}

async function reconcileCommunity(deps: ReconcileDeps, communityId: string): Promise<number> {
  const findings = [
    ...(await findPromoDifferences(deps, communityId)),
    ...(await findMembershipDifferences(deps, communityId)),
  ];
  const rows = findings.map(({ kind, subject, severity, rewardId, whopId, codeEnd, expectedUntil, foundUntil }) => ({
    kind,
    subject,
    severity,
    reward_id: rewardId,
    whop_id: whopId,
    code_end: codeEnd,
    expected_until: expectedUntil,
    found_until: foundUntil,
  }));
  await inCommunity(deps.db, communityId, (trx) =>
    sql`select replace_reward_differences(${communityId}, ${JSON.stringify(rows)}::jsonb, ${deps.now()})`.execute(trx),
  );
  const warnings = findings.filter(({ severity }) => severity === "warning");
  if (warnings.length > 0) deps.log.warn({ communityId, kinds: countKinds(warnings) }, "Whop has rewards otherwise");
  return warnings.length;
}

function countKinds(findings: Finding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
