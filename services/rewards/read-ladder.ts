import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { findLevels } from "@/services/communities/find-levels";
import type { Ladder, Rung, Standing, StreakRung } from "@/services/rewards/ladder";
import {
  findConfirmation,
  listGranted,
  listRungs,
  listStreakRungs,
  type RungRow,
  type StandingRow,
} from "@/services/rewards/rewards.queries";
import { type Curve, xpAtLevel } from "@/services/xp/curve";

const MOST_GRANTED = 50;

/**
 * What levels and days in a row pay in a community, where each reward of a member stands, and what they were given by hand. A rule that has been
 * switched off shows only to who has a reward of it. @throws AppError not_found
 */
export async function readLadder(deps: Pick<Deps, "db">, communityId: string, userId: string): Promise<Ladder> {
  const { curve } = await findLevels(deps, communityId);
  const { rows, streaks, granted, confirmedAt } = await inCommunity(deps.db, communityId, async (trx) => ({
    rows: await listRungs(trx, communityId, userId),
    streaks: await listStreakRungs(trx, communityId, userId),
    granted: await listGranted(trx, communityId, userId, MOST_GRANTED),
    confirmedAt: await findConfirmation(trx, communityId),
  }));
  return {
    rungs: rows.map((row) => toRung(row, curve)),
    streaks: streaks.map((row): StreakRung => ({ ...row, ...toStanding(row) })),
    granted: granted.map(({ changedAt, ...row }) => ({ ...row, changedAt: changedAt.toISOString() })),
    isConfirmed: confirmedAt !== null,
  };
}

const toRung = (row: RungRow, curve: Curve): Rung => ({
  ...row,
  ...toStanding(row),
  startsAt: xpAtLevel(curve, row.level) ?? null,
});

/** A reward that was cancelled because what had earned it was lost is one to be earned: reaching it again revives it. */
function toStanding({ state, changedAt, isTriedAgain, waitsFor, code }: StandingRow): Standing {
  if (state === null) return { state: "locked", changedAt: null, isTriedAgain: false, waitsFor, code };
  return { state, changedAt: changedAt?.toISOString() ?? null, isTriedAgain: isTriedAgain ?? false, waitsFor, code };
}
