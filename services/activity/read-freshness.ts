import type { Deps } from "@/lib/deps";
import { readBackFill } from "@/services/activity/back-fill/read-back-fill";
import type { FreshFeature, Freshness } from "@/services/activity/freshness";
import { readSync, type SyncFeatureState } from "@/services/activity/sync/read-sync";

/** What is counted in a community, and how fresh it is. */
export async function readFreshness(deps: Pick<Deps, "db" | "now">, communityId: string): Promise<Freshness> {
  const [sync, backFill] = await Promise.all([readSync(deps, communityId), readBackFill(deps, communityId)]);
  const { paused, isRunning, features } = sync;
  return {
    paused: paused && {
      since: paused.since.toISOString(),
      forgetsAt: paused.forgetsAt.toISOString(),
      isForgotten: paused.isForgotten,
    },
    isRunning,
    features: features.map(shown),
    backFill,
  };
}

function shown({ feature, permission, problem, lastError, counts, ...times }: SyncFeatureState): FreshFeature {
  return {
    feature,
    permission,
    lastRunAt: times.lastRunAt?.toISOString() ?? null,
    caughtUpTo: times.caughtUpTo?.toISOString() ?? null,
    nextRunAt: times.nextRunAt?.toISOString() ?? null,
    problem,
    problemSince: times.problemSince?.toISOString() ?? null,
    lastError,
    counts,
  };
}
