import type { WhopMember } from "@/lib/whop/client";
import type { MembershipFact } from "@/services/xp/membership";
import type { StoredMembership } from "@/services/xp/membership.queries";

/** A webhook of the last minute may be on its way, or its effect not yet on the page: it outweighs what a page shows. */
const SETTLED_MS = 60_000;

/**
 * What a page of Whop's members says otherwise than we know, as facts about the member as a whole: no page says when somebody left.
 * @param askedAt when the page was asked for, by our clock.
 */
export function membershipNews(stored: StoredMembership, shown: WhopMember, askedAt: Date): MembershipFact[] {
  const { userId, membership, leftAt } = stored;
  const seenAt = new Date(askedAt.getTime() - SETTLED_MS);
  const state = stateOf(shown);
  if (state === "in" && membership !== "member") {
    // Since when, Whop does say, unless it means the first time.
    const isBackSince = leftAt !== null && shown.joinedAt > leftAt && shown.joinedAt < seenAt;
    const at = isBackSince ? shown.joinedAt : seenAt;
    return [...(membership === "banned" ? [fact(userId, "unbanned", at)] : []), fact(userId, "joined", at)];
  }
  if (state === "left" && membership === "member") return [fact(userId, "left", seenAt)];
  // Of who has left already, nothing shows whether it was by a ban.
  if (state === "banned" && membership === "member") return [fact(userId, "banned", seenAt)];
  return [];
}

/** Whop names no ban. That who has not left and is not let in has been banned is our assumption. */
function stateOf({ accessLevel, status }: WhopMember): "in" | "left" | "banned" | "unknown" {
  if (accessLevel !== "no_access") return "in";
  if (status === "left") return "left";
  return status === "joined" ? "banned" : "unknown";
}

function fact(userId: string, kind: MembershipFact["kind"], occurredAt: Date): MembershipFact {
  const eventId = `sync:${kind}:${occurredAt.toISOString()}`;
  return { eventId, membershipId: null, kind, userId, occurredAt, source: "sync" };
}
