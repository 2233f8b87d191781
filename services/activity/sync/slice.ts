import type { Transaction } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import type { WhopClient } from "@/lib/whop/client";
import { recordedUnder } from "@/services/activity/facts";
import { askWhop, NoShareLeft } from "@/services/activity/sync/ask-whop";
import type { Counts, FeatureName } from "@/services/activity/sync/feature";
import {
  findErased,
  findRecorded,
  findRemoved,
  holdLease,
  type Lease,
  listGainsFrom,
  readFeatureState,
  saveFeatureState,
} from "@/services/activity/sync/sync.queries";
import { findSettings } from "@/services/communities/find-settings";
import type { Activity } from "@/services/xp/activity";
import { awardActivities } from "@/services/xp/award-activity";
import type { Receipt } from "@/services/xp/receipt";
import { removeActivity, restoreActivity } from "@/services/xp/remove-activity";
import type { DB } from "@/types/database";

export type SyncDeps = Pick<Deps, "db" | "keyedHash" | "log" | "now" | "redis" | "whop" | "whopShare"> & {
  env: Pick<Deps["env"], "whopBotUserId">;
};

/** Told after commit, by rooms above this one. Must not reject. */
export type SyncNews = {
  awarded(communityId: string, receipts: Receipt[]): void;
  /** The XP of these members have changed by a removal. */
  changed(communityId: string, userIds: string[]): void;
};

type Trx = Transaction<DB>;

/** The turn is over: the feature ends here, and goes on with the community's next turn. */
export class SliceOver extends Error {}

/** One feature's part of one community's turn: bounded calls and time, under the lease. */
export type Slice = {
  deps: SyncDeps;
  communityId: string;
  feature: FeatureName;
  /** When this run of the feature began, by our clock. */
  startedAt: Date;
  /** What happened before is history, and only a back-fill's to count. */
  countsFrom: Date;
  /**
   * One call to Whop, once our share allows it. @param operation as Whop's SDK names it ("messages.list").
   * @throws SliceOver when the turn is over; "lease_lost" (see sqlErrorName); what the call throws. Catch only AppError of a known code.
   */
  call<T>(operation: string, ask: (whop: WhopClient) => Promise<T>): Promise<T>;
  /**
   * Awards what has not been recorded yet. Any number; the receipts are of the new ones only.
   * @param alongside is done in the same transaction as the last of them (also where all are known).
   */
  record(activities: readonly Activity[], alongside?: (trx: Trx) => Promise<void>): Promise<Receipt[]>;
  /** Takes out, with what their authors gained by reactions to them. @returns those that somebody else had taken out before. */
  remove(activityIds: readonly string[]): Promise<Set<string>>;
  /** Puts back what `remove` has taken out. */
  restore(activityIds: readonly string[]): Promise<void>;
  /** Writes of the sync's own state. @throws "lease_lost" where another may be at work. */
  write<T>(query: (trx: Trx) => Promise<T>): Promise<T>;
  /** Reads in the community, without regard to the lease. */
  find<T>(query: (trx: Trx) => Promise<T>): Promise<T>;
  /** What the feature has noted for its next run: {} at first. */
  readState(): Promise<unknown>;
  /** Replaces it; in a `write`, or alongside a `record`. */
  saveState(trx: Trx, state: object): Promise<void>;
  note(counts: Partial<Counts>): void;
  /** Says that these members stand otherwise now, by something other than an award; once it is committed. */
  changed(userIds: readonly string[]): void;
};

/** What the features of one turn share. */
export type Turn = {
  deps: SyncDeps;
  lease: Lease;
  leaseSeconds: number;
  news: SyncNews;
  countsFrom: Date;
  /** Calls that may still be made. */
  callsLeft: number;
  until: Date;
};

/** As many in one transaction. */
const BATCH = 100;

export function createSlice(turn: Turn, feature: FeatureName): { slice: Slice; counts: Counts } {
  const { deps, lease, leaseSeconds, news, countsFrom } = turn;
  const { communityId } = lease;
  const counts: Counts = { read: 0, recorded: 0, removed: 0, requests: 0 };
  const find: Slice["find"] = (query) => inCommunity(deps.db, communityId, query);
  const hold = (trx: Trx) => holdLease(trx, lease, leaseSeconds);
  const write: Slice["write"] = (query) =>
    find(async (trx) => {
      await hold(trx);
      return query(trx);
    });
  const note: Slice["note"] = (more) => {
    for (const name of ["read", "recorded", "removed", "requests"] as const) counts[name] += more[name] ?? 0;
  };

  async function call<T>(operation: string, ask: (whop: WhopClient) => Promise<T>): Promise<T> {
    const secondsLeft = (turn.until.getTime() - deps.now().getTime()) / 1000;
    if (turn.callsLeft <= 0 || secondsLeft <= 0) throw new SliceOver();
    await find(hold);
    try {
      return await askWhop(deps, operation, counted, secondsLeft);
    } catch (error) {
      throw error instanceof NoShareLeft ? new SliceOver() : error;
    }
    function counted(whop: WhopClient) {
      turn.callsLeft -= 1;
      note({ requests: 1 });
      return ask(whop);
    }
  }

  async function record(activities: readonly Activity[], alongside?: (trx: Trx) => Promise<void>): Promise<Receipt[]> {
    const unknown = await notRecorded(activities);
    if (unknown.length === 0) {
      if (alongside) await write(alongside);
      return [];
    }
    const receipts: Receipt[] = [];
    for (let at = 0; at < unknown.length; at += BATCH) {
      const batch = unknown.slice(at, at + BATCH);
      const awarded = await awardActivities(deps, communityId, batch, async (trx) => {
        await hold(trx);
        if (at + BATCH >= unknown.length) await alongside?.(trx);
      });
      const fresh = awarded.filter(({ duplicate }) => !duplicate);
      note({ recorded: fresh.length });
      news.awarded(communityId, fresh);
      receipts.push(...fresh);
    }
    return receipts;
  }

  /** Oldest first: what comes in the order in which it happened needs no replay. */
  async function notRecorded(activities: readonly Activity[]): Promise<Activity[]> {
    if (activities.length === 0) return [];
    const { settings } = await findSettings(deps, communityId);
    const counted = recordedUnder(settings, activities);
    const ids = counted.map(({ activityId }) => activityId);
    const recorded = await find((trx) => findRecorded(trx, communityId, ids));
    const unknown = counted.filter(({ activityId }) => !recorded.has(activityId));
    if (unknown.length === 0) return [];
    const erased = await find((trx) => findErased(trx, communityId, unknown));
    return unknown
      .filter(({ activityId }) => !erased.has(activityId))
      .toSorted((one, other) => one.occurredAt.getTime() - other.occurredAt.getTime());
  }

  async function remove(activityIds: readonly string[]): Promise<Set<string>> {
    const removed = await find((trx) => findRemoved(trx, communityId, activityIds));
    const changed = new Set<string>();
    for (const id of activityIds.filter((one) => !removed.has(one))) {
      await write(async () => undefined);
      for (const userId of await each(id, removeActivity)) changed.add(userId);
      note({ removed: 1 });
    }
    if (changed.size > 0) news.changed(communityId, [...changed]);
    return removed;
  }

  async function restore(activityIds: readonly string[]): Promise<void> {
    const changed = new Set<string>();
    for (const id of activityIds) {
      await write(async () => undefined);
      for (const userId of await each(id, restoreActivity)) changed.add(userId);
    }
    if (changed.size > 0) news.changed(communityId, [...changed]);
  }

  /** Changes an item and what its author gained by it. @returns whose XP may have changed. */
  async function each(activityId: string, change: typeof removeActivity): Promise<string[]> {
    const gains = await find((trx) => listGainsFrom(trx, communityId, activityId));
    const userIds: string[] = [];
    // The item itself last: what is there of it says, after a death in between, that it is not done.
    for (const id of [...gains, activityId]) {
      const receipt = await change(deps, communityId, id).catch(unlessGone);
      if (receipt) userIds.push(receipt.userId);
    }
    return userIds;
  }

  const slice: Slice = {
    deps,
    communityId,
    feature,
    startedAt: deps.now(),
    countsFrom,
    call,
    record,
    remove,
    restore,
    write,
    find,
    readState: () => find((trx) => readFeatureState(trx, communityId, feature)),
    saveState: (trx, state) => saveFeatureState(trx, communityId, feature, state),
    note,
    changed: (userIds) => {
      if (userIds.length > 0) news.changed(communityId, [...userIds]);
    },
  };
  return { slice, counts };
}

/** What has left the retention stays as it is. */
function unlessGone(error: unknown): null {
  if (error instanceof AppError && error.code === "not_found") return null;
  throw error;
}
