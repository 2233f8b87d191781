import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import type { FeatureName, SyncProblem } from "@/services/activity/sync/feature";
import { FEATURES } from "@/services/activity/sync/features";

/** How far a feature has come. Counts are since the community is read. */
export type SyncFeatureState = {
  feature: FeatureName;
  /** What it needs at Whop: "chat:read". */
  permission: string;
  /** Null before the first run. */
  lastRunAt: Date | null;
  lastSuccessAt: Date | null;
  /** All that Whop showed until then has been read. */
  caughtUpTo: Date | null;
  /** Since then, or since the community is read at all. */
  lagSeconds: number;
  /** When it runs again; null before the first run. */
  nextRunAt: Date | null;
  problem: SyncProblem | null;
  problemSince: Date | null;
  /** A code: the problem's own, or stuck_cursor, repeating_page, too_many_pages, lost_cursor, internal. Kept after it is over. */
  lastError: string | null;
  counts: { read: number; recorded: number; removed: number; requests: number };
};

export type SyncState = {
  /** Whop shows us nothing of the company any more; what had been read is forgotten 30 days after that. XP stay. */
  paused: { because: "uninstalled"; since: Date; forgetsAt: Date; isForgotten: boolean } | null;
  /** Somebody is reading it at this moment. */
  isRunning: boolean;
  lastRunAt: Date | null;
  /** In the order in which they are shown; also those that have never run. */
  features: SyncFeatureState[];
};

const KEPT_DAYS = 30;

/** How the reading of a community from Whop stands, for its creator. */
export function readSync(
  deps: Pick<Deps, "db" | "now">,
  communityId: string,
  features: readonly { name: FeatureName; permission: string }[] = FEATURES,
): Promise<SyncState> {
  return inCommunity(deps.db, communityId, async (trx) => {
    const community = await trx
      .selectFrom("sync_communities")
      .selectAll()
      .where("community_id", "=", communityId)
      .executeTakeFirst();
    const rows = await trx.selectFrom("sync_features").selectAll().where("community_id", "=", communityId).execute();
    const { rows: clock } = await sql<{ now: Date }>`select now() as now`.execute(trx);
    const now = clock[0]?.now ?? deps.now();
    const states = features.map(({ name: feature, permission }): SyncFeatureState => {
      const row = rows.find((one) => one.feature === feature);
      const since = row?.caught_up_to ?? community?.counts_from ?? now;
      return {
        feature,
        permission,
        lastRunAt: row?.last_run_at ?? null,
        lastSuccessAt: row?.last_success_at ?? null,
        caughtUpTo: row?.caught_up_to ?? null,
        lagSeconds: Math.max(0, Math.round((now.getTime() - since.getTime()) / 1000)),
        nextRunAt: row?.due_at ?? null,
        problem: (row?.problem ?? null) as SyncProblem | null, // the table's check holds it to these
        problemSince: row?.problem_since ?? null,
        lastError: row?.last_error ?? null,
        counts: {
          read: row?.read ?? 0,
          recorded: row?.recorded ?? 0,
          removed: row?.removed ?? 0,
          requests: row?.requests ?? 0,
        },
      };
    });
    return {
      paused: pauseOf(community),
      isRunning: !!community?.leased_until && community.leased_until > now,
      lastRunAt: community?.last_run_at ?? null,
      features: states,
    };
  });
}

function pauseOf(community: { paused_at: Date | null; forgotten_at: Date | null } | undefined): SyncState["paused"] {
  if (!community?.paused_at) return null;
  const forgetsAt = new Date(community.paused_at.getTime() + KEPT_DAYS * 86_400_000);
  return {
    because: "uninstalled",
    since: community.paused_at,
    forgetsAt,
    isForgotten: community.forgotten_at !== null,
  };
}
