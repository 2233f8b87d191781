import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { findStoredSettings } from "@/services/communities/find-settings";
import { resetsAt } from "@/services/xp/membership";
import { listMemberships } from "@/services/xp/membership.queries";

/** What somebody who is no member any more is told of it. */
export type ExMember = {
  membership: "left" | "banned";
  /** ISO 8601. */
  endedAt: string;
  /** IANA name, of the community. */
  timeZone: string;
  /** What becomes of XP and level: kept, kept without a place on the boards, to begin anew, begun anew. */
  fate: "kept" | "off_board" | "resets" | "reset";
  /** When they begin anew, ISO 8601; null where they never will, or have. */
  resetsAt: string | null;
};

/** @returns null for who is a member as far as we know, or of whom nothing is known. @throws AppError not_found for an unknown community */
export async function readExMember(
  deps: Pick<Deps, "db" | "now">,
  communityId: string,
  userId: string,
): Promise<ExMember | null> {
  const { leavers, timeZone } = (await findStoredSettings(deps, communityId)).settings;
  const [stored] = await inCommunity(deps.db, communityId, (trx) => listMemberships(trx, communityId, [userId]));
  if (!stored || stored.membership === "member" || stored.leftAt === null) return null;
  const { membership, leftAt, resetAt } = stored;
  const due = resetsAt(stored, leavers);
  const hasBegun = resetAt?.getTime() === leftAt.getTime() || (due !== null && due <= deps.now());
  const fates = { keep: "kept", hide: "off_board", reset: hasBegun ? "reset" : "resets" } as const;
  return {
    membership,
    endedAt: leftAt.toISOString(),
    timeZone,
    fate: fates[leavers[membership]],
    resetsAt: due === null || hasBegun ? null : due.toISOString(),
  };
}
