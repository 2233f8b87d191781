import type { Slice } from "@/services/activity/sync/slice";

export type FeatureName = "chat" | "reactions" | "forum" | "members";

/** `read`: what Whop has shown; `requests`: calls to Whop. */
export type Counts = { read: number; recorded: number; removed: number; requests: number };

/**
 * What stands in a feature's way. `no_permission`: the creator has not given it, or has taken it back; `not_found`: Whop knows no such
 * company (any more); `error`: what Whop shows could not be read to its end, or an error of our own (`last_error` says which).
 */
export type SyncProblem = "no_permission" | "not_found" | "unavailable" | "rate_limited" | "error";

/** Why what Whop shows could not be read to its end. The next run begins anew: what has been read is recorded, nothing counts as missing. */
export type Trouble =
  /** A page names itself as the next one. */
  | "stuck_cursor"
  /** Pages come again. */
  | "repeating_page"
  /** More pages than any place has. */
  | "too_many_pages"
  /** Whop no longer knew the page at which we had stopped. */
  | "lost_cursor";

export type Finished = {
  /** All that Whop showed until then has been read, by our clock; null where nothing has been read to its end yet. */
  caughtUpTo: Date | null;
  trouble?: Trouble;
  /** What was odd and kept nothing from being read: the order in which Whop shows a list. */
  remark?: "unexpected_order";
};

/** One kind of thing that is read from Whop. */
export type Feature = {
  name: FeatureName;
  /** Whop's name of the permission it needs, for the creator. */
  permission: string;
  /** At most so often; with each turn of the community where left out. */
  everySeconds?: number;
  /** Reads on with what that feature has found, and asks nothing where that one must not. */
  follows?: FeatureName;
  /**
   * Reads on from where it stopped. It may be ended at any `slice.call` (turn over, Whop away) or by the death of the process: what it
   * has got done must be in the database by then, through `slice.record`, `slice.remove` and `slice.write`.
   */
  sync(slice: Slice): Promise<Finished>;
};
