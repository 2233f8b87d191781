import { setImmediate as breathe } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import { type Arrival, drawArrivals } from "@/dev/seed/arrivals";
import type { Person } from "@/dev/seed/cast";
import type { Sample, SampleCommunity } from "@/dev/seed/communities";
import { settingsHistory } from "@/dev/seed/settings-history";
import type { Talk } from "@/dev/seed/talk";
import type { Communities } from "@/lib/auth/communities";
import type { KeyedHash } from "@/lib/crypto/keyed-hash";
import { inCommunity } from "@/lib/db/database";
import type { RedisClient } from "@/lib/redis/client";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Activity } from "@/services/xp/activity";
import { awardActivities } from "@/services/xp/award-activity";
import { removeActivity } from "@/services/xp/remove-activity";
import type { DB } from "@/types/database";

const BATCH = 100;
/** Members are dealt to as many queues, which go on side by side. */
const LANES = 3;

export type SeedDeps = {
  db: Kysely<DB>;
  redis: RedisClient;
  communities: Communities;
  keyedHash: KeyedHash;
};

export type SeedOptions = {
  sample: Sample;
  /** Of each community, in their order. */
  talk: Talk[][];
  /** Where Whop's pictures are. */
  pictureUrl(userId: string): string;
  progress?(done: number, total: number): void;
  signal?: AbortSignal;
};

/** How many activities were given to the award, by outcome; repeats count as `duplicate`. */
export type SeedReport = { activities: number; outcomes: Record<string, number> };

/** Plays the history of the sample communities through the award path, in the order in which it came. */
export async function seedCommunities(deps: SeedDeps, options: SeedOptions): Promise<SeedReport> {
  const { sample, talk, progress = () => undefined, signal } = options;
  const outcomes = new Map<string, number>();
  const all = sample.communities.map((community, index) => {
    return { community, arrivals: drawArrivals(sample, community, talk[index] ?? [], deps.keyedHash) };
  });
  const total = all.reduce((sum, { arrivals }) => sum + arrivals.history.length + arrivals.last.length, 0);
  let done = 0;

  async function award(community: SampleCommunity, activities: Activity[]): Promise<void> {
    signal?.throwIfAborted();
    for (const receipt of await awardActivities(deps, community.companyId, activities)) {
      const outcome = receipt.duplicate ? "duplicate" : receipt.outcome;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    done += activities.length;
    progress(done, total);
  }

  for (const { community, arrivals } of all) {
    await introduce(deps, community);
    let next = 0;
    for (const change of [...settingsHistory(community, sample.startsAt, sample.endsAt), null]) {
      const until = change ? firstFrom(arrivals.history, change.at.getTime()) : arrivals.history.length;
      await playLanes(arrivals.history.slice(next, until), (activities) => award(community, activities));
      next = Math.max(next, until);
      if (change) await changeTo(deps, community, change);
    }
    for (const activityId of [...arrivals.removedAhead, ...arrivals.removals]) {
      signal?.throwIfAborted();
      await removeActivity(deps, community.companyId, activityId);
    }
    await award(community, arrivals.last);
    outcomes.set("reversed", (outcomes.get("reversed") ?? 0) + arrivals.removals.length);
    await storeProfiles(deps.db, community, options.pictureUrl);
    await breathe();
  }
  return { activities: total, outcomes: Object.fromEntries([...outcomes].sort(([, one], [, other]) => other - one)) };
}

/** As the first webhooks would: each place is looked up at Whop and remembered. */
async function introduce({ communities }: SeedDeps, { companyId, app, chats, playground, forum }: SampleCommunity) {
  for (const { experienceId } of [app, ...chats, ...(playground ? [playground] : []), forum]) {
    const found = await communities.resolve(experienceId);
    if (found?.communityId !== companyId) throw new Error(`Whop does not know ${experienceId}.`);
  }
}

function firstFrom(history: Arrival[], at: number): number {
  const index = history.findIndex((arrival) => arrival.at >= at);
  return index < 0 ? history.length : index;
}

/** Each member's activities stay in their order; members of different lanes go on side by side. */
async function playLanes(arrivals: Arrival[], award: (activities: Activity[]) => Promise<void>): Promise<void> {
  const lanes: Activity[][] = Array.from({ length: LANES }, () => []);
  const laneOf = new Map<string, Activity[]>();
  for (const { activity } of arrivals) {
    const lane = laneOf.get(activity.userId) ?? lanes[laneOf.size % LANES] ?? [];
    laneOf.set(activity.userId, lane);
    lane.push(activity);
  }
  await Promise.all(
    lanes.map(async (lane) => {
      for (let from = 0; from < lane.length; from += BATCH) await award(lane.slice(from, from + BATCH));
    }),
  );
}

type Change = ReturnType<typeof settingsHistory>[number];

async function changeTo({ db }: SeedDeps, { companyId }: SampleCommunity, { at, by, change }: Change): Promise<void> {
  const { settings } = await findSettings({ db }, companyId);
  await changeSettings({ db }, companyId, { settings: change(settings), validFrom: at, by });
}

/** Names and pictures as the job would fetch them one by one. */
async function storeProfiles(
  db: Kysely<DB>,
  { companyId, people }: SampleCommunity,
  pictureUrl: (userId: string) => string,
): Promise<void> {
  const profile = ({ id, username, name, hasPicture }: Person) => {
    return { user_id: id, username, name, picture_url: hasPicture ? pictureUrl(id) : null };
  };
  await inCommunity(db, companyId, (trx) =>
    sql`insert into profiles (community_id, user_id, username, name, picture_url, fetched_at)
      select u.community_id, u.user_id, p.username, p.name, p.picture_url, now()
      from jsonb_to_recordset(${JSON.stringify(people.map(profile))}::jsonb)
        as p(user_id text, username text, name text, picture_url text)
      join users u on u.community_id = ${companyId} and u.user_id = p.user_id
      on conflict (community_id, user_id) do nothing`.execute(trx),
  );
}
