import { Client } from "pg";
import { aMessage, millisecondsEach } from "@/bench/load";
import { median, type Row } from "@/bench/row";
import type { Bench } from "@/bench/rows/bench";
import { awardActivities } from "@/services/xp/award-activity";

const BAR = 3;
const SAMPLES = 400;

/** L: an award that reaches level 5, with its reward and the messages about it queued in the same transaction, held against one that reaches none. */
export async function measureLevelUp({ databases, quick }: Bench): Promise<Row> {
  const { db, ownerUrl, communities } = await databases.get("middle");
  const communityId = communities.at(-3)?.communityId;
  if (!communityId) throw new Error("The database has no community.");
  const samples = quick ? SAMPLES / 4 : SAMPLES;
  await addMembers(ownerUrl, communityId, samples);

  const rising: number[] = [];
  const steady: number[] = [];
  const award = (userId: string) => awardActivities({ db }, communityId, [aMessage(userId)]);
  for (let n = 1; n <= samples; n += 1) {
    steady.push(...(await millisecondsEach(1, () => award(`user_steady_${n}`))));
    rising.push(...(await millisecondsEach(1, () => award(`user_rising_${n}`))));
  }
  const { rewards, messages } = await countQueued(ownerUrl, communityId);
  if (rewards !== samples || messages < samples) throw new Error(`${rewards} rewards and ${messages} messages queued.`);
  const [levelUpMs, awardMs] = [median(rising), median(steady)];
  const ratio = levelUpMs / awardMs;
  return {
    row: "L",
    what: "award that reaches a level: reward and messages queued with it",
    figure: `${levelUpMs.toFixed(2)} ms, one client`,
    yardstick: `one that reaches none: ${awardMs.toFixed(2)} ms`,
    ratio,
    bar: `≤ ${BAR}`,
    ok: ratio <= BAR,
    figures: { levelUpMs, awardMs },
  };
}

/** Level 5 begins at 770 XP, and a message pays 20. */
async function addMembers(ownerUrl: string, communityId: string, each: number): Promise<void> {
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query("update communities set rewards_confirmed_at = now() where community_id = $1", [communityId]);
    await owner.query(
      `insert into users (community_id, user_id, xp, xp_bucket, level, last_activity_at)
       select $1, 'user_' || kind || '_' || n, xp, xp_bucket_of(xp), level_at(null, xp), now() - interval '1 hour'
       from (values ('rising', 760), ('steady', 780)) k(kind, xp), generate_series(1, $2::integer) n`,
      [communityId, each],
    );
  } finally {
    await owner.end();
  }
}

async function countQueued(ownerUrl: string, communityId: string): Promise<{ rewards: number; messages: number }> {
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    const { rows } = await owner.query<{ rewards: number; messages: number }>(
      `select (select count(*)::integer from rewards where community_id = $1 and user_id like 'user_rising_%') as rewards,
        (select count(*)::integer from notifications where community_id = $1 and user_id like 'user_rising_%') as messages`,
      [communityId],
    );
    return rows[0] ?? { rewards: 0, messages: 0 };
  } finally {
    await owner.end();
  }
}
