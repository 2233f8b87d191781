import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";

/**
 * When a back-fill of the community last counted something, ISO 8601; null where none has. What a member's XP has gained with it is
 * no news.
 */
export async function findHistoryTime({ db }: Pick<Deps, "db">, communityId: string): Promise<string | null> {
  const row = await inCommunity(db, communityId, (trx) =>
    trx
      .selectFrom("back_fills")
      .select("moved_at")
      .where("community_id", "=", communityId)
      .where("recorded", ">", 0)
      .executeTakeFirst(),
  );
  return row?.moved_at.toISOString() ?? null;
}
