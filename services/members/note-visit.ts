import { LRUCache } from "lru-cache";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { inBackground } from "@/lib/http/background";
import { recordedUnder, visitActivity } from "@/services/activity/facts";
import { findSettings } from "@/services/communities/find-settings";
import { afterAward } from "@/services/leaderboard/after-award";
import type { Activity } from "@/services/xp/activity";
import { awardActivity } from "@/services/xp/award-activity";
import type { Receipt } from "@/services/xp/receipt";

type Visitor = { communityId: string; userId: string };

/** Longer than any day: which one it was stands in the value. */
const HINT_SECONDS = 26 * 3600;

/** The newest visit of a member that this process has seen, so that a page which asks every minute costs the database nothing. */
const seenOf = perDatabase(() => new LRUCache<string, string>({ max: 50_000 }));

/** Braces keep a community's keys on one node of a Redis cluster. */
const hintOf = ({ communityId, userId }: Visitor) => `visit:{${communityId}}:${userId}`;

type OnAward = (deps: Deps, communityId: string, receipt: Receipt) => void;

/**
 * Counts a page view once it is known who looks and what they are shown. It goes on after the answer, and whatever fails in it
 * disturbs nobody: a day that could not be counted is counted with the next page.
 */
export function noteVisit(deps: Deps, visitor: Visitor, onAward: OnAward): void {
  inBackground(deps, countVisit(deps, visitor, onAward));
}

/**
 * Counts the first page that a member opens on a day, where that is switched on.
 * @param onAward is told of the receipt when the visit is a new one.
 * @throws what the database throws
 */
export async function countVisit(deps: Deps, visitor: Visitor, onAward: OnAward): Promise<void> {
  const { communityId, userId } = visitor;
  const { settings } = await findSettings(deps, communityId);
  const visit = visitActivity({ userId, at: deps.now(), timeZone: settings.timeZone });
  if (recordedUnder(settings, [visit]).length === 0) return;
  const receipt = await once(deps, visitor, visit);
  if (!receipt || receipt.duplicate) return;
  onAward(deps, communityId, receipt);
  await afterAward(deps, communityId, receipt);
}

/** Null where this process, or another one as Redis has it, has counted the day already. Postgres decides all the same. */
async function once(deps: Deps, visitor: Visitor, visit: Activity): Promise<Receipt | null> {
  const seen = seenOf(deps.db);
  const [who, hint] = [`${visitor.communityId} ${visitor.userId}`, hintOf(visitor)];
  if (seen.get(who) === visit.activityId) return null;
  seen.set(who, visit.activityId);
  try {
    const noted = await deps.redis.run("read visit", (redis) => redis.get<string>(hint));
    if (noted.ok && noted.value === visit.activityId) return null;
    const receipt = await awardActivity(deps, visitor.communityId, visit);
    await deps.redis.run("note visit", (redis) => redis.set(hint, visit.activityId, { ex: HINT_SECONDS }));
    return receipt;
  } catch (error) {
    seen.delete(who);
    throw error;
  }
}
