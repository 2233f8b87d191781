import { sql, type Transaction } from "kysely";
import type { Activity } from "@/services/xp/activity";
import type { DB } from "@/types/database";

/** A chat, a forum, or a post whose comments are read. */
export type BackFillPlace = {
  placeId: string;
  kind: "chat" | "forum" | "comments";
  experienceId: string;
  cursor: string | null;
  readBackTo: Date | null;
};

/** An activity that waits to be counted; `isErased` where its member has had everything deleted since. */
export type StoredItem = { activity: Activity; isErased: boolean };

export function findBackFill(trx: Transaction<DB>, communityId: string) {
  return trx.selectFrom("back_fills").selectAll().where("community_id", "=", communityId).executeTakeFirst();
}

/** Pages that have been read, and about how many there are; of a chat by how far back the pages have come. */
export async function findPages(
  trx: Transaction<DB>,
  communityId: string,
): Promise<{ read: number; expected: number }> {
  const { rows } = await sql<{ read: number; expected: number }>`
    select coalesce(sum(p.pages), 0)::integer as read,
      coalesce(sum(case when p.is_read then p.pages
        when p.read_back_to is null then p.expected_pages
        else least(100000, p.pages / greatest(0.001,
          extract(epoch from b.started_at - p.read_back_to) / extract(epoch from b.started_at - b.since))) end), 0)::integer as expected
    from back_fill_places p join back_fills b on b.community_id = p.community_id
    where p.community_id = ${communityId}`.execute(trx);
  return rows[0] ?? { read: 0, expected: 0 };
}

/** The next place to go on with: posts before their comments, for only then it is known how much there is. */
export function findNextPlace(trx: Transaction<DB>, communityId: string): Promise<BackFillPlace | undefined> {
  return trx
    .selectFrom("back_fill_places")
    .select([
      "place_id as placeId",
      sql<BackFillPlace["kind"]>`kind`.as("kind"),
      "experience_id as experienceId",
      "cursor",
      "read_back_to as readBackTo",
    ])
    .where("community_id", "=", communityId)
    .where("is_read", "=", false)
    .orderBy(sql`kind = 'forum'`, "desc")
    .orderBy("kind")
    .orderBy("place_id")
    .limit(1)
    .executeTakeFirst();
}

/** The oldest that wait to be counted. */
export async function listNextItems(trx: Transaction<DB>, communityId: string, limit: number): Promise<StoredItem[]> {
  const rows = await trx
    .selectFrom("back_fill_items as i")
    .select(({ exists, selectFrom }) => [
      "i.activity_id",
      "i.user_id",
      "i.action",
      "i.occurred_at",
      "i.experience_id",
      "i.content_length",
      sql<string | null>`encode(i.content_hash, 'hex')`.as("content_hash"),
      exists(
        selectFrom("audit_log as a")
          .select("a.sequence")
          .whereRef("a.community_id", "=", "i.community_id")
          .whereRef("a.subject", "=", "i.user_id")
          .whereRef("a.occurred_at", ">=", "i.occurred_at")
          .where("a.action", "=", "member.erased"),
      ).as("is_erased"),
    ])
    .where("i.community_id", "=", communityId)
    .orderBy("i.occurred_at")
    .orderBy("i.activity_id")
    .limit(limit)
    .execute();
  return rows.map(({ is_erased, ...row }) => ({
    isErased: Boolean(is_erased),
    activity: {
      activityId: row.activity_id,
      userId: row.user_id,
      action: row.action,
      occurredAt: row.occurred_at,
      experienceId: row.experience_id ?? undefined,
      contentLength: row.content_length ?? undefined,
      contentHash: row.content_hash ?? undefined,
      source: "history",
    },
  }));
}
