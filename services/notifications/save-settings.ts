import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError, sqlErrorName } from "@/lib/errors";
import { listChats } from "@/services/notifications/find-place";
import { findNotificationSettings } from "@/services/notifications/find-settings";
import { updateSettings } from "@/services/notifications/notifications.queries";
import { NotificationSettings, StoredNotificationSettings } from "@/services/notifications/notifications.schema";

/**
 * Changes what a community tells its members; audited. The same again changes nothing.
 * @param change.settings all of them, with the version that was read.
 * @throws AppError conflict when somebody else has changed them since · bad_request for a chat that is not the community's ·
 * unavailable while Whop cannot say which chats are · not_found
 */
export async function saveNotificationSettings(
  deps: Pick<Deps, "db" | "whop">,
  communityId: string,
  { settings, by }: { settings: NotificationSettings; by: string },
): Promise<NotificationSettings> {
  const { version, ...wanted } = NotificationSettings.parse(settings);
  const { settings: stored } = await inCommunity(deps.db, communityId, (trx) =>
    findNotificationSettings(trx, communityId),
  );
  const { experienceId } = wanted.announcement;
  // What was chosen once is not asked about again: it may be kept while Whop is away, and also when its chat has gone.
  if (experienceId !== null && experienceId !== stored.announcement.experienceId) {
    await requireChat(deps, communityId, experienceId);
  }
  try {
    const saved = await updateSettings(deps.db, communityId, { settings: wanted, by, seen: version });
    return { ...StoredNotificationSettings.parse(wanted), version: saved };
  } catch (error) {
    if (sqlErrorName(error) !== "stale_settings") throw error;
    throw new AppError("conflict", "Somebody else has just changed these settings. Load them again.", { cause: error });
  }
}

async function requireChat(deps: Pick<Deps, "whop">, communityId: string, experienceId: string): Promise<void> {
  const chats = await chatsOf(deps, communityId);
  if (chats.some((chat) => chat.experienceId === experienceId)) return;
  throw new AppError("bad_request", "The chosen chat is not one of this community's.", {
    details: [{ path: "announcement.experienceId", message: "Choose a chat of this community" }],
  });
}

async function chatsOf(deps: Pick<Deps, "whop">, communityId: string) {
  try {
    return await listChats(deps, communityId);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "forbidden") {
      throw new AppError("conflict", "WEE5 may not read this community's chats: it needs the permission chat:read.", {
        cause: error,
      });
    }
    const { retryAfterSeconds } = error;
    throw new AppError(
      "unavailable",
      "Whop cannot be asked about the chosen chat now. Nothing was changed; try again.",
      {
        cause: error,
        retryAfterSeconds,
      },
    );
  }
}
