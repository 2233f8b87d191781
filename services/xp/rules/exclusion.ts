import type { Settings } from "@/services/communities/settings.schema";
import type { Activity, Outcome } from "@/services/xp/activity";

/** The first reason for which an activity is not considered at all; undefined when there is none. */
export function exclusion(settings: Settings, activity: Activity): Outcome | undefined {
  const rate = settings.actions[activity.action];
  if (settings.paused) return "paused";
  if (settings.excludedUserIds.includes(activity.userId)) return "excluded_member";
  if (activity.experienceId && settings.excludedExperienceIds.includes(activity.experienceId)) {
    return "excluded_channel";
  }
  if (!rate?.enabled) return "disabled";
  if (activity.subjectUserId === activity.userId) return "self";
  if (activity.contentLength !== undefined && activity.contentLength < rate.minLength) return "too_short";
  return undefined;
}
