import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { listCommunityIds } from "@/services/communities/list-communities";
import { listWantWarning, queueWarnings } from "@/services/notifications/notifications.queries";
import { dayIn, startOfDay } from "@/services/xp/calendar";
import { findStreakRules } from "@/services/xp/find-streak-rules";
import { dayAfter, streakNow } from "@/services/xp/streak";

type WarnDeps = Pick<Deps, "db" | "now">;

/** Before midnight: from 20:00, where no clock is moved between. */
const EVENING_MS = 4 * 3_600_000;
/** Shorter ones are soon made good. */
const SHORTEST_DAYS = 3;

/**
 * Queues a word to each member who wants one, has a streak of some days and nothing counted today, in communities where it is
 * evening: once for a member and day, however often it runs. @returns how many were queued.
 */
export async function warnOfStreaks(deps: WarnDeps): Promise<number> {
  let queued = 0;
  for (const communityId of await listCommunityIds(deps)) queued += await warnIn(deps, communityId);
  return queued;
}

async function warnIn(deps: WarnDeps, communityId: string): Promise<number> {
  const rulesAt = await findStreakRules(deps, communityId);
  const now = deps.now();
  const { timeZone } = rulesAt(now);
  const today = dayIn(timeZone, now);
  const until = startOfDay(timeZone, dayAfter(today));
  if (until.getTime() - now.getTime() > EVENING_MS) return 0;
  return inCommunity(deps.db, communityId, async (trx) => {
    const members = (await listWantWarning(trx, communityId, today)).flatMap(({ userId, ...streak }) => {
      const shown = streakNow(streak, rulesAt, today);
      if (!shown || shown.isRestDay || shown.days < SHORTEST_DAYS) return [];
      return [{ userId, days: shown.days, freezes: shown.freezes }];
    });
    return members.length > 0 ? queueWarnings(trx, communityId, { day: today, until, members }) : 0;
  });
}
