import { inCommunity } from "@/lib/db/database";
import { isUnavailable } from "@/lib/db/unavailable";
import { AppError } from "@/lib/errors";
import { retryPauseSeconds } from "@/lib/retry-pause";
import { findSettings } from "@/services/communities/find-settings";
import { callWhop } from "@/services/notifications/call-whop";
import { findNotificationSettings } from "@/services/notifications/find-settings";
import type { HeldNotification } from "@/services/notifications/notification-row";
import { endNotification, findHeld, findPreferences, type Held } from "@/services/notifications/notifications.queries";
import type { StoredNotificationSettings } from "@/services/notifications/notifications.schema";
import { quietUntil } from "@/services/notifications/quiet-hours";
import { settledByReading } from "@/services/notifications/read-outcome";
import type { SendDeps } from "@/services/notifications/send-notifications";
import { expire, postpone } from "@/services/notifications/settle-notification";

/** In a row, by our own code: then it is for somebody to look at. */
const MOST_ERRORS = 8;

/**
 * Takes one message that is held as far as it can be taken now; what became of it stands in its row. Throws only when that cannot be
 * written down.
 */
export async function sendNotification(deps: SendDeps, held: Held): Promise<void> {
  const notification = await findHeld(deps.db, held);
  if (!notification) return;
  try {
    await work(deps, notification);
  } catch (error) {
    const { errors, failures } = notification;
    const isAway = isUnavailable(error) || (error instanceof AppError && error.code === "unavailable");
    const reason = error instanceof Error ? error.message : String(error);
    deps.log.warn({ err: error, communityId: notification.communityId }, "a message could not be sent now");
    if (!isAway && errors + 1 >= MOST_ERRORS) {
      await endNotification(deps.db, notification, { state: "failed", because: "error", error: reason });
      return;
    }
    await postpone(deps, notification, {
      error: reason,
      byUs: !isAway,
      seconds: retryPauseSeconds(failures + 1),
      counts: true,
    });
  }
}

async function work(deps: SendDeps, notification: HeldNotification): Promise<void> {
  if (notification.state === "sending" && (await settledByReading(deps, notification))) return;
  if (notification.expiresAt <= notification.readAt) return expire(deps, notification);
  const { settings, quietEnd } = await circumstances(deps, notification);
  if (isSwitchedOff(notification, settings)) {
    await endNotification(deps.db, notification, { state: "cancelled", because: "switched_off" });
    return;
  }
  // Tomorrow it would be no warning any more.
  if (quietEnd && notification.about === "streak_warning" && quietEnd >= notification.expiresAt)
    return expire(deps, notification);
  if (quietEnd) return postpone(deps, notification, { quietUntil: quietEnd });
  await callWhop(deps, notification, settings);
}

/** What the community has switched on, and when quiet hours end that hold for the member now. */
async function circumstances(deps: SendDeps, { communityId, userId, channel, readAt }: HeldNotification) {
  const [{ settings: rules }, { settings, preferences }] = await Promise.all([
    findSettings(deps, communityId),
    inCommunity(deps.db, communityId, async (trx) => ({
      settings: (await findNotificationSettings(trx, communityId)).settings,
      preferences: await findPreferences(trx, communityId, userId),
    })),
  ]);
  const { enabled, zone, from, to } = settings.quietHours;
  const own = zone === "member" && channel !== "announcement" ? preferences?.timeZone : null;
  // Who asks wants an answer, at whatever hour.
  const quietEnd = enabled && channel !== "reply" ? quietUntil({ from, to }, own ?? rules.timeZone, readAt) : null;
  return { settings, quietEnd };
}

function isSwitchedOff({ about, channel }: HeldNotification, settings: StoredNotificationSettings): boolean {
  if (channel === "reply") return !settings.commands.enabled;
  if (about === "reward") return !settings.rewardPush;
  if (about === "streak_warning") return false;
  if (channel === "push") return !settings.levelUpPush;
  return channel === "announcement" ? !settings.announcement.enabled : !settings.directMessage.enabled;
}
