import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { listUserIdsSince } from "@/services/xp/xp.queries";

const PAGE = 200;

/**
 * Folds again every member who was active at or after a moment: their settings have changed for that time. One transaction a
 * member, so awards go on meanwhile and a retry begins where it likes.
 * @returns the members that were replayed.
 */
export async function replayCommunity(deps: Pick<Deps, "db">, communityId: string, since: Date): Promise<string[]> {
  const replayed: string[] = [];
  for (let after = ""; ; ) {
    const userIds = await inCommunity(deps.db, communityId, (trx) =>
      listUserIdsSince(trx, communityId, since, after, PAGE),
    );
    for (const userId of userIds) await replayMember(deps, communityId, userId, "settings");
    replayed.push(...userIds);
    const last = userIds.at(-1);
    if (last === undefined) return replayed;
    after = last;
  }
}

/** Folds a member again from the opening balance on and corrects whatever is stored otherwise; a repair also whether they are one. */
export async function replayMember(
  deps: Pick<Deps, "db">,
  communityId: string,
  userId: string,
  cause: "settings" | "repair",
): Promise<void> {
  await inCommunity(deps.db, communityId, async (trx) => {
    if (cause === "repair") await sql`select settle_membership(${communityId}, ${userId})`.execute(trx);
    await sql`select rebuild_member(${communityId}, ${userId}, ${cause})`.execute(trx);
  });
}
