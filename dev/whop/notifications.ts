import { newId } from "./random";
import type { Notification } from "./records";

/** Older ones are forgotten, so that a demo may run for weeks. */
const KEPT = 2_000;

export interface Notifications {
  notify(notification: Omit<Notification, "id" | "createdAt">): Notification;
  /** Newest first. */
  notificationsTo(companyId: string, userId: string): Notification[];
  notificationData(): Notification[];
}

export function createNotifications(now: () => Date, data: readonly Notification[] = []): Notifications {
  const kept = [...data];
  return {
    notify: (given) => {
      const notification = { ...given, id: newId("ntf"), createdAt: now().toISOString() };
      kept.push(notification);
      if (kept.length > KEPT) kept.shift();
      return notification;
    },
    notificationsTo: (companyId, userId) =>
      kept.filter((one) => one.companyId === companyId && (one.userIds?.includes(userId) ?? true)).reverse(),
    notificationData: () => kept,
  };
}
