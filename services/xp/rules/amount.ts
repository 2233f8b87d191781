import { createHash } from "node:crypto";
import type { ActionRate } from "@/services/communities/settings.schema";

/**
 * XP of an activity before cooldown and caps. A random amount is drawn from SHA-256 over community and activity id
 * (its first 48 bits, modulo the width of the range), so that a retry or a replay draws the same.
 */
export function amount(rate: ActionRate, communityId: string, activityId: string): number {
  if (rate.minXp === rate.maxXp) return rate.minXp;
  const draw = createHash("sha256").update(`${communityId}:${activityId}`).digest().readUIntBE(0, 6);
  return rate.minXp + (draw % (rate.maxXp - rate.minXp + 1));
}
