import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { listStoredNames, type NamedMember } from "@/services/leaderboard/member.queries";

/** Of some members the names that are stored, for their community's team: in the order given, without a name where none is known. */
export async function listNames(
  deps: Pick<Deps, "db">,
  communityId: string,
  userIds: readonly string[],
): Promise<NamedMember[]> {
  if (userIds.length === 0) return [];
  const stored = await inCommunity(deps.db, communityId, (trx) => listStoredNames(trx, communityId, userIds));
  const known = new Map<string, NamedMember>(stored.map((member) => [member.userId, member]));
  return userIds.map((userId) => known.get(userId) ?? { userId, name: null, username: null });
}
