import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { findLevels } from "@/services/communities/find-levels";
import type { Ladder, Rung } from "@/services/rewards/ladder";
import { findConfirmation, listGranted, listRungs, type RungRow } from "@/services/rewards/rewards.queries";
import { type Curve, xpAtLevel } from "@/services/xp/curve";

const MOST_GRANTED = 50;

/**
 * What levels pay in a community, where each reward of a member stands, and what they were given by hand. A rule that has been
 * switched off shows only to who has a reward of it. @throws AppError not_found
 */
export async function readLadder(deps: Pick<Deps, "db">, communityId: string, userId: string): Promise<Ladder> {
  const { curve } = await findLevels(deps, communityId);
  const { rows, granted, confirmedAt } = await inCommunity(deps.db, communityId, async (trx) => ({
    rows: await listRungs(trx, communityId, userId),
    granted: await listGranted(trx, communityId, userId, MOST_GRANTED),
    confirmedAt: await findConfirmation(trx, communityId),
  }));
  return {
    rungs: rows.map((row) => toRung(row, curve)),
    granted: granted.map(({ changedAt, ...row }) => ({ ...row, changedAt: changedAt.toISOString() })),
    isConfirmed: confirmedAt !== null,
  };
}

/** A reward that was cancelled because its level was lost is one to be earned: reaching the level again revives it. */
function toRung({ state, changedAt, isTriedAgain, ...rung }: RungRow, curve: Curve): Rung {
  const startsAt = xpAtLevel(curve, rung.level) ?? null;
  if (state === null) return { ...rung, startsAt, state: "locked", changedAt: null, isTriedAgain: false };
  return {
    ...rung,
    startsAt,
    state,
    changedAt: changedAt?.toISOString() ?? null,
    isTriedAgain: isTriedAgain ?? false,
  };
}
