import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Deps } from "@/lib/deps";
import { inBackground } from "@/lib/http/background";
import { type Job, job, runJobs, scheduled } from "@/lib/jobs";
import { recoverDeadJobs } from "@/lib/jobs/recover";
import { fetchProfile } from "@/services/leaderboard/refresh-profiles";
import { tellMembers } from "@/services/leaderboard/tell-members";
import { deliver } from "@/services/notifications/deliver";
import { forgetNotifications } from "@/services/notifications/forget-notifications";
import { reconcileRewards } from "@/services/rewards/reconcile-rewards";
import { closeMonths, keepPartitions } from "@/services/xp/close-months";
import { replayCommunity } from "@/services/xp/replay-community";

const community = z.object({ communityId: z.string() });

/** One community's queue may be long, and the sweep serves all in turn. */
const DELIVER_SECONDS = 30;
/** Over before the next one begins. */
const SWEEP_SECONDS = 50;
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
  job("send_rewards", community, deliverThere, WAKER),
  job("send_notifications", community, deliverThere, WAKER),
  scheduled("sweep", (deps) => deliver(deps, { until: inSeconds(deps, SWEEP_SECONDS) })),
  scheduled("forget_notifications", forgetNotifications),
  scheduled("reconcile_rewards", reconcileRewards),
  scheduled("keep_partitions", keepPartitions),
  scheduled("close_months", closeMonths),
];

/** In UTC. A run that was missed while no worker was up is made up for within a day. */
const DAILY = [
  "17 0 * * * keep_partitions ?fill=1d",
  "41 2 * * * close_months ?fill=1d",
  "23 3 * * * reconcile_rewards ?fill=1d",
  "5 4 * * * forget_notifications ?fill=1d",
];
/** Its key keeps one waiting at most. */
const SWEEP = "* * * * * sweep ?jobKey=sweep";

/** What a worker that lives begins by itself. */
export const CRONTAB = [...DAILY, SWEEP].join("\n");

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
  await deliver(deps, { until });
  return { recovered, jobs };
}

/** A job may be longer than we have: it then goes on by itself, and is taken up again where that ends it. */
async function runQueue(deps: Deps): Promise<number | null> {
  const queueUrl = deps.env.directDatabaseUrl;
  if (!queueUrl) return null;
  const running = runJobs(deps, JOBS, {
    queueUrl,
    crontab: DAILY.join("\n"),
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
