import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Deps } from "@/lib/deps";
import { inBackground } from "@/lib/http/background";
import { type Job, job, runJobs, scheduled } from "@/lib/jobs";
import { recoverDeadJobs } from "@/lib/jobs/recover";
import { forgetSync } from "@/services/activity/sync/forget-sync";
import { goOnWithBackFills } from "@/services/back-fill";
import { fetchProfile } from "@/services/leaderboard/refresh-profiles";
import { tellMembers } from "@/services/leaderboard/tell-members";
import { settleDueResets, settleLeavers } from "@/services/members/settle-leavers";
import { deliver } from "@/services/notifications/deliver";
import { forgetNotifications } from "@/services/notifications/forget-notifications";
import { warnOfStreaks } from "@/services/notifications/warn-of-streaks";
import { reconcileRewards } from "@/services/rewards/reconcile-rewards";
import { syncFromWhop } from "@/services/sync";
import { closeMonths, keepPartitions } from "@/services/xp/close-months";
import { replayCommunity } from "@/services/xp/replay-community";
import { settleStreaks } from "@/services/xp/settle-streaks";

const community = z.object({ communityId: z.string() });

/** One community's queue may be long, and the sweep serves all in turn. */
const DELIVER_SECONDS = 30;
/** Over before the next one begins. */
const SWEEP_SECONDS = 50;
/** One community that somebody waits for. */
const SYNC_ONE_SECONDS = 20;
/** Longer than a scheduled request has for jobs would be of no use there. */
const BACK_FILL_SECONDS = 20;
/** What is to be sent says so itself, in rows: a job only wakes, and the sweep finds what a failed one has left. */
const WAKER = { maxAttempts: 5 };

const deliverThere = (deps: Deps, { communityId }: z.output<typeof community>) =>
  deliver(deps, { communityId, until: inSeconds(deps, DELIVER_SECONDS) });

/** Every job of every room. */
export const JOBS: readonly Job[] = [
  job("fetch_profile", community.extend({ userId: z.string() }), (deps, { communityId, userId }) =>
    fetchProfile(deps, communityId, userId),
  ),
  job("replay_community", community.extend({ since: z.coerce.date() }), async (deps, { communityId, since }) => {
    const replayed = await replayCommunity(deps, communityId, since);
    await tellMembers(deps, communityId, replayed);
  }),
  job("settle_streaks", community, (deps, { communityId }) => settleStreaks(deps, communityId)),
  job("send_rewards", community, deliverThere, WAKER),
  job("send_notifications", community, deliverThere, WAKER),
  job(
    "back_fill",
    community,
    (deps, { communityId }) => goOnWithBackFills(deps, { communityId, until: inSeconds(deps, BACK_FILL_SECONDS) }),
    WAKER,
  ),
  scheduled("back_fills", (deps) => goOnWithBackFills(deps, { until: inSeconds(deps, SWEEP_SECONDS) })),
  job(
    "sync_community",
    community,
    (deps, { communityId }) => syncFromWhop(deps, { communityId, until: inSeconds(deps, SYNC_ONE_SECONDS) }),
    WAKER,
  ),
  scheduled("sync", (deps) => syncFromWhop(deps, { until: inSeconds(deps, SWEEP_SECONDS) })),
  scheduled("forget_sync", forgetSync),
  scheduled("sweep", (deps) => deliver(deps, { until: inSeconds(deps, SWEEP_SECONDS) })),
  scheduled("forget_notifications", forgetNotifications),
  scheduled("warn_of_streaks", warnOfStreaks),
  scheduled("reconcile_rewards", reconcileRewards),
  job("settle_leavers", community, (deps, { communityId }) => settleLeavers(deps, communityId)),
  scheduled("settle_due_resets", settleDueResets),
  scheduled("keep_partitions", keepPartitions),
  scheduled("close_months", closeMonths),
];

/** In UTC. A run that was missed while no worker was up is made up for within a day. */
const DAILY = [
  "17 0 * * * keep_partitions ?fill=1d",
  "41 2 * * * close_months ?fill=1d",
  "23 3 * * * reconcile_rewards ?fill=1d",
  "5 4 * * * forget_notifications ?fill=1d",
  "35 4 * * * forget_sync ?fill=1d",
];
const HOURLY = ["37 * * * * settle_due_resets ?fill=1h", "3 * * * * warn_of_streaks ?fill=1h"];
/** Its key keeps one waiting at most. */
const SWEEP = "* * * * * sweep ?jobKey=sweep";
const BACK_FILLS = "* * * * * back_fills ?jobKey=back_fills";
const SYNC = "* * * * * sync ?jobKey=sync";

/** What a worker that lives begins by itself. */
export const CRONTAB = [...DAILY, ...HOURLY, SWEEP, BACK_FILLS, SYNC].join("\n");

/** Of the minute that a scheduled request has. */
const JOBS_SECONDS = 20;
const JOBS_LEFT_ALONE_SECONDS = 25;
const ALL_SECONDS = 50;

/** `jobs` is null where the queue could not be worked on. */
export type DueWork = { recovered: number; jobs: number | null };

/**
 * What a worker does, for some 50 seconds: dead workers' jobs are taken up again, due jobs done where the queue's address is
 * known, and all that waits for Whop sent. Repeated or at the same time it does nothing twice.
 * @returns how many jobs were given back by the dead, and how many done.
 */
export async function runDueWork(deps: Deps): Promise<DueWork> {
  const until = inSeconds(deps, ALL_SECONDS);
  const recovered = await recoverDeadJobs(deps);
  const jobs = await runQueue(deps);
  await Promise.all([deliver(deps, { until }), goOnWithBackFills(deps, { until }), syncFromWhop(deps, { until })]);
  return { recovered, jobs };
}

/** A job may be longer than we have: it then goes on by itself, and is taken up again where that ends it. */
async function runQueue(deps: Deps): Promise<number | null> {
  const queueUrl = deps.env.directDatabaseUrl;
  if (!queueUrl) return null;
  const running = runJobs(deps, JOBS, {
    queueUrl,
    crontab: [...DAILY, ...HOURLY].join("\n"),
    until: inSeconds(deps, JOBS_SECONDS),
  });
  const enough = new AbortController();
  try {
    return await Promise.race([running, sleep(JOBS_LEFT_ALONE_SECONDS * 1000, null, { signal: enough.signal })]);
  } catch (error) {
    deps.log.error({ err: error }, "the job queue could not be worked on");
    return null;
  } finally {
    enough.abort();
    inBackground(deps, running);
  }
}

const inSeconds = ({ now }: Pick<Deps, "now">, seconds: number) => new Date(now().getTime() + seconds * 1000);
