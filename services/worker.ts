import { z } from "zod";
import { type Job, job, scheduled } from "@/lib/jobs";
import { fetchProfile } from "@/services/leaderboard/refresh-profiles";
import { tellMembers } from "@/services/leaderboard/tell-members";
import { closeMonths, keepPartitions } from "@/services/xp/close-months";
import { replayCommunity } from "@/services/xp/replay-community";

const community = z.object({ communityId: z.string() });

/** Every job of every room. */
export const JOBS: readonly Job[] = [
  job("fetch_profile", community.extend({ userId: z.string() }), (deps, { communityId, userId }) =>
    fetchProfile(deps, communityId, userId),
  ),
  job("replay_community", community.extend({ since: z.coerce.date() }), async (deps, { communityId, since }) => {
    const replayed = await replayCommunity(deps, communityId, since);
    await tellMembers(deps, communityId, replayed);
  }),
  scheduled("keep_partitions", keepPartitions),
  scheduled("close_months", closeMonths),
];

/** In UTC. A run that was missed while no worker was up is made up for within a day. */
export const CRONTAB = ["17 0 * * * keep_partitions ?fill=1d", "41 2 * * * close_months ?fill=1d"].join("\n");
