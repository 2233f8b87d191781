import type { Deps } from "@/lib/deps";
import { rankKey } from "@/services/leaderboard/board";
import { hintScores } from "@/services/leaderboard/rank-set";
import type { Receipt } from "@/services/xp/receipt";

/**
 * Tells Redis of new totals, after commit, so that others see them overtake before the next catch-up. Only of members who are
 * on the all-time board already: who comes onto it, weeks and months follow with the catch-up, within 2 s. Never throws.
 */
export async function pushRanks(
  deps: Pick<Deps, "redis">,
  communityId: string,
  receipts: readonly Receipt[],
): Promise<void> {
  const totals = new Map<string, number>();
  for (const { userId, totalXp, outcome, duplicate } of receipts) {
    if (duplicate || outcome === "too_old") continue; // these carry no total of now
    // Receipts of one member come in no order; XP nearly always rises, and the catch-up knows better.
    totals.set(userId, Math.max(totalXp, totals.get(userId) ?? totalXp));
  }
  const scores = [...totals].map(([userId, xp]) => ({ userId, xp }));
  await hintScores(deps, rankKey(communityId, { filter: "all-time" }), scores);
}
