import { LRUCache } from "lru-cache";
import { inCommunity } from "@/lib/db/database";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { currentBoard } from "@/services/leaderboard/board";
import { countMembers } from "@/services/leaderboard/count-members";
import { listRanksThen } from "@/services/leaderboard/member.queries";

type ChangeDeps = Pick<Deps, "db" | "now">;
type Question = { deps: ChangeDeps; communityId: string; weekStartsOn: string };
type RanksThen = { rankOf: ReadonlyMap<string, number> | null };

/** Beyond this the ranks of Monday are not known: they would have to be sorted anew again and again. */
const MOST_MEMBERS = 10_000;
const KEPT_MS = 30_000;

const cacheOf = perDatabase(
  () =>
    new LRUCache<string, RanksThen, Question>({
      max: 500,
      ttl: KEPT_MS,
      allowStale: true,
      fetchMethod: async (_key, _old, { context: { deps, communityId, weekStartsOn } }) => {
        const ranks = await inCommunity(deps.db, communityId, (trx) =>
          listRanksThen(trx, communityId, weekStartsOn, MOST_MEMBERS),
        );
        return { rankOf: ranks && new Map(ranks.map(({ userId, rank }) => [userId, rank])) };
      },
    }),
);

/** Places that a member has gained on the board of all time since the week began; null where that is not known. */
export type RankChanges = (userId: string, rank: number | null) => number | null;

/**
 * Ranks of all time now against those of Monday, 0:00 in the community's time zone. Monday's follow from the numbers of today:
 * XP less this week's, among the members who are on the boards now, so nobody seems to climb because somebody hides. Exact for
 * communities of up to 10,000 members; above, and for who had no XP then, null. Monday's ranks hardly change within the week:
 * they are kept for 30 s in this process, and then made again beside the request that finds them old.
 * @throws AppError not_found
 */
export async function findRankChanges(deps: ChangeDeps, communityId: string): Promise<RankChanges> {
  const week = await currentBoard(deps, communityId, "week");
  const weekStartsOn = week.filter === "all-time" ? "" : week.startsOn;
  const isTooMany = (await countMembers(deps, communityId, { filter: "all-time" })) > MOST_MEMBERS;
  if (isTooMany) return () => null;
  const context = { deps, communityId, weekStartsOn };
  const { rankOf } = await cacheOf(deps.db).forceFetch(`${communityId} ${weekStartsOn}`, { context });
  return (userId, rank) => {
    const then = rankOf?.get(userId);
    return then === undefined || rank === null ? null : then - rank;
  };
}
