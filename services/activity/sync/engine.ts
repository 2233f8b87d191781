import { inCommunity } from "@/lib/db/database";
import { isUnavailable } from "@/lib/db/unavailable";
import { drain } from "@/lib/drain";
import { sqlErrorName } from "@/lib/errors";
import type { Feature } from "@/services/activity/sync/feature";
import { FEATURES } from "@/services/activity/sync/features";
import { type Outcome, outcomeOf, pauseSecondsAfter, readingSeconds } from "@/services/activity/sync/schedule";
import { createSlice, type SyncDeps, type SyncNews, type Turn } from "@/services/activity/sync/slice";
import {
  beginTurn,
  claimCommunities,
  endTurn,
  type FeatureState,
  findCommunity,
  holdLease,
  LEASE_SECONDS,
  type Lease,
  listFeatures,
  settleFeature,
} from "@/services/activity/sync/sync.queries";

export type SyncOptions = {
  news: SyncNews;
  /** Only this one, and only if it is due; all that are due where it is left out. */
  communityId?: string;
  /** Nothing is begun later. */
  until?: Date;
  features?: readonly Feature[];
  /** Of one turn; a community that is not done by then goes back into the line. */
  callsPerTurn?: number;
  secondsPerTurn?: number;
  /** For so long a community is one worker's alone, from its last sign of life on; another takes it over after that. */
  leaseSeconds?: number;
  /** As many communities at once. */
  lanes?: number;
};

type Settings = Required<Pick<SyncOptions, "news" | "features" | "callsPerTurn" | "secondsPerTurn" | "leaseSeconds">> &
  Pick<SyncOptions, "until">;

const CALLS_PER_TURN = 60;
const SECONDS_PER_TURN = 20;
/** While some communities wait for our share of one operation, others call another. */
const LANES = 8;

/**
 * Reads from Whop what it does not tell by itself, and what of it we have missed, in every community that is due: who has waited longest
 * first, the busier a little sooner, a bounded turn each. Ended at any point (also by the death of the process) it loses nothing and counts
 * nothing twice: see docs/decisions/0014.
 * @returns how many turns were taken. @throws what the database throws when no community can be claimed.
 */
export async function runSync(deps: SyncDeps, options: SyncOptions): Promise<number> {
  const settings: Settings = {
    features: FEATURES,
    callsPerTurn: CALLS_PER_TURN,
    secondsPerTurn: SECONDS_PER_TURN,
    leaseSeconds: LEASE_SECONDS,
    ...options,
  };
  const { leaseSeconds } = settings;
  const { lanes = options.communityId ? 1 : LANES } = options;
  const lane = () =>
    drain({
      claim: (limit) => claimCommunities(deps.db, { limit, leaseSeconds, communityId: options.communityId }),
      work: (lease) => takeTurn(deps, lease, settings),
      concurrency: 1,
      until: options.until,
      now: deps.now,
    });
  const turns = await Promise.all(Array.from({ length: lanes }, lane));
  return turns.reduce((sum, more) => sum + more, 0);
}

/** Never rejects: what goes wrong is written into the community's rows, or its lease ends. */
async function takeTurn(deps: SyncDeps, lease: Lease, settings: Settings): Promise<void> {
  const { communityId } = lease;
  try {
    await inCommunity(deps.db, communityId, (trx) => beginTurn(trx, lease, settings.leaseSeconds));
    await readInTurn(deps, lease, settings);
  } catch (error) {
    const isLost = sqlErrorName(error) === "lease_lost";
    if (isLost || isUnavailable(error)) deps.log.warn({ err: error, communityId }, "a turn of the sync was given up");
    else deps.log.error({ err: error, communityId }, "a turn of the sync failed");
  }
}

async function readInTurn(deps: SyncDeps, lease: Lease, settings: Settings): Promise<void> {
  const { communityId } = lease;
  const { features, secondsPerTurn, callsPerTurn, until } = settings;
  const [states, community] = await inCommunity(deps.db, communityId, async (trx) => [
    await listFeatures(trx, communityId),
    await findCommunity(trx, communityId),
  ]);
  const end = new Date(deps.now().getTime() + secondsPerTurn * 1000);
  const turn: Turn = {
    deps,
    lease,
    ...settings,
    countsFrom: community.countsFrom,
    callsLeft: callsPerTurn,
    until: until && until < end ? until : end,
  };
  let isOver = false;
  for (const feature of dueOf(features, states)) {
    isOver = await runFeature(turn, feature, community.busy);
    if (isOver) break;
  }
  await inCommunity(deps.db, communityId, async (trx) => {
    const after = isOver ? [] : await listFeatures(trx, communityId);
    await endTurn(trx, lease, isOver ? 0 : pauseSecondsAfter(features, after));
  });
}

/**
 * Whose last run was longest ago first, so that one that fills every turn leaves the next to the others. What follows one that Whop has
 * refused comes after it: the permission may have been given meanwhile.
 */
function dueOf(features: readonly Feature[], states: readonly FeatureState[]): Feature[] {
  const stateOf = new Map(states.map((state) => [state.feature, state]));
  const ranOf = ({ name }: Feature) => stateOf.get(name)?.lastRunAt?.getTime() ?? 0;
  const waits = (feature: Feature) => leaderThatIsRefused(feature, states)?.isDue === true;
  return features
    .filter(({ name }) => stateOf.get(name)?.isDue ?? true)
    .toSorted((one, other) => Number(waits(one)) - Number(waits(other)) || ranOf(one) - ranOf(other));
}

/** Without it there is nothing to read on with. */
function leaderThatIsRefused({ follows }: Feature, states: readonly FeatureState[]): FeatureState | undefined {
  const leader = states.find(({ feature }) => feature === follows);
  return leader?.problem === "no_permission" || leader?.problem === "not_found" ? leader : undefined;
}

/** @returns whether the turn is over. */
async function runFeature(turn: Turn, feature: Feature, busy: number): Promise<boolean> {
  const { deps, lease, leaseSeconds } = turn;
  const { communityId } = lease;
  const before = await inCommunity(deps.db, communityId, (trx) => listFeatures(trx, communityId));
  const failures = before.find((state) => state.feature === feature.name)?.failures ?? 0;
  const leader = leaderThatIsRefused(feature, before);
  const { slice, counts } = createSlice(turn, feature.name);
  const outcome: Outcome = leader
    ? { problem: leader.problem, lastError: leader.problem, caughtUpTo: null }
    : await feature.sync(slice).then(finishedWell, (error: unknown) => outcomeOf(error, deps.log));
  const isOver = outcome.problem === undefined;
  await inCommunity(deps.db, communityId, async (trx) => {
    await holdLease(trx, lease, leaseSeconds);
    await settleFeature(trx, communityId, {
      feature: feature.name,
      everySeconds: feature.everySeconds ?? 0,
      dueInSeconds: leader
        ? Math.max(1, leader.secondsToDue)
        : readingSeconds(outcome, { failures, busy, everySeconds: feature.everySeconds }),
      problem: outcome.problem,
      lastError: outcome.lastError,
      caughtUpTo: outcome.caughtUpTo,
      counts,
    });
  });
  return isOver;
}

function finishedWell({ caughtUpTo, trouble, remark }: Awaited<ReturnType<Feature["sync"]>>): Outcome {
  return { problem: trouble ? "error" : null, lastError: trouble ?? remark ?? null, caughtUpTo };
}
