import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { listChats } from "@/services/notifications/find-place";
import { findNotificationSettings } from "@/services/notifications/find-settings";
import { listProblems } from "@/services/notifications/notifications.queries";
import type { Chat, NotificationSettingsAnswer } from "@/services/notifications/notifications.schema";

/**
 * What a community tells its members, the chats that it can announce in (null while Whop cannot be asked), and what has not gone
 * out lately. @throws AppError not_found
 */
export async function readNotificationSettings(
  deps: Pick<Deps, "db" | "whop" | "log">,
  communityId: string,
): Promise<NotificationSettingsAnswer> {
  const [chats, { stored, problems }] = await Promise.all([
    chatsOrNull(deps, communityId),
    inCommunity(deps.db, communityId, async (trx) => ({
      stored: await findNotificationSettings(trx, communityId),
      problems: await listProblems(trx, communityId),
    })),
  ]);
  const recentProblems = problems.map(({ channel, error, count, lastAt }) => ({
    channel,
    message: error ?? "It did not go out.",
    count,
    lastAt: lastAt.toISOString(),
  }));
  return { ...stored.settings, version: stored.version, chats, recentProblems };
}

async function chatsOrNull(deps: Pick<Deps, "whop" | "log">, communityId: string): Promise<Chat[] | null> {
  try {
    return await listChats(deps, communityId);
  } catch (error) {
    deps.log.warn({ err: error, communityId }, "the chats to choose from could not be read");
    return null;
  }
}
