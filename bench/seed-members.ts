import { Client } from "pg";

export type Community = { communityId: string; members: number };

/**
 * Communities with the default settings whose members `user_1`, `user_2`, … have been active before: each has XP, one kind of
 * activity, and this week's and month's roll-ups, every second one today's. Written past the award path, in seconds, as the
 * state that it would have left; there is no log behind it.
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

const AN_HOUR_AGO = "date_trunc('second', now()) - interval '1 hour'";
const TODAY = "(now() at time zone 'UTC')::date";

/** Few have much and many have little, and every member another sum. */
const MEMBERS = `(
  select community_id, 'user_' || n as user_id, 20 + floor(power((n * 7919 % 1000003) / 1000003.0, 3) * 60000)::bigint as xp, n
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
   select community_id, user_id, xp, xp_bucket_of(xp), level_at(null, xp), xp / 20, ${AN_HOUR_AGO}, ${AN_HOUR_AGO},
     (n + 1) % 2, case n % 2 when 0 then ${TODAY} end, (n + 1) % 2
   from ${MEMBERS}`,
  `insert into member_actions (community_id, user_id, action, newest_at, newest_id, last_paid_at)
   select community_id, user_id, 'message', ${AN_HOUR_AGO}, 'message:seed', ${AN_HOUR_AGO} from ${MEMBERS}`,
  `insert into period_rollups (community_id, period, starts_on, user_id, activities, xp, xp_bucket, xp_reached_at)
   select community_id, period, date_trunc(period, ${TODAY})::date, user_id, xp / 20, xp, xp_bucket_of(xp), ${AN_HOUR_AGO}
   from ${MEMBERS}, (values ('week'), ('month')) p(period)`,
  `insert into daily_rollups (community_id, user_id, day, action, activities, paid, xp)
   select community_id, user_id, ${TODAY}, 'message', 1, 1, 20 from ${MEMBERS} where n % 2 = 0`,
];
