import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { findPreferences, upsertPreferences } from "@/services/notifications/notifications.queries";
import type { Preferences, PreferencesSaid } from "@/services/notifications/notifications.schema";

/** What a member wishes to be told; before they have said, everything but what is to be asked for. */
export async function readPreferences(
  deps: Pick<Deps, "db">,
  communityId: string,
  userId: string,
): Promise<Preferences> {
  const found = await inCommunity(deps.db, communityId, (trx) => findPreferences(trx, communityId, userId));
  return found ?? { notifications: true, streakWarning: false, timeZone: null };
}

/** Holds also for what is on its way and has not been sent. May be said before anything was earned. @returns what holds now. */
export async function setPreferences(
  deps: Pick<Deps, "db">,
  communityId: string,
  userId: string,
  preferences: PreferencesSaid,
): Promise<Preferences> {
  return inCommunity(deps.db, communityId, (trx) => upsertPreferences(trx, communityId, userId, preferences));
}
