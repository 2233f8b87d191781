import type { Realtime } from "@/lib/realtime/realtime";
import { type AnnounceDeps, announce } from "@/services/leaderboard/announce";
import { hasXp, publicIdOf } from "@/services/leaderboard/board-change";
import type { Visibility } from "@/services/leaderboard/leaderboard.schema";

const PER_QUERY = 200;
/** More than that no eye follows, and told one by one they would use up the plan's messages for minutes. */
const MOST_TOLD = 500;

/**
 * Tells pages how members stand now, whose XP have changed by something other than an award: a removal, a replay. Of many it
 * tells nothing by itself, but to ask the database. Never rejects.
 */
export async function tellMembers(deps: AnnounceDeps, communityId: string, userIds: readonly string[]): Promise<void> {
  await unfailing(deps, communityId, async (realtime) => {
    if (userIds.length > MOST_TOLD) return realtime.broadcaster.publishResync(communityId);
    const sending: Promise<void>[] = [];
    for (let at = 0; at < userIds.length; at += PER_QUERY) {
      const moved = userIds.slice(at, at + PER_QUERY);
      const own = moved.map((userId) => ({ userId, activity: null }));
      const { sent } = await announce(deps, realtime, communityId, { moved, own });
      sending.push(sent);
    }
    await Promise.all(sending);
  });
}

/** Tells pages to ask the database, and nothing else: more has changed than anybody follows. Never rejects. */
export async function tellAll(deps: AnnounceDeps, communityId: string): Promise<void> {
  await unfailing(deps, communityId, (realtime) => realtime.broadcaster.publishResync(communityId));
}

/** Tells pages that a member stands on the boards in another way than before, or no longer. Never rejects. */
export async function tellVisibility(
  deps: AnnounceDeps,
  communityId: string,
  userId: string,
  { before, after }: { before: Visibility; after: Visibility },
): Promise<void> {
  const gone = publicIdOf(deps, communityId, userId, before);
  if (before === after) return;
  await unfailing(deps, communityId, async (realtime) => {
    const { sent } = await announce(deps, realtime, communityId, {
      moved: [userId],
      own: [{ userId, activity: null }],
      // Of who has no XP nothing is seen, and nothing is to tell which opaque id is whose.
      besides: (standing) =>
        gone === undefined || !hasXp(standing) ? [] : [{ memberId: gone, version: standing.version, left: true }],
    });
    await sent;
  });
}

/** What pages are not told they see when they ask the next time. */
async function unfailing(
  deps: AnnounceDeps,
  communityId: string,
  work: (realtime: Realtime) => Promise<void>,
): Promise<void> {
  try {
    if (deps.realtime && (await deps.realtime.viewers.isWatched(communityId))) await work(deps.realtime);
  } catch (error) {
    deps.log.warn({ err: error, communityId }, "pages were not told");
  }
}
