import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { NotificationSettingsChange, NotificationSettingsQuery } from "@/services/notifications/notifications.schema";
import { readNotificationSettings } from "@/services/notifications/read-settings";
import { saveNotificationSettings } from "@/services/notifications/save-settings";

const read = route({
  auth: "staff",
  query: NotificationSettingsQuery,
  community: ({ query }) => query.experienceId,
  limit: { name: "notification-settings-read", per: "caller", max: 60, windowSeconds: 60 },
  handle: (deps, { communityId }) => readNotificationSettings(deps, communityId),
});

const change = route({
  auth: "admin",
  body: NotificationSettingsChange,
  community: ({ body }) => body.experienceId,
  limit: { name: "notification-settings", per: "caller", max: 20, windowSeconds: 60 },
  handle: (deps, { communityId, caller, body: { experienceId: _, ...settings } }) =>
    saveNotificationSettings(deps, communityId, { settings, by: caller.userId }),
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({ GET: read, PUT: change });
