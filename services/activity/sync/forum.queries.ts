import { sql, type Transaction } from "kysely";
import type { ItemKey, ItemKind } from "@/services/activity/sync/items.queries";
import type { DB } from "@/types/database";

type Trx = Transaction<DB>;

/** A post or a comment, as Whop has just shown it. */
export type ShownPost = {
  kind: ItemKind;
  itemId: string;
  parentId: string | null;
  occurredAt: Date;
  reactions: number;
  comments: number;
};

/**
 * Whop has just shown these. Recorded or not, they are kept: on an old post, too, there may be new comments. Those that are there when
 * a post from before `commentsSince` is shown for the first time are history. Comments are first shown when one of them is new, which may
 * be one below another: of them this holds only for what is from before `keptSince`.
 * @returns those that had been taken out as gone, and are back.
 */
export async function keepShown(
  trx: Trx,
  communityId: string,
  placeId: string,
  posts: readonly ShownPost[],
  { checkedAt, commentsSince, keptSince }: { checkedAt: Date; commentsSince: Date; keptSince: Date },
): Promise<ItemKey[]> {
  if (posts.length === 0) return [];
  const { rows } = await sql<ItemKey & { isBack: boolean }>`
    insert into sync_items as i (community_id, kind, item_id, place_id, parent_id, occurred_at, reactions, comments, comments_read, checked_at)
    select distinct on (s.kind, s."itemId") ${communityId}, s.kind, s."itemId", ${placeId}, s."parentId", s."occurredAt", s.reactions,
      s.comments, case when s."occurredAt" >= (case s.kind when 'post' then ${commentsSince} else ${keptSince} end)::timestamptz then 0 else s.comments end, ${checkedAt}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(posts)}::jsonb) as s(kind text, "itemId" text, "parentId" text, "occurredAt" timestamptz,
      reactions integer, comments integer)
    on conflict (community_id, kind, item_id) do update set
      place_id = excluded.place_id, parent_id = excluded.parent_id, reactions = excluded.reactions, comments = excluded.comments,
      checked_at = excluded.checked_at, missing_since = null
    returning i.kind, i.item_id as "itemId", i.removed_at is not null as "isBack"`.execute(trx);
  return rows.filter(({ isBack }) => isBack).map(({ kind, itemId }) => ({ kind, itemId }));
}

/** Of these posts, those that Whop has shown before. */
export async function findShown(trx: Trx, communityId: string, postIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select item_id as id from sync_items
    where community_id = ${communityId} and kind = 'post' and item_id = any (${postIds}::text[]) and checked_at is not null`.execute(
    trx,
  );
  return new Set(rows.map(({ id }) => id));
}

/** In which part of a forum: its posts, or the comments on one post or comment. */
export type Part = { placeId: string; kind: ItemKind; parentId?: string };

/**
 * A complete read has not shown these: what is not recorded is forgotten, for nothing of it is to be taken out; the rest is to be asked
 * for (see `markMissing`).
 */
export async function forgetUnrecorded(trx: Trx, communityId: string, part: Part, checkedSince: Date): Promise<void> {
  await sql`
    delete from sync_items i
    where i.community_id = ${communityId} and i.place_id = ${part.placeId} and i.kind = ${part.kind}
      and (${part.parentId ?? null}::text is null or i.parent_id = ${part.parentId ?? null}) and i.checked_at < ${checkedSince}
      and not exists (select from activity_identities a where a.community_id = i.community_id
        and a.activity_id = i.kind || ':' || i.item_id and a.occurred_at is not null)`.execute(trx);
}

/** What is below something that is missing may be gone with it: Whop lists it no more. */
export async function markMissingBelow(trx: Trx, communityId: string): Promise<void> {
  await sql`
    with recursive below as (
      select c.item_id from sync_items p
      join sync_items c on c.community_id = p.community_id and c.kind = 'comment' and c.parent_id = p.item_id
      where p.community_id = ${communityId} and p.kind in ('post', 'comment') and p.missing_since is not null
      union
      select c.item_id from below b
      join sync_items c on c.community_id = ${communityId} and c.kind = 'comment' and c.parent_id = b.item_id
    )
    update sync_items i set missing_since = now()
    from below b
    where i.community_id = ${communityId} and i.kind = 'comment' and i.item_id = b.item_id
      and i.missing_since is null and i.removed_at is null`.execute(trx);
}

/** Whop has just said that it knows it no more: it is to be asked for by itself. */
export async function markAbsent(trx: Trx, communityId: string, { kind, itemId }: ItemKey): Promise<void> {
  await sql`
    update sync_items set missing_since = coalesce(missing_since, now())
    where community_id = ${communityId} and kind = ${kind} and item_id = ${itemId} and removed_at is null`.execute(trx);
}

export type CommentedItem = ItemKey & {
  placeId: string;
  experienceId: string;
  /** The count under which they are read now. */
  comments: number;
};

/** Posts and comments below which more or fewer comments stand than when they were last read, the newest first. */
export async function listCommented(trx: Trx, communityId: string, limit: number): Promise<CommentedItem[]> {
  const { rows } = await sql<CommentedItem>`
    select i.kind, i.item_id as "itemId", i.place_id as "placeId", p.experience_id as "experienceId", i.comments
    from sync_items i join sync_places p on p.community_id = i.community_id and p.place_id = i.place_id
    where i.community_id = ${communityId} and i.kind in ('post', 'comment') and i.comments <> i.comments_read
      and i.removed_at is null and i.missing_since is null
    order by i.occurred_at desc limit ${limit}`.execute(trx);
  return rows;
}

/** They have been read when there were so many. */
export async function markCommentsRead(
  trx: Trx,
  communityId: string,
  { kind, itemId, comments }: Pick<CommentedItem, "kind" | "itemId" | "comments">,
): Promise<void> {
  await sql`
    update sync_items set comments_read = ${comments}
    where community_id = ${communityId} and kind = ${kind} and item_id = ${itemId}`.execute(trx);
}

/** Comments (and likes) of what is younger are to be read again, though their number is the same: one may have come for one that went. */
export async function readAnew(
  trx: Trx,
  communityId: string,
  since: Date,
  { likes }: { likes: boolean },
): Promise<void> {
  await sql`
    update sync_items set comments_read = case when comments > 0 then -1 else comments_read end,
      reactions_read = case when ${likes} and reactions > 0 then -1 else reactions_read end
    where community_id = ${communityId} and kind in ('post', 'comment') and occurred_at >= ${since} and removed_at is null
      and (comments > 0 or ${likes} and reactions > 0)`.execute(trx);
}
