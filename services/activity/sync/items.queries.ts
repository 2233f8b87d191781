import { type RawBuilder, sql, type Transaction } from "kysely";
import type { DB } from "@/types/database";

type Trx = Transaction<DB>;

export type ItemKind = "message" | "post" | "comment";

export type SeenItem = {
  kind: ItemKind;
  itemId: string;
  placeId: string;
  /** Of a comment: what it is below. */
  parentId?: string | null;
  occurredAt: Date;
  /** As Whop counts them. */
  reactions: number;
  comments?: number;
};

/**
 * Whop has just shown these. Only what is recorded is kept: of anything else nothing is to be found out.
 * @returns those that had been taken out as gone, and are back.
 */
export async function keepSeen(
  trx: Trx,
  communityId: string,
  items: readonly SeenItem[],
  checkedAt: Date,
): Promise<{ kind: ItemKind; itemId: string }[]> {
  if (items.length === 0) return [];
  // On a page that comes with something new on its head an item may be twice.
  const { rows } = await sql<{ kind: ItemKind; itemId: string; isBack: boolean }>`
    insert into sync_items as i (community_id, kind, item_id, place_id, parent_id, occurred_at, reactions, comments, checked_at)
    select distinct on (s.kind, s."itemId") ${communityId}, s.kind, s."itemId", s."placeId", s."parentId", s."occurredAt", s.reactions,
      coalesce(s.comments, 0), ${checkedAt}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(items)}::jsonb) as s(kind text, "itemId" text, "placeId" text, "parentId" text,
      "occurredAt" timestamptz, reactions integer, comments integer)
    join activity_identities a on a.community_id = ${communityId} and a.activity_id = s.kind || ':' || s."itemId"
    where a.occurred_at is not null and a.user_id is not null
    on conflict (community_id, kind, item_id) do update set
      place_id = excluded.place_id, parent_id = excluded.parent_id, reactions = excluded.reactions, comments = excluded.comments,
      checked_at = excluded.checked_at, missing_since = null
    returning i.kind, i.item_id as "itemId", i.removed_at is not null as "isBack"`.execute(trx);
  return rows.filter(({ isBack }) => isBack).map(({ kind, itemId }) => ({ kind, itemId }));
}

/**
 * What is in the place between the two times and was not shown since `checkedSince` is to be asked for by itself. What Whop has never
 * shown us, because only a webhook told of it, is looked for only if its id is one of Whop's by its form: of what another system has
 * made up Whop knows nothing, and that would say nothing.
 */
export async function markMissing(
  trx: Trx,
  communityId: string,
  { kind, placeId, parentId }: { kind: ItemKind; placeId: string; parentId?: string },
  { from, to, checkedSince }: { from: Date; to: Date; checkedSince: Date },
): Promise<void> {
  await sql`
    update sync_items i set missing_since = now()
    where i.community_id = ${communityId} and i.place_id = ${placeId} and i.kind = ${kind}
      and (${parentId ?? null}::text is null or i.parent_id = ${parentId ?? null})
      and i.occurred_at between ${from} and ${to} and i.missing_since is null and i.removed_at is null
      and (i.checked_at < ${checkedSince} or i.checked_at is null and exists (
        select from sync_items seen
        where seen.community_id = i.community_id and seen.place_id = i.place_id and seen.checked_at is not null
          and substring(seen.item_id from '^.*[_-]') is not distinct from substring(i.item_id from '^.*[_-]')
          and abs(length(seen.item_id) - length(i.item_id)) <= 2))`.execute(trx);
}

export type MissingItem = ItemKey & { placeId: string };

/** Those to be asked for by themselves, the newest first. */
export function listMissing(trx: Trx, communityId: string, kinds: readonly ItemKind[], limit: number) {
  return findItems(
    trx,
    sql`community_id = ${communityId} and kind = any (${kinds}::text[])
    and missing_since is not null and (unknown_since is null or unknown_since <= missing_since) order by occurred_at desc limit ${limit}`,
  );
}

/** Those that Whop did not know when it was asked, since they have been missing. */
export function listUnknown(trx: Trx, communityId: string, kinds: readonly ItemKind[], limit: number) {
  return findItems(
    trx,
    sql`community_id = ${communityId} and kind = any (${kinds}::text[])
    and unknown_since > missing_since order by occurred_at desc limit ${limit}`,
  );
}

async function findItems(trx: Trx, which: RawBuilder<unknown>): Promise<MissingItem[]> {
  const { rows } = await sql<MissingItem>`
    select kind, item_id as "itemId", place_id as "placeId" from sync_items where ${which}`.execute(trx);
  return rows;
}

/** Asked for by itself, Whop did not know it. */
export async function markUnknown(trx: Trx, communityId: string, { kind, itemId }: ItemKey): Promise<void> {
  await sql`
    update sync_items set unknown_since = now()
    where community_id = ${communityId} and kind = ${kind} and item_id = ${itemId}`.execute(trx);
}

/** Asked for by itself, Whop has shown it; or we cannot see where it is, and judge nothing. */
export async function markFound(
  trx: Trx,
  communityId: string,
  items: readonly ItemKey[],
  checkedAt: Date,
): Promise<void> {
  await sql`
    update sync_items i set missing_since = null, checked_at = ${checkedAt}
    from jsonb_to_recordset(${JSON.stringify(items)}::jsonb) as f(kind text, "itemId" text)
    where i.community_id = ${communityId} and i.kind = f.kind and i.item_id = f."itemId"`.execute(trx);
}

/** It has been taken out, by us or (`byOthers`) before: the latter we would not put back, and so know no more of it. */
export async function markRemoved(
  trx: Trx,
  communityId: string,
  items: readonly (ItemKey & { byOthers: boolean })[],
): Promise<void> {
  const gone = JSON.stringify(items);
  await sql`
    update sync_items i set missing_since = null, removed_at = now()
    from jsonb_to_recordset(${gone}::jsonb) as g(kind text, "itemId" text, "byOthers" boolean)
    where i.community_id = ${communityId} and i.kind = g.kind and i.item_id = g."itemId" and not g."byOthers"`.execute(
    trx,
  );
  await sql`
    delete from sync_items i
    using jsonb_to_recordset(${gone}::jsonb) as g(kind text, "itemId" text, "byOthers" boolean)
    where i.community_id = ${communityId} and i.kind = g.kind and i.item_id = g."itemId" and g."byOthers"`.execute(trx);
}

export async function markBack(trx: Trx, communityId: string, items: readonly ItemKey[]): Promise<void> {
  await sql`
    update sync_items i set removed_at = null
    from jsonb_to_recordset(${JSON.stringify(items)}::jsonb) as b(kind text, "itemId" text)
    where i.community_id = ${communityId} and i.kind = b.kind and i.item_id = b."itemId"`.execute(trx);
}

export type ItemKey = { kind: ItemKind; itemId: string };

export type ReactedItem = ItemKey & {
  experienceId: string;
  authorId: string;
  /** When it was written. */
  occurredAt: Date;
  /** The count under which it is read now. */
  reactions: number;
};

/** Items whose reactions have been read under another count, the newest first. */
export async function listReacted(
  trx: Trx,
  communityId: string,
  { kinds, since, limit }: { kinds: readonly ItemKind[]; since: Date; limit: number },
): Promise<ReactedItem[]> {
  const { rows } = await sql<ReactedItem>`
    select i.kind, i.item_id as "itemId", p.experience_id as "experienceId", a.user_id as "authorId", i.occurred_at as "occurredAt",
      i.reactions
    from sync_items i
    join sync_places p on p.community_id = i.community_id and p.place_id = i.place_id
    join activity_identities a on a.community_id = i.community_id and a.activity_id = i.kind || ':' || i.item_id
    where i.community_id = ${communityId} and i.kind = any (${kinds}::text[]) and i.reactions <> i.reactions_read
      and i.occurred_at >= ${since} and i.removed_at is null and a.user_id is not null and a.removed_at is null
    order by i.occurred_at desc limit ${limit}`.execute(trx);
  return rows;
}

/** Its reactions have been read when there were so many. */
export async function markReactionsRead(
  trx: Trx,
  communityId: string,
  { kind, itemId, reactions }: Pick<ReactedItem, "kind" | "itemId" | "reactions">,
): Promise<void> {
  await sql`
    update sync_items set reactions_read = ${reactions}
    where community_id = ${communityId} and kind = ${kind} and item_id = ${itemId}`.execute(trx);
}
