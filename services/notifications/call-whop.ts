import { inCommunity } from "@/lib/db/database";
import { awaitShare } from "@/lib/whop/await-share";
import type { Written } from "@/lib/whop/client";
import { composeNotification, type Place } from "@/services/notifications/compose-notification";
import type { HeldNotification, NotificationRequest } from "@/services/notifications/notification-row";
import {
  beginNotification,
  findDirectChannel,
  findToLevel,
  nameChannel,
} from "@/services/notifications/notifications.queries";
import type { StoredNotificationSettings } from "@/services/notifications/notifications.schema";
import type { SendDeps } from "@/services/notifications/send-notifications";
import { LONGEST_WAIT_SECONDS, postpone, settle } from "@/services/notifications/settle-notification";

/** How often the words are made anew because the level grew meanwhile. */
const MOST_WORDINGS = 5;
/** After the same words of another have most likely been said. */
const SAME_WORDS_SECONDS = 5;

/** Asks Whop once, where it is still to be asked, and writes down what came of it. */
export async function callWhop(
  deps: SendDeps,
  notification: HeldNotification,
  settings: StoredNotificationSettings,
): Promise<void> {
  const place = await findPlace(deps, notification, settings);
  if (place === null) return;
  const wait = await awaitShare(
    deps,
    place === "push" ? "notifications.create" : "messages.create",
    LONGEST_WAIT_SECONDS,
  );
  if (wait > 0) return postpone(deps, notification, { seconds: wait });
  const key = `notification-${notification.notificationId}`;
  const request = await begun(deps, notification, place, key);
  if (!request) return;
  await settle(deps, notification, await ask(deps, request, key));
}

/** Null when a direct message has no place to go to now; its row then says why. */
async function findPlace(
  deps: SendDeps,
  notification: HeldNotification,
  { announcement, directMessage }: StoredNotificationSettings,
): Promise<Place | null> {
  const { channel, communityId, userId, notificationId } = notification;
  if (channel === "push" || channel === "reply") return channel;
  if (channel === "announcement")
    return { channelId: announcement.experienceId ?? "", template: announcement.template };
  const { template } = directMessage;
  if (notification.request?.kind === "message") return { channelId: notification.request.channelId, template };
  const known = await inCommunity(deps.db, communityId, (trx) => findDirectChannel(trx, communityId, userId));
  if (known) return { channelId: known, template };

  const wait = await awaitShare(deps, "dmChannels.create", LONGEST_WAIT_SECONDS);
  if (wait > 0) return postpone(deps, notification, { seconds: wait }).then(() => null);
  const key = `notification-${notificationId}-channel`;
  const made = await deps.whop.createDmChannel({ companyId: communityId, userIds: [userId], key });
  if (made.kind !== "done") return settle(deps, notification, made).then(() => null);
  const isHeld = await nameChannel(deps.db, notification, made.value.id);
  return isHeld ? { channelId: made.value.id, template } : null;
}

/** The words to be sent, written down with their key; undefined when they are not to be sent now. */
async function begun(
  deps: SendDeps,
  notification: HeldNotification,
  place: Place,
  key: string,
): Promise<NotificationRequest | undefined> {
  const { communityId, notificationId } = notification;
  let { toLevel } = notification;
  for (let wordings = 0; wordings < MOST_WORDINGS; wordings += 1) {
    const request = notification.request ?? (await composeNotification(deps, { ...notification, toLevel }, place));
    const may = await beginNotification(deps.db, notification, { toLevel, request, key });
    if (may === "go") return request;
    if (may === "busy") return postpone(deps, notification, { seconds: SAME_WORDS_SECONDS }).then(() => undefined);
    if (may !== "changed") return undefined;
    toLevel = await inCommunity(deps.db, communityId, (trx) => findToLevel(trx, communityId, notificationId));
  }
  return postpone(deps, notification, { seconds: SAME_WORDS_SECONDS }).then(() => undefined);
}

async function ask(
  { whop }: SendDeps,
  request: NotificationRequest,
  key: string,
): Promise<Written<{ id: string } | null>> {
  if (request.kind === "message") {
    const { channelId, content, replyingToId } = request;
    return whop.createMessage({ channelId, content, replyingToId: replyingToId ?? undefined, key });
  }
  const { experienceId, userId, title, content, restPath } = request;
  return whop.sendNotification({
    experienceId,
    userIds: [userId],
    title,
    content,
    restPath: restPath ?? undefined,
    key,
  });
}
