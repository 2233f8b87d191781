import type { BackFill } from "@/services/activity/back-fill/back-fill";
import type { Counts, FeatureName, SyncProblem } from "@/services/activity/sync/feature";

/** How far one kind of thing has been read from Whop. Times are ISO 8601. */
export type FreshFeature = {
  feature: FeatureName;
  /** What it needs at Whop: "chat:read". */
  permission: string;
  /** Null before the first run. */
  lastRunAt: string | null;
  /** All that Whop showed until then has been read. */
  caughtUpTo: string | null;
  nextRunAt: string | null;
  problem: SyncProblem | null;
  problemSince: string | null;
  /** A code, such as "stuck_cursor". Kept after it is over. */
  lastError: string | null;
  /** Since WEE5 came. */
  counts: Counts;
};

/** What a community's team sees of what is counted, and how fresh it is. */
export type Freshness = {
  /** Whop shows nothing of the community any more; what had been read is forgotten at `forgetsAt`. */
  paused: { since: string; forgetsAt: string; isForgotten: boolean } | null;
  /** Somebody is reading it at this moment. */
  isRunning: boolean;
  /** In the order in which they are shown. */
  features: FreshFeature[];
  /** The newest one; null where there has been none. */
  backFill: BackFill | null;
};
