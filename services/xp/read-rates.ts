import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { listSettingsVersions } from "@/services/communities/communities.queries";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import { settingsAt } from "@/services/xp/fold";
import type { Rates } from "@/services/xp/rate";
import { toVersion } from "@/services/xp/stored-state";

/** What most members do most, first; actions that are not named here follow by name. */
const USUAL_ORDER = [
  "message",
  "post",
  "comment",
  "reaction",
  "reaction_received",
  "lesson",
  "daily_visit",
  "member_joined",
];

/** What a community's members can earn now: the actions that are switched on. @throws AppError not_found */
export async function readRates(deps: Pick<Deps, "db" | "now">, communityId: string): Promise<Rates> {
  const { actions, dailyXpCap, paused } = await settingsNow(deps, communityId);
  const rates = Object.entries(actions)
    .filter(([, { enabled }]) => enabled)
    .map(([action, { enabled: _, ...rate }]) => ({ action, ...rate }))
    .sort((a, b) => placeOf(a.action) - placeOf(b.action) || (a.action < b.action ? -1 : 1));
  return { rates, dailyXpCap, paused };
}

/** The newest version, unless it begins to hold only later. */
async function settingsNow(deps: Pick<Deps, "db" | "now">, communityId: string): Promise<Settings> {
  const newest = await findSettings(deps, communityId);
  const now = deps.now();
  if (newest.validFrom <= now) return newest.settings;
  const versions = await inCommunity(deps.db, communityId, (trx) => listSettingsVersions(trx, communityId));
  return settingsAt(versions.map(toVersion), now).settings;
}

function placeOf(action: string): number {
  const place = USUAL_ORDER.indexOf(action);
  return place < 0 ? USUAL_ORDER.length : place;
}
