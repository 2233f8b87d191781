import { awaitShare } from "@/lib/whop/await-share";
import { lookForMessage } from "@/services/notifications/look-for-message";
import type { HeldNotification } from "@/services/notifications/notification-row";
import { endNotification } from "@/services/notifications/notifications.queries";
import type { SendDeps } from "@/services/notifications/send-notifications";
import { expire, giveUp, LONGEST_WAIT_SECONDS, postpone } from "@/services/notifications/settle-notification";

/** Whop keeps what a key stands for for 24 hours. An hour before that it is not relied on any more. */
const KEY_LASTS_MS = 23 * 3_600_000;
/** After the first call: for so long it is tried to read what became of a message whose key has expired. */
const READ_FOR_MS = 72 * 3_600_000;

const isKeyUsable = ({ keyedAt, readAt }: HeldNotification) =>
  keyedAt !== null && readAt.getTime() - keyedAt.getTime() < KEY_LASTS_MS;

/**
 * It has been asked for before. What can be read is read before anything else; what can neither be read nor be asked for again
 * under the same key is given up, because a second one would be worse than none.
 * @returns true when there is nothing left to do now.
 */
export async function settledByReading(deps: SendDeps, notification: HeldNotification): Promise<boolean> {
  const { request, keyedAt, readAt, communityId, channel } = notification;
  if (request === null || keyedAt === null) throw new Error("What has been asked for stands in the row.");
  const isUsable = isKeyUsable(notification);
  if (request.kind === "notification") return isUsable ? false : giveUp(deps, notification);
  if (channel === "reply" && isUsable) return false; // many are alike, and none outlives its key

  const wait = await awaitShare(deps, "messages.list", LONGEST_WAIT_SECONDS);
  if (wait > 0) return postpone(deps, notification, { seconds: wait }).then(() => true);
  const { channelId, content } = request;
  try {
    const sight = await lookForMessage(deps, { communityId, channelId, content, since: keyedAt });
    if (sight.kind === "there") {
      await endNotification(deps.db, notification, { state: "sent", whopId: sight.whopId });
      return true;
    }
    if (isUsable) return false;
    if (sight.kind !== "absent") return giveUp(deps, notification);
    await expire(deps, notification);
    return true;
  } catch (error) {
    if (readAt.getTime() - keyedAt.getTime() > READ_FOR_MS) return giveUp(deps, notification);
    throw error;
  }
}
