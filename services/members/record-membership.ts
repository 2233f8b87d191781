import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { inBackground } from "@/lib/http/background";
import type { AnnounceDeps } from "@/services/leaderboard/announce";
import { catchUpAll } from "@/services/leaderboard/catch-up-all";
import { tellMembers } from "@/services/leaderboard/tell-members";
import { recordFact, type Settled } from "@/services/members/membership.queries";
import type { MembershipFact } from "@/services/xp/membership";

type MembershipDeps = AnnounceDeps & Pick<Deps, "redis">;

/**
 * Records that somebody came, went, was banned or let in again, and does at once what follows from it: their place on the boards,
 * XP that begin anew, rewards that waited for a membership. Facts may come repeatedly and in any order.
 * @returns the member after the last of the facts.
 */
export async function recordMembership(
  deps: MembershipDeps,
  communityId: string,
  facts: readonly MembershipFact[],
): Promise<Settled[]> {
  const settled: Settled[] = [];
  for (const fact of facts) {
    settled.push(await inCommunity(deps.db, communityId, (trx) => recordFact(trx, communityId, fact)));
  }
  await tellSettled(deps, communityId, settled);
  return settled;
}

/** Brings the boards up to what has been settled, and tells pages of who stands otherwise now. */
export async function tellSettled(
  deps: MembershipDeps,
  communityId: string,
  settled: readonly Settled[],
): Promise<void> {
  const moved = [...new Set(settled.filter((one) => one.moved).map(({ userId }) => userId))];
  if (moved.length === 0) return;
  await catchUpAll(deps, communityId);
  inBackground(deps, tellMembers(deps, communityId, moved));
}
