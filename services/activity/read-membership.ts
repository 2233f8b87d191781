import { createHash } from "node:crypto";
import type { MembershipFact } from "@/services/xp/membership";

type Said = {
  kind: "joined" | "left";
  userId: string;
  /** As Whop names it (mem_…). */
  membershipId?: string;
  occurredAt: Date;
};

/** What Whop's event says of a membership. The same event, from whichever of our webhooks, is the same fact. */
export function saidByWhop({ kind, userId, membershipId, occurredAt }: Said): MembershipFact {
  const eventId = `${membershipId ?? ""}:${kind}:${occurredAt.toISOString()}`;
  return { eventId, membershipId: membershipId ?? null, kind, userId, occurredAt, source: "webhook" };
}

/**
 * The same in Whop's older form, which says nowhere when it happened: it counts as having happened when it was first sent. What it
 * says tells a repeated delivery from another event.
 */
export function saidByOlderWhop(said: Said, data: unknown): MembershipFact {
  const digest = createHash("sha256").update(JSON.stringify(data)).digest("hex").slice(0, 32);
  return { ...saidByWhop(said), eventId: `${said.membershipId ?? ""}:${said.kind}:${digest}` };
}

/** In the owner's form, an id may be a membership's or anything else's. @param activityId of the joining. */
export function saidByOwner(
  userId: string,
  id: string | undefined,
  activityId: string,
  occurredAt: Date,
): MembershipFact {
  const membershipId = id?.startsWith("mem_") ? id : null;
  return { eventId: activityId, membershipId, kind: "joined", userId, occurredAt, source: "webhook" };
}
