import { sql, type Transaction } from "kysely";
import { z } from "zod";
import type { FeatureName } from "@/services/activity/sync/feature";
import type { Walk } from "@/services/activity/sync/walk";
import type { DB } from "@/types/database";

type Trx = Transaction<DB>;

export type Place = {
  /** What Whop is asked by: a channel (feed_…), or the experience of a forum. */
  placeId: string;
  /** What activities name. */
  experienceId: string;
  newestAt: Date | null;
  caughtUpTo: Date | null;
  windowReadAt: Date | null;
  windowPages: number;
  walk: Walk | null;
};

const moment = z.coerce.date();
const StoredWalk = z.object({
  startedAt: moment,
  newestAt: moment.nullable(),
  stopAt: moment,
  isWindow: z.boolean(),
  cursor: z.string().nullable(),
  pages: z.number(),
  edgeAt: moment.nullable(),
  isDisordered: z.boolean(),
});

/** How long ago the feature's places have been listed; null for never, or where there was none. */
export async function secondsSinceListed(trx: Trx, communityId: string, feature: FeatureName): Promise<number | null> {
  const { rows } = await sql<{ seconds: number | null }>`
    select extract(epoch from now() - max(listed_at))::double precision as seconds
    from sync_places where community_id = ${communityId} and feature = ${feature} and is_listed`.execute(trx);
  return rows[0]?.seconds ?? null;
}

/** What Whop has listed just now. Places that it no longer lists are kept and not read. */
export async function keepPlaces(
  trx: Trx,
  communityId: string,
  feature: FeatureName,
  places: readonly { id: string; experienceId: string; name: string }[],
): Promise<void> {
  const { rows } = await sql<{ isNew: boolean }>`
    insert into sync_places as p (community_id, place_id, feature, experience_id, name, listed_at)
    select ${communityId}, l.id, ${feature}, l."experienceId", left(l.name, 200), now()
    from jsonb_to_recordset(${JSON.stringify(places)}::jsonb) as l(id text, "experienceId" text, name text)
    on conflict (community_id, place_id) do update set
      feature = excluded.feature, experience_id = excluded.experience_id, name = excluded.name, is_listed = true, listed_at = now()
    returning xmax = 0 as "isNew"`.execute(trx);
  await sql`
    update sync_places set is_listed = false
    where community_id = ${communityId} and feature = ${feature} and is_listed
      and place_id <> all (${places.map(({ id }) => id)}::text[])`.execute(trx);
  if (rows.some(({ isNew }) => isNew)) await sql`select pull_sync_again(${communityId})`.execute(trx);
}

/** Those that were in the last list, the longest unread first. */
export async function listPlaces(trx: Trx, communityId: string, feature: FeatureName): Promise<Place[]> {
  const { rows } = await sql<Omit<Place, "walk"> & { walk: unknown }>`
    select place_id as "placeId", experience_id as "experienceId", newest_at as "newestAt", caught_up_to as "caughtUpTo",
      window_read_at as "windowReadAt", window_pages as "windowPages", walk
    from sync_places
    where community_id = ${communityId} and feature = ${feature} and is_listed
    order by caught_up_to nulls first, place_id`.execute(trx);
  return rows.map((row) => ({ ...row, walk: row.walk === null ? null : StoredWalk.parse(row.walk) }));
}

export async function saveWalk(trx: Trx, communityId: string, placeId: string, walk: Walk | null): Promise<void> {
  await sql`
    update sync_places set walk = ${walk === null ? null : JSON.stringify(walk)}::jsonb
    where community_id = ${communityId} and place_id = ${placeId}`.execute(trx);
}

/** The walk is over, and all that it was to show has been shown. */
export async function finishWalk(trx: Trx, communityId: string, placeId: string, walk: Walk): Promise<void> {
  await sql`
    update sync_places set walk = null, newest_at = greatest(newest_at, ${walk.newestAt}::timestamptz),
      caught_up_to = ${walk.startedAt},
      window_read_at = case when ${walk.isWindow} then ${walk.startedAt}::timestamptz else window_read_at end,
      window_pages = case when ${walk.isWindow} then ${walk.pages} else window_pages end
    where community_id = ${communityId} and place_id = ${placeId}`.execute(trx);
}
