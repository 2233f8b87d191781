import type { Transaction } from "kysely";
import { dayIn } from "@/services/xp/calendar";
import { checkMembership } from "@/services/xp/check-membership";
import { checkRewards } from "@/services/xp/check-rewards";
import { compareStates, type Difference } from "@/services/xp/compare-states";
import { type FoldInput, fold } from "@/services/xp/fold";
import { readFacts, readStoredState } from "@/services/xp/stored-state";
import { findOpening, findUser, listPeriodRollups } from "@/services/xp/xp.queries";
import { xpBucket } from "@/services/xp/xp-bucket";
import type { DB } from "@/types/database";

type Rules = Pick<FoldInput, "communityId" | "settingsVersions" | "curve">;

/** Every number stored of a member that the fold over their activities makes otherwise. */
export async function checkMember(trx: Transaction<DB>, rules: Rules, userId: string): Promise<Difference[]> {
  const { communityId, settingsVersions } = rules;
  const facts = await readFacts(trx, communityId, userId);
  const folded = fold({ ...rules, ...facts });
  const stored = await readStoredState(trx, communityId, userId, settingsVersions);
  if (!stored) return [{ what: "member", stored: "none", folded: `${facts.activities.length} activities` }];
  const opening = await findOpening(trx, communityId, userId);
  // Two days' grace: the time zone of a community may put the edge into the day after.
  const edge = opening ? dayIn("UTC", new Date(opening.closed_before.getTime() + 2 * 86_400_000)) : "";
  return [
    ...compareStates(stored, folded, edge),
    ...(await checkBuckets(trx, communityId, userId)),
    ...(await checkRewards(trx, communityId, userId, folded)),
    ...(await checkMembership(trx, rules, userId)),
  ];
}

/** A row whose bucket is not its XP's stands in the wrong place of the board's index. */
async function checkBuckets(trx: Transaction<DB>, communityId: string, userId: string): Promise<Difference[]> {
  const user = await findUser(trx, communityId, userId);
  const periods = await listPeriodRollups(trx, communityId, userId);
  const rows = [
    ...(user ? [{ what: "bucket", xp: user.xp, bucket: user.xp_bucket }] : []),
    ...periods.map((row) => ({ what: `bucket of ${row.period}/${row.starts_on}`, xp: row.xp, bucket: row.xp_bucket })),
  ];
  return rows.flatMap(({ what, xp, bucket }) =>
    bucket === xpBucket(xp) ? [] : [{ what, stored: String(bucket), folded: String(xpBucket(xp)) }],
  );
}
