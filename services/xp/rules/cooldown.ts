import type { ActionRate } from "@/services/communities/settings.schema";

/** Whether less than the cooldown lies between an activity and the last paid one of its action before it. */
export function coolingDown(rate: ActionRate, occurredAt: Date, lastPaidAt: Date | undefined): boolean {
  if (!lastPaidAt) return false;
  return occurredAt.getTime() < lastPaidAt.getTime() + rate.cooldownSeconds * 1000;
}
