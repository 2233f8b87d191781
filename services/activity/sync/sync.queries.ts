import { type Kysely, sql, type Transaction } from "kysely";
import type { FeatureName, SyncProblem } from "@/services/activity/sync/feature";
import type { Activity } from "@/services/xp/activity";
import type { DB } from "@/types/database";

type Trx = Transaction<DB>;

/** A community that is ours alone to read for a while. Each write carries the token: whoever has lost the lease writes nothing. */
export type Lease = { communityId: string; token: string };

/** Longer than any call to Whop with its retries, and any wait for our share within a turn. */
export const LEASE_SECONDS = 60;

/** Gives communities that are due to the caller; the longest-waiting first, the busier a little sooner. */
export async function claimCommunities(
  db: Kysely<DB>,
  { limit, leaseSeconds, communityId }: { limit: number; leaseSeconds: number; communityId?: string },
): Promise<Lease[]> {
  const { rows } = await sql<Lease>`
    select community_id as "communityId", lease_token as token
    from claim_sync(${limit}, ${leaseSeconds}, ${communityId ?? null})`.execute(db);
  return rows;
}

/** Renews the lease. @throws the database's "lease_lost" (see sqlErrorName) */
export async function holdLease(trx: Trx, { communityId, token }: Lease, leaseSeconds: number): Promise<void> {
  await sql`select hold_sync(${communityId}, ${token}, ${leaseSeconds})`.execute(trx);
}

/** Begins a turn: takes in what has been recorded since the last one. @throws "lease_lost" */
export async function beginTurn(trx: Trx, { communityId, token }: Lease, leaseSeconds: number): Promise<void> {
  await sql`select pull_sync_items(${communityId}, ${token}, ${leaseSeconds})`.execute(trx);
}

/** The next turn comes after the pause. */
export async function endTurn(trx: Trx, { communityId, token }: Lease, pauseSeconds: number): Promise<void> {
  await sql`select finish_sync(${communityId}, ${token}, ${pauseSeconds})`.execute(trx);
}

export type FeatureState = {
  feature: FeatureName;
  isDue: boolean;
  lastRunAt: Date | null;
  failures: number;
  problem: SyncProblem | null;
  caughtUpTo: Date | null;
  secondsToDue: number;
};

export async function listFeatures(trx: Trx, communityId: string): Promise<FeatureState[]> {
  const { rows } = await sql<FeatureState>`
    select feature, due_at <= now() as "isDue", last_run_at as "lastRunAt", failures, problem, caught_up_to as "caughtUpTo",
      extract(epoch from due_at - now())::double precision as "secondsToDue"
    from sync_features where community_id = ${communityId}`.execute(trx);
  return rows;
}

export async function findCommunity(trx: Trx, communityId: string) {
  const { rows } = await sql<{ countsFrom: Date; busy: number; paused: boolean }>`
    select counts_from as "countsFrom", busy, paused_at is not null as paused
    from sync_communities where community_id = ${communityId}`.execute(trx);
  const row = rows[0];
  if (!row) throw new Error(`${communityId} is not synced.`);
  return row;
}

/** How a run of a feature ended. */
export type Settled = {
  feature: FeatureName;
  dueInSeconds: number;
  everySeconds: number;
  /** Undefined where the turn was over before the feature was: it is neither well nor ill. */
  problem: SyncProblem | null | undefined;
  lastError: string | null;
  caughtUpTo: Date | null;
  counts: { read: number; recorded: number; removed: number; requests: number };
};

export async function settleFeature(trx: Trx, communityId: string, settled: Settled): Promise<void> {
  const { feature, dueInSeconds, everySeconds, problem = null, lastError, caughtUpTo, counts } = settled;
  const isOver = settled.problem !== undefined;
  const { read, recorded, removed, requests } = counts;
  await sql`
    insert into sync_features as f (community_id, feature, due_at, every_seconds, last_run_at, last_success_at, caught_up_to, read,
      recorded, removed, requests, failures, problem, problem_since, last_error)
    values (${communityId}, ${feature}, now() + make_interval(secs => ${dueInSeconds}), ${everySeconds}, now(),
      case when ${isOver} and ${problem}::text is null then now() end, ${caughtUpTo}, ${read}, ${recorded}, ${removed}, ${requests},
      ${problem === null || problem === "rate_limited" ? 0 : 1}, ${problem}, case when ${problem}::text is not null then now() end, ${lastError})
    on conflict (community_id, feature) do update set
      due_at = excluded.due_at, every_seconds = excluded.every_seconds, last_run_at = now(),
      last_success_at = coalesce(excluded.last_success_at, f.last_success_at),
      caught_up_to = greatest(f.caught_up_to, excluded.caught_up_to),
      read = f.read + excluded.read, recorded = f.recorded + excluded.recorded, removed = f.removed + excluded.removed,
      requests = f.requests + excluded.requests,
      failures = case when not ${isOver} or excluded.problem = 'rate_limited' then f.failures when excluded.problem is null then 0
        else f.failures + 1 end,
      problem = case when ${isOver} then excluded.problem else f.problem end,
      problem_since = case when not ${isOver} or f.problem = excluded.problem then f.problem_since else excluded.problem_since end,
      last_error = coalesce(excluded.last_error, f.last_error)`.execute(trx);
}

/** What a feature has noted for its next run; an empty object where nothing. */
export async function readFeatureState(trx: Trx, communityId: string, feature: FeatureName): Promise<unknown> {
  const { rows } = await sql<{ state: unknown }>`
    select state from sync_features where community_id = ${communityId} and feature = ${feature}`.execute(trx);
  return rows[0]?.state ?? {};
}

export async function saveFeatureState(
  trx: Trx,
  communityId: string,
  feature: FeatureName,
  state: object,
): Promise<void> {
  await sql`
    insert into sync_features (community_id, feature, state) values (${communityId}, ${feature}, ${JSON.stringify(state)}::jsonb)
    on conflict (community_id, feature) do update set state = excluded.state`.execute(trx);
}

/** Of these, those that the community has recorded, or must never record again. */
export async function findRecorded(
  trx: Trx,
  communityId: string,
  activityIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select activity_id as id from activity_identities
    where community_id = ${communityId} and activity_id = any (${activityIds}::text[]) and occurred_at is not null`.execute(
    trx,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Of these, what somebody did before they had everything about them deleted. */
export async function findErased(trx: Trx, communityId: string, activities: readonly Activity[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select a."activityId" as id
    from jsonb_to_recordset(${JSON.stringify(activities)}::jsonb) as a("activityId" text, "userId" text, "occurredAt" timestamptz)
    where exists (select from audit_log e where e.community_id = ${communityId} and e.action = 'member.erased'
      and e.subject = a."userId" and e.occurred_at >= a."occurredAt")`.execute(trx);
  return new Set(rows.map(({ id }) => id));
}

/** The author's gains from a message, post or comment: they go with it. */
export async function listGainsFrom(trx: Trx, communityId: string, activityId: string): Promise<string[]> {
  const itemId = activityId.slice(activityId.indexOf(":") + 1);
  const { rows } = await sql<{ id: string }>`
    select l.activity_id as id from activity_identities i
    join activity_log l on l.community_id = i.community_id and l.user_id = i.user_id and l.occurred_at >= i.occurred_at
    where i.community_id = ${communityId} and i.activity_id = ${activityId} and l.action = 'reaction_received'
      and right(l.activity_id, length(${itemId}::text) + 1) = ':' || ${itemId}::text`.execute(trx);
  return rows.map(({ id }) => id);
}

/** Of these, those that have been taken out already. */
export async function findRemoved(trx: Trx, communityId: string, activityIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select activity_id as id from activity_identities
    where community_id = ${communityId} and activity_id = any (${activityIds}::text[]) and removed_at is not null`.execute(
    trx,
  );
  return new Set(rows.map(({ id }) => id));
}
