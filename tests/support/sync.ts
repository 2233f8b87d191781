import { sql } from "kysely";
import type { WhopSimulator } from "@/dev/whop/simulator";
import { inCommunity } from "@/lib/db/database";
import { runSync, type SyncOptions } from "@/services/activity/sync/engine";
import type { SyncDeps } from "@/services/activity/sync/slice";
import type { TestDatabase } from "@/tests/support/database";
import { NO_NEWS } from "@/tests/support/sync-deps";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

type Databases = Pick<TestDatabase, "db" | "owner">;

/** A community of Whop's, known to us, in which everything of the last `days` days counts as live. */
export async function aSyncedCommunity(
  { db, owner }: Databases,
  whop: WhopSimulator,
  { days = 1 }: { days?: number } = {},
): Promise<CommunityInWhop & { communityId: string; channelId: string }> {
  const place = aCommunityIn(whop);
  const { companyId: communityId } = place;
  await inCommunity(db, communityId, (trx) =>
    sql`select ensure_community(${communityId}, 'Test community')`.execute(trx),
  );
  await sql`insert into sync_communities (community_id, counts_from)
    values (${communityId}, now() - make_interval(days => ${days}))`.execute(owner);
  const channelId = whop.world.channel(place.chatExperienceId)?.id ?? "";
  return { ...place, communityId, channelId };
}

/** The community and all its features are due; nobody has it. */
export async function makeDue({ owner }: Pick<TestDatabase, "owner">, communityId: string): Promise<void> {
  await sql`update sync_features set due_at = now() where community_id = ${communityId}`.execute(owner);
  await sql`update sync_communities set next_run_at = now() - interval '1 second', lease_token = null, leased_until = null
    where community_id = ${communityId}`.execute(owner);
}

/** Reads the community from Whop now, over as many turns as it takes. Returns how many. */
export async function syncNow(
  database: Databases,
  deps: SyncDeps,
  communityId: string,
  options: Partial<SyncOptions> = {},
): Promise<number> {
  await makeDue(database, communityId);
  return runSync(deps, { news: NO_NEWS, communityId, ...options });
}

export function featureRow({ owner }: Pick<TestDatabase, "owner">, communityId: string, feature: string) {
  return owner
    .selectFrom("sync_features")
    .selectAll()
    .where("community_id", "=", communityId)
    .where("feature", "=", feature)
    .executeTakeFirstOrThrow();
}

export function placeRow({ owner }: Pick<TestDatabase, "owner">, communityId: string, placeId: string) {
  return owner
    .selectFrom("sync_places")
    .selectAll()
    .where("community_id", "=", communityId)
    .where("place_id", "=", placeId)
    .executeTakeFirstOrThrow();
}

/** Activities as they stand now, by their ids. */
export async function activitiesOf(
  { owner }: Pick<TestDatabase, "owner">,
  communityId: string,
): Promise<Map<string, { userId: string; outcome: string; xp: number; occurredAt: Date; source: string }>> {
  const { rows } = await sql<{
    id: string;
    userId: string;
    outcome: string;
    xp: number;
    occurredAt: Date;
    source: string;
  }>`select a.activity_id as id, a.user_id as "userId", a.outcome, a.xp, a.occurred_at as "occurredAt", l.source
    from activities a join activity_log l using (community_id, user_id, occurred_at, activity_id)
    where a.community_id = ${communityId}`.execute(owner);
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}

export async function xpOf({ owner }: Pick<TestDatabase, "owner">, communityId: string, userId: string) {
  const row = await owner
    .selectFrom("users")
    .select(["xp", "total_messages", "total_reactions"])
    .where("community_id", "=", communityId)
    .where("user_id", "=", userId)
    .executeTakeFirst();
  return { xp: row?.xp ?? 0, messages: row?.total_messages ?? 0, reactions: row?.total_reactions ?? 0 };
}

/** All that the sync has noted happened so much earlier: messages grow old enough to be judged, windows are due again. */
export async function passSyncTime({ owner }: Pick<TestDatabase, "owner">, communityId: string, seconds: number) {
  const by = sql`make_interval(secs => ${seconds})`;
  await sql`update sync_places set window_read_at = window_read_at - ${by}, listed_at = listed_at - ${by}
    where community_id = ${communityId}`.execute(owner);
}
