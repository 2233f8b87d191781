import type { Transaction } from "kysely";
import { dayIn } from "@/services/xp/calendar";
import { checkRewards } from "@/services/xp/check-rewards";
import { compareStates, type Difference } from "@/services/xp/compare-states";
import { type FoldInput, fold } from "@/services/xp/fold";
import { readFacts, readStoredState } from "@/services/xp/stored-state";
import { findOpening } from "@/services/xp/xp.queries";
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
  return [...compareStates(stored, folded, edge), ...(await checkRewards(trx, communityId, userId, folded))];
}
