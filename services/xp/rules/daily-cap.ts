import type { Settings } from "@/services/communities/settings.schema";

/**
 * What is left to pay under the caps of a day: the award that meets a cap pays the rest of it.
 * @param actionXp XP paid to the member that day for the action, @param totalXp for all actions (adjustments apart).
 */
export function underCaps(settings: Settings, action: string, xp: number, actionXp: number, totalXp: number): number {
  const actionCap = settings.actions[action]?.dailyXpCap ?? Number.POSITIVE_INFINITY;
  const totalCap = settings.dailyXpCap ?? Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(xp, actionCap - actionXp, totalCap - totalXp));
}
