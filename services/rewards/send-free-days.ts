import { z } from "zod";
import type { Deps } from "@/lib/deps";
import type { WhopMembership } from "@/lib/whop/client";
import type { SentThroughWhop } from "@/services/rewards/send-kind";

const DAY_MS = 86_400_000;
/** Whop may keep whole seconds. */
const TOLERANCE_MS = 1_000;
/** So near its end, or after it, a membership may have been renewed: then a longer one need not be longer by us. */
const RENEWAL_MS = 3_600_000;

/** Those whose end is a day to come. */
const RUNNING = new Set(["trialing", "active", "past_due", "canceling"]);
/** "completed" is paid once and for good. */
const FOR_LIFE = new Set([...RUNNING, "completed"]);

const value = z.object({ days: z.int().min(1).max(1_095) });
const request = z.object({ membershipId: z.string(), days: z.int(), endBefore: z.coerce.date() });
type Request = z.output<typeof request>;

/**
 * Free days go to the running membership that ends last. Whop shows no list of them, so whether they were added is read off the
 * membership's end: moved by exactly so many days of 24 hours, or not at all.
 */
export function sendFreeDays({ whop }: Pick<Deps, "whop">): SentThroughWhop<Request> {
  return {
    operations: { prepare: "memberships.list", call: "memberships.addFreeDays", read: "memberships.retrieve" },
    requestOf: (stored) => request.parse(stored),
    async prepare({ communityId }, reward) {
      const { days } = value.parse(reward.value);
      const memberships = await whop.listMemberships({ companyId: communityId, userId: reward.userId });
      const chosen = lastToEnd(memberships);
      if (chosen) return { kind: "ready", request: { membershipId: chosen.id, days, endBefore: chosen.end } };
      return { kind: memberships.some(isForLife) ? "no_end" : "waits" };
    },
    async call({ membershipId, days }, key) {
      const written = await whop.addFreeDays({ membershipId, days, key });
      if (written.kind !== "done") return written;
      return { kind: "done", value: { whopId: membershipId, read: { endAfter: written.value.renewalPeriodEnd } } };
    },
    async read({ membershipId, days, endBefore }, { readAt }) {
      const membership = await whop.retrieveMembership(membershipId);
      const end = membership?.renewalPeriodEnd;
      if (!membership || !end)
        return { kind: "unclear", why: "The membership is gone, so whether it got the days cannot be seen." };
      if (isNear(end, endBefore)) return { kind: "absent", usable: RUNNING.has(membership.status) };
      const mayBeRenewed = endBefore.getTime() <= readAt.getTime() + RENEWAL_MS;
      const expected = new Date(endBefore.getTime() + days * DAY_MS);
      if (isNear(end, expected) && !mayBeRenewed) {
        return { kind: "there", whopId: membershipId, read: { endAfter: end } };
      }
      return {
        kind: "unclear",
        why: "The membership's end was moved by something else as well, so whether it got the days cannot be seen.",
      };
    },
    isWorthAnother: () => false,
  };
}

function lastToEnd(memberships: WhopMembership[]): { id: string; end: Date } | undefined {
  return memberships
    .flatMap(({ id, status, renewalPeriodEnd: end }) => (RUNNING.has(status) && end ? [{ id, end }] : []))
    .sort((one, other) => other.end.getTime() - one.end.getTime() || (one.id < other.id ? -1 : 1))[0];
}

const isForLife = ({ status, renewalPeriodEnd }: WhopMembership) => FOR_LIFE.has(status) && renewalPeriodEnd === null;

const isNear = (one: Date, other: Date) => Math.abs(one.getTime() - other.getTime()) <= TOLERANCE_MS;
