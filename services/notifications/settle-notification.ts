import { retryPauseSeconds } from "@/lib/retry-pause";
import type { Written } from "@/lib/whop/client";
import type { HeldNotification } from "@/services/notifications/notification-row";
import {
  endNotification,
  nameChannel,
  type Pause,
  postponeNotification,
} from "@/services/notifications/notifications.queries";
import type { SendDeps } from "@/services/notifications/send-notifications";

/** For Whop's share: well below the 60 seconds for which a row is held, with the calls themselves. */
export const LONGEST_WAIT_SECONDS = 10;

/** Writes down what Whop's answer means. */
export async function settle(
  deps: SendDeps,
  notification: HeldNotification,
  written: Written<{ id: string } | null>,
): Promise<void> {
  const { channel, failures } = notification;
  const pause = (retryAfterSeconds = 0) => retryPauseSeconds(failures + 1, retryAfterSeconds);
  switch (written.kind) {
    case "done":
      await endNotification(deps.db, notification, { state: "sent", whopId: written.value?.id ?? null });
      return;
    case "refused": {
      if (written.status === 404 && channel === "direct_message") await nameChannel(deps.db, notification, null);
      const because = written.status === 403 ? "no_permission" : "refused";
      await endNotification(deps.db, notification, { state: "failed", because, error: refusal(channel, written) });
      return;
    }
    case "busy":
      return postpone(deps, notification, {
        seconds: pause(written.retryAfterSeconds),
        counts: true,
        error: "Whop is busy.",
      });
    case "in_progress":
      return postpone(deps, notification, { seconds: pause(), counts: true, error: "Whop is still working on it." });
    case "unknown":
      return postpone(deps, notification, { seconds: pause(), counts: true, error: written.reason });
  }
}

const PERMISSIONS: Record<HeldNotification["channel"], string> = {
  push: "notification:create",
  announcement: "chat:message:create",
  direct_message: "dms:channel:manage",
  reply: "chat:message:create",
};

function refusal(
  channel: HeldNotification["channel"],
  { status, message }: { status: number; message: string },
): string {
  if (status === 403)
    return `Whop does not let WEE5 do that: it needs the permission ${PERMISSIONS[channel]}. (${message})`;
  if (status === 404 && channel === "announcement") return `Whop does not know the chosen chat any more. (${message})`;
  return `Whop refused: ${message}`;
}

/** It is no news any more. What has been tried in vain somebody should hear of, but for the answer to a question. */
export async function expire(deps: SendDeps, notification: HeldNotification): Promise<void> {
  const { state, about, channel, failures, lastError } = notification;
  if (about === "command" || (state === "due" && failures === 0)) {
    await endNotification(deps.db, notification, { state: "cancelled", because: "expired" });
  } else if (state === "sending" && channel === "push") {
    await giveUp(deps, notification);
  } else {
    const error = `It did not go out within a day. ${lastError ?? ""}`.trim();
    await endNotification(deps.db, notification, { state: "failed", because: "not_taken", error });
  }
}

/** @returns true, for there is nothing left to do. */
export async function giveUp(deps: SendDeps, notification: HeldNotification): Promise<true> {
  const error = "Whop never answered whether it was sent, so it was not sent again.";
  await endNotification(deps.db, notification, { state: "failed", because: "unknown_outcome", error });
  return true;
}

/** Gives it back for later. */
export async function postpone(deps: SendDeps, notification: HeldNotification, pause: Pause): Promise<void> {
  const isHeld = await postponeNotification(deps.db, notification, pause);
  if (!isHeld) deps.log.info({ communityId: notification.communityId }, "another worker has taken a message over");
}
