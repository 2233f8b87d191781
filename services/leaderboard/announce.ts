import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import type { Realtime } from "@/lib/realtime/realtime";
import { findLevels } from "@/services/communities/find-levels";
import { currentBoard } from "@/services/leaderboard/board";
import { boardChangesOf, type Starts } from "@/services/leaderboard/board-change";
import { findRanks, type RankDeps } from "@/services/leaderboard/find-ranks";
import { findStreaks } from "@/services/leaderboard/find-streaks";
import type { BoardChange, OwnNews } from "@/services/leaderboard/news";
import { type CurrentStanding, listCurrentStandings } from "@/services/leaderboard/news.queries";
import { progressOf } from "@/services/xp/progress";

export type AnnounceDeps = RankDeps & Pick<Deps, "keyedHash" | "realtime">;

export type Announcement = {
  /** Members whose standing may be another now: told to everybody who watches. */
  moved: readonly string[];
  /** What just happened to whom: told to them alone, where they have a page open. */
  own: readonly { userId: string; activity: OwnNews["activity"] }[];
  /** Told besides of a member who has moved, such as that another id of theirs has left the boards. */
  besides?(standing: CurrentStanding): BoardChange[];
};

/**
 * Tells pages how members stand now, as it is committed and not as anybody computed it: their own news at once, the board's when
 * the community's turn has come.
 * @returns what ends when all has been sent; it never rejects.
 */
export async function announce(
  deps: AnnounceDeps,
  realtime: Realtime,
  communityId: string,
  { moved, own, besides }: Announcement,
): Promise<{ sent: Promise<void> }> {
  const watching = await realtime.viewers.watching(
    communityId,
    own.map(({ userId }) => userId),
  );
  const told = own.filter(({ userId }) => watching.has(userId));
  const userIds = [...new Set([...moved, ...told.map(({ userId }) => userId)])];
  if (userIds.length === 0) return { sent: Promise.resolve() };

  const starts = await currentStarts(deps, communityId);
  const standings = await inCommunity(deps.db, communityId, (trx) =>
    listCurrentStandings(trx, communityId, userIds, starts),
  );
  const streakOf = await findStreaks(deps, communityId);
  const isMoved = new Set(moved);
  const changes = standings
    .filter(({ userId }) => isMoved.has(userId))
    .flatMap((standing) => {
      const streakDays = streakOf(standing)?.days ?? 0;
      return [...boardChangesOf(deps, communityId, standing, { starts, streakDays }), ...(besides?.(standing) ?? [])];
    });
  const sending = changes.length > 0 ? [realtime.broadcaster.publish(communityId, { members: changes })] : [];
  sending.push(...(await tellOwners(deps, realtime, communityId, standings, told)));
  return { sent: Promise.all(sending).then(() => undefined) };
}

async function currentStarts(deps: AnnounceDeps, communityId: string): Promise<Starts> {
  const [week, month] = await Promise.all([
    currentBoard(deps, communityId, "week"),
    currentBoard(deps, communityId, "month"),
  ]);
  if (week.filter === "all-time" || month.filter === "all-time") throw new Error("Weeks and months have a first day.");
  return { week: week.startsOn, month: month.startsOn };
}

async function tellOwners(
  deps: AnnounceDeps,
  realtime: Realtime,
  communityId: string,
  standings: readonly CurrentStanding[],
  own: Announcement["own"],
): Promise<Promise<void>[]> {
  const byUser = new Map(standings.map((standing) => [standing.userId, standing]));
  const streakOf = await findStreaks(deps, communityId);
  const told = own.flatMap(({ userId, activity }) => {
    const standing = byUser.get(userId);
    return standing ? [{ standing, activity }] : [];
  });
  if (told.length === 0) return [];
  const { curve, ranks: rankNames } = await findLevels(deps, communityId);
  const ranks = await ranksOf(
    deps,
    communityId,
    told.map(({ standing }) => standing),
  );
  return told.map(({ standing, activity }) => {
    const { userId, version, xp, weekXp } = standing;
    const news: OwnNews = {
      version,
      progress: progressOf(curve, rankNames, xp),
      rank: ranks.get(userId) ?? null,
      weekXp: Math.max(0, weekXp),
      streak: streakOf(standing),
      activity,
    };
    return realtime.broadcaster.publishToMember(communityId, userId, news);
  });
}

/** On the board of all time, of those who stand on it. */
async function ranksOf(
  deps: AnnounceDeps,
  communityId: string,
  standings: readonly CurrentStanding[],
): Promise<Map<string, number>> {
  const ranked = standings.filter(({ xp, onBoard }) => xp > 0 && onBoard);
  const [first] = ranked;
  if (!first) return new Map();
  const { ranks } = await findRanks(
    deps,
    communityId,
    { filter: "all-time" },
    ranked.map(({ xp }) => xp),
    new Date(first.version / 1000),
  );
  return new Map(ranked.map(({ userId }, at) => [userId, ranks[at] ?? 1]));
}
