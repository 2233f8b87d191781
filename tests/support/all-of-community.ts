import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { checkMember } from "@/services/xp/check-member";
import type { Difference } from "@/services/xp/compare-states";
import { readRules } from "@/services/xp/stored-state";
import { storedMember } from "@/tests/support/community";
import type { TestDatabase } from "@/tests/support/database";
import { readPages } from "@/tests/support/leaderboard";
import { inWords, type Stage } from "@/tests/support/simulated-day";

/** Without the moments at which they were reached: those of reactions are when we saw them. */
export type AllOptions = { withMoments: boolean };

/** All that is stored of everybody, line by line, in words that are the same in each community. */
export async function allOf(
  database: Pick<TestDatabase, "db" | "owner">,
  deps: Deps,
  stage: Stage,
  { withMoments }: AllOptions,
): Promise<string[]> {
  const { companyId } = stage;
  const members = await Promise.all(
    stage.userIds.map(async (userId, n) => {
      const state = await storedMember(database, companyId, userId);
      const { decisions, days, periods, lastPaidAt, xpReachedAt, lastActivityAt, ...numbers } = state ?? {};
      const moments = { lastPaidAt: [...(lastPaidAt ?? [])].sort(), xpReachedAt, lastActivityAt };
      const lines = [
        JSON.stringify(numbers),
        ...[...(days ?? [])].map(([key, totals]) => `${key} ${Object.values(totals)}`),
        ...[...(periods ?? [])].map(([key, { activities, xp, xpReachedAt: at }]) =>
          withMoments ? `${key} ${activities} ${xp} ${at?.toISOString()}` : `${key} ${activities} ${xp}`,
        ),
        ...[...(decisions ?? [])].map(
          ([id, { outcome, baseXp, xp, day }]) => `${inWords(stage, id)}: ${outcome} ${baseXp} ${xp} ${day}`,
        ),
        ...(await rewardsOf(database, companyId, userId)),
        ...(withMoments ? [JSON.stringify(moments)] : []),
      ];
      return lines.sort().map((line) => `member ${n}: ${line}`);
    }),
  );
  return [...members.flat(), ...(await boardsOf(deps, stage))];
}

async function boardsOf(deps: Deps, { companyId, userIds }: Stage): Promise<string[]> {
  const boards = await Promise.all(
    (["all-time", "week", "month"] as const).map(async (filter) =>
      (await readPages(deps, companyId, { filter, limit: 50 }))
        .map(({ user_id, rank, xp }) => `${filter} board: ${rank}. member ${userIds.indexOf(user_id)}, ${xp} XP`)
        .sort(),
    ),
  );
  return boards.flat();
}

/** Those that are due or sent; one that was taken back might as well never have been. */
async function rewardsOf({ owner }: Pick<TestDatabase, "owner">, companyId: string, userId: string): Promise<string[]> {
  const rows = await owner
    .selectFrom("rewards")
    .select(["level", "streak_days", "state", "type"])
    .where("community_id", "=", companyId)
    .where("user_id", "=", userId)
    .where("state", "<>", "cancelled")
    .execute();
  return rows.map((row) => `reward ${JSON.stringify(row)}`);
}

/** Where anything that is stored of a community's members differs from the fold over what they did. */
export async function differencesIn(
  { db, owner }: Pick<TestDatabase, "db" | "owner">,
  companyId: string,
): Promise<(Difference & { userId: string })[]> {
  const users = await owner.selectFrom("users").select("user_id").where("community_id", "=", companyId).execute();
  return inCommunity(db, companyId, async (trx) => {
    const rules = await readRules(trx, companyId);
    const found: (Difference & { userId: string })[] = [];
    for (const { user_id: userId } of users) {
      for (const difference of await checkMember(trx, rules, userId)) found.push({ userId, ...difference });
    }
    return found;
  });
}
