import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { awaitShare } from "@/lib/whop/await-share";
import type { WhopMembership } from "@/lib/whop/client";
import { COMPARED_MS, type Finding } from "@/services/rewards/finding";
import { type DeliveredRow, listDelivered } from "@/services/rewards/reconcile.queries";

/** One call each: at nine a second this many take a minute. The newest are looked at. */
const MOST_MEMBERSHIPS = 500;
/** Beyond what rounding makes of a time. */
const SLACK_MS = 60_000;
const WITH_ACCESS = new Set(["trialing", "active", "past_due", "canceling", "completed"]);

type MembershipDeps = Pick<Deps, "db" | "now" | "whop" | "whopShare" | "access">;
type Extended = DeliveredRow & { endAfter: Date };

/** Memberships that got free days and now end earlier than they did then, or are gone; nothing to do where the member has left. */
export async function findMembershipDifferences(deps: MembershipDeps, communityId: string): Promise<Finding[]> {
  const since = new Date(deps.now().getTime() - COMPARED_MS);
  const rewards = await inCommunity(deps.db, communityId, (trx) =>
    listDelivered(trx, communityId, { type: "free_days", since, limit: MOST_MEMBERSHIPS }),
  );
  const findings: Finding[] = [];
  for (const reward of latestOfEach(rewards)) {
    await awaitShare(deps, "memberships.retrieve");
    const membership = await deps.whop.retrieveMembership(reward.whopId);
    const finding = compared(reward, membership, deps.now());
    if (!finding) continue;
    await awaitShare(deps, "users.checkAccess");
    const hasLeft = (await deps.access.roleIn(communityId, reward.userId)) === null;
    findings.push({ ...finding, severity: hasLeft ? "info" : "warning" });
  }
  return findings;
}

/** Of several rewards that went to one membership, the one that took its end farthest. */
function latestOfEach(rewards: DeliveredRow[]): Extended[] {
  const latest = new Map<string, Extended>();
  for (const reward of rewards) {
    const { endAfter, whopId } = reward;
    const other = latest.get(whopId);
    if (endAfter !== null && (!other || endAfter > other.endAfter)) latest.set(whopId, { ...reward, endAfter });
  }
  return [...latest.values()];
}

function compared(reward: Extended, membership: WhopMembership | null, now: Date): Omit<Finding, "severity"> | null {
  const { rewardId, whopId, endAfter } = reward;
  const finding = { subject: whopId, rewardId, whopId, codeEnd: null, expectedUntil: endAfter };
  const end = membership?.renewalPeriodEnd ?? null;
  const isOver = membership === null || !WITH_ACCESS.has(membership.status);
  if (isOver && (end === null || end > now)) return { ...finding, kind: "membership_gone", foundUntil: null };
  // One that runs without an end has lost nothing.
  const isShorter = end !== null && end.getTime() < endAfter.getTime() - SLACK_MS;
  return isShorter ? { ...finding, kind: "days_missing", foundUntil: end } : null;
}
