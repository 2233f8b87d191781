import { Client } from "pg";

export type Community = { communityId: string; members: number };

/**
 * Communities with the default settings whose members `user_1`, `user_2`, … have been active before: each has XP, one kind of
 * activity, and this week's and month's roll-ups. Every second one has been active today, the others yesterday. Written past the
 * award path, in seconds, as the state that it would have left; there is no log behind it.
 */
export async function seedMembers(ownerUrl: string, communities: readonly Community[]): Promise<void> {
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query("set synchronous_commit = off");
    await owner.query("set work_mem = '64MB'");
    // Foreign keys hold by construction; checking each of millions takes longer than writing them.
    await owner.query("set session_replication_role = replica");
    await owner.query("create temporary table sizes (community_id text, members integer)");
    await owner.query("insert into sizes select * from unnest($1::text[], $2::integer[])", [
      communities.map(({ communityId }) => communityId),
      communities.map(({ members }) => members),
    ]);
    for (const statement of STATEMENTS) await owner.query(statement);
    await owner.query("vacuum (analyze, freeze)");
  } finally {
    await owner.end();
  }
}

const TODAY = "(now() at time zone 'UTC')::date";

/** Few have much and many have little, and every member another sum. */
const MEMBERS = `(
  select community_id, 'user_' || n as user_id, 20 + floor(power((n * 7919 % 1000003) / 1000003.0, 3) * 60000)::bigint as xp,
    ${TODAY} - n % 2 as day, (${TODAY} - n % 2)::timestamp at time zone 'UTC' as active_at
  from sizes, generate_series(1, members) n
) m`;

const STATEMENTS = [
  `do $$
   declare v_id text;
   begin
     for v_id in select community_id from sizes loop
       perform set_config('wee5.community_id', v_id, true);
       perform public.remember_experience(v_id, 'Bench', 'exp' || substr(v_id, 4), 'Chat');
     end loop;
   end $$`,
  // A trigger makes them elsewhere; here none runs.
  "insert into notification_settings (community_id) select community_id from sizes on conflict do nothing",
  `insert into users (community_id, user_id, xp, xp_bucket, level, total_messages, xp_reached_at, last_activity_at,
     streak_days, streak_day, streak_longest)
   select community_id, user_id, xp, xp_bucket_of(xp), level_at(null, xp), xp / 20, active_at, active_at, 1, day, 1
   from ${MEMBERS}`,
  `insert into member_actions (community_id, user_id, action, newest_at, newest_id, last_paid_at)
   select community_id, user_id, 'message', active_at, 'message:seed', active_at from ${MEMBERS}`,
  `insert into period_rollups (community_id, period, starts_on, user_id, activities, xp, xp_bucket, xp_reached_at)
   select community_id, period, date_trunc(period, ${TODAY})::date, user_id, xp / 20, xp, xp_bucket_of(xp), active_at
   from ${MEMBERS}, (values ('week'), ('month')) p(period)`,
  `insert into daily_rollups (community_id, user_id, day, action, activities, paid, xp)
   select community_id, user_id, day, 'message', 1, 1, 20 from ${MEMBERS}`,
];
