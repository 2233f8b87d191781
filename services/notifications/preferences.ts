import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { findPreferences, upsertPreferences } from "@/services/notifications/notifications.queries";
import type { Preferences } from "@/services/notifications/notifications.schema";

/** What a member wishes to be told; everything, before they have said. */
export async function readPreferences(
  deps: Pick<Deps, "db">,
  communityId: string,
  userId: string,
): Promise<Preferences> {
  const found = await inCommunity(deps.db, communityId, (trx) => findPreferences(trx, communityId, userId));
  return found ?? { notifications: true, timeZone: null };
}

/** Holds also for what is on its way and has not been sent. May be said before anything was earned. */
export async function setPreferences(
  deps: Pick<Deps, "db">,
  communityId: string,
  userId: string,
  preferences: Preferences,
): Promise<void> {
  await inCommunity(deps.db, communityId, (trx) => upsertPreferences(trx, communityId, userId, preferences));
}
