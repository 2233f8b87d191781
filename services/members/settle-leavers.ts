import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { findSettings } from "@/services/communities/find-settings";
import type { AnnounceDeps } from "@/services/leaderboard/announce";
import {
  listCommunitiesToSettle,
  listDueResets,
  listEverAway,
  type Settled,
  settle,
} from "@/services/members/membership.queries";
import { tellSettled } from "@/services/members/record-membership";
import { awayForReset } from "@/services/xp/membership";

const PAGE = 200;

type SettleDeps = AnnounceDeps & Pick<Deps, "redis">;

/** Settles everybody who is away or has been: their community has chosen anew what becomes of them, maybe for then as well. */
export async function settleLeavers(deps: SettleDeps, communityId: string): Promise<void> {
  await settlePages(deps, communityId, (after) =>
    inCommunity(deps.db, communityId, (trx) => listEverAway(trx, communityId, after, PAGE)),
  );
}

/** Begins the XP anew of everybody who has been away for as long as their community says. */
export async function settleDueResets(deps: SettleDeps): Promise<void> {
  for (const communityId of await listCommunitiesToSettle(deps.db)) {
    const { leavers } = (await findSettings(deps, communityId)).settings;
    const memberships = (["left", "banned"] as const).filter((membership) => leavers[membership] === "reset");
    if (memberships.length === 0) continue;
    const before = new Date(deps.now().getTime() - awayForReset(leavers));
    await settlePages(deps, communityId, (after) =>
      inCommunity(deps.db, communityId, (trx) => listDueResets(trx, communityId, { memberships, before }, after, PAGE)),
    );
  }
}

/** One transaction a member, so that a retry begins where it likes; the boards are told once, of all. */
async function settlePages(
  deps: SettleDeps,
  communityId: string,
  read: (afterUserId: string) => Promise<string[]>,
): Promise<void> {
  const settled: Settled[] = [];
  for (let after: string | undefined = ""; after !== undefined; ) {
    const userIds: string[] = await read(after);
    for (const userId of userIds) {
      settled.push(await inCommunity(deps.db, communityId, (trx) => settle(trx, communityId, userId)));
    }
    after = userIds.at(-1);
  }
  await tellSettled(deps, communityId, settled);
}
