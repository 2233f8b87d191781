-- The whole schema, made from the migrated database by `npm run schema`. For reading; the migrations are what runs.
-- Left out: monthly partitions (made ahead as months pass), graphile-worker's schema and the record of migrations.

-- Roles

-- role anon: nologin, noinherit
-- role authenticated: nologin, noinherit
-- role service_role: nologin, noinherit, bypassrls
-- role wee5_app: nologin, noinherit, idle_in_transaction_session_timeout=3s, lock_timeout=5s, statement_timeout=15s


-- Schemas

grant usage on schema public to public;
grant usage on schema public to service_role;
grant usage on schema public to wee5_app;


-- Types

create domain visibility as text CHECK ((VALUE = ANY (ARRAY['public'::text, 'anonymous'::text, 'hidden'::text])));


-- Tables and views

create view activities with (security_invoker=true) as
 SELECT l.community_id,
    l.user_id,
    l.occurred_at,
    l.activity_id,
    l.action,
    l.experience_id,
    l.subject_user_id,
    l.content_length,
    l.amount,
    COALESCE(c.outcome, l.outcome) AS outcome,
    COALESCE(c.base_xp, l.base_xp) AS base_xp,
    COALESCE(c.xp, l.xp) AS xp,
    COALESCE(c.settings_version, l.settings_version) AS settings_version,
    COALESCE(c.sequence, 0) AS corrections
   FROM activity_log l
     LEFT JOIN LATERAL ( SELECT c_1.community_id,
            c_1.user_id,
            c_1.occurred_at,
            c_1.activity_id,
            c_1.sequence,
            c_1.settings_version,
            c_1.outcome,
            c_1.base_xp,
            c_1.xp,
            c_1.xp_difference,
            c_1.cause,
            c_1.caused_by,
            c_1.recorded_at
           FROM corrections c_1
          WHERE c_1.community_id = l.community_id AND c_1.user_id = l.user_id AND c_1.occurred_at = l.occurred_at AND c_1.activity_id = l.activity_id
          ORDER BY c_1.sequence DESC
         LIMIT 1) c ON true;
comment on view activities is 'Activities as they stand now: the log under its newest corrections.';
grant select on activities to wee5_app;

create table activity_identities (
  community_id text not null,
  activity_id text collate "C" not null,
  user_id text,
  occurred_at timestamp with time zone,
  removed_at timestamp with time zone,
  constraint activity_identities_pkey PRIMARY KEY (community_id, activity_id)
);
comment on table activity_identities is 'Every activity younger than the retention, in one index: the same one never counts twice, however late. It is apart from the log because a unique index on a partitioned table must hold the partition key.';
comment on column activity_identities.user_id is 'Null when the removal arrived before the activity itself (then without a time), and when the member has been erased.';
alter table activity_identities enable row level security;
create policy own_community on activity_identities for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on activity_identities to wee5_app;
CREATE TRIGGER keep_erased BEFORE DELETE OR UPDATE ON public.activity_identities FOR EACH ROW WHEN (((old.user_id IS NULL) AND (old.occurred_at IS NOT NULL))) EXECUTE FUNCTION keep_erased();

create table activity_log (
  community_id text not null,
  user_id text not null,
  occurred_at timestamp with time zone not null,
  activity_id text collate "C" not null,
  action text not null,
  experience_id text,
  subject_user_id text,
  content_length integer,
  content_hash bytea,
  amount bigint,
  claimed_at timestamp with time zone,
  source text not null,
  settings_version integer not null,
  outcome text not null,
  base_xp bigint not null,
  xp bigint not null,
  recorded_at timestamp with time zone default now() not null,
  constraint activity_log_pkey PRIMARY KEY (community_id, user_id, occurred_at, activity_id)
) partition by RANGE (occurred_at);
comment on table activity_log is 'One row per activity: the fact and its first outcome, never changed. The content itself is never stored. No foreign keys: only the award function writes here, and each check would cost every award.';
comment on column activity_log.subject_user_id is 'The other member, where there is one: the author of the message that was reacted to.';
comment on column activity_log.content_hash is 'Keyed hash of the normalised text.';
comment on column activity_log.amount is 'XP of an adjustment; null for everything that has a rate.';
comment on column activity_log.claimed_at is 'Outcome bad_time only: the time the sender claimed. occurred_at is then when it arrived.';
CREATE INDEX activity_log_recorded ON ONLY public.activity_log USING brin (recorded_at) WITH (pages_per_range='16', autosummarize='on');
alter table activity_log enable row level security;
create policy own_community on activity_log for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on activity_log to wee5_app;
CREATE TRIGGER append_only BEFORE UPDATE ON public.activity_log FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table audit_log (
  community_id text not null,
  sequence bigint not null,
  occurred_at timestamp with time zone default clock_timestamp() not null,
  actor_user_id text not null,
  action text not null,
  subject text,
  details jsonb default '{}'::jsonb not null,
  previous_hash bytea,
  hash bytea not null,
  constraint audit_log_pkey PRIMARY KEY (community_id, sequence)
);
comment on table audit_log is 'Who did what. Each row''s hash covers the one before it, so that a change in the middle shows.';
alter table audit_log enable row level security;
create policy own_community on audit_log for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on audit_log to wee5_app;
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table communities (
  community_id text not null,
  title text default ''::text not null,
  settings_version integer default 1 not null,
  board_public boolean default false not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  onboarded_at timestamp with time zone,
  onboarded_by text,
  rewards_confirmed_at timestamp with time zone,
  rewards_confirmed_by text,
  constraint communities_pkey PRIMARY KEY (community_id),
  constraint communities_community_id_check CHECK (((length(community_id) >= 1) AND (length(community_id) <= 64)))
);
comment on table communities is 'A Whop company (biz_…): the tenant. Every other row belongs to exactly one.';
comment on column communities.settings_version is 'The newest settings version. An award priced with another is refused.';
comment on column communities.board_public is 'Whether the leaderboard may be read without a member''s token.';
comment on column communities.onboarded_at is 'When an admin first finished the onboarding; null shows it again.';
comment on column communities.rewards_confirmed_at is 'When the choice of rewards that holds now was made. Null: no reward is sent. Grows with each choice, and so tells whether another came between.';
alter table communities enable row level security;
create policy own_community on communities for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on communities to wee5_app;

create table corrections (
  community_id text not null,
  user_id text not null,
  occurred_at timestamp with time zone not null,
  activity_id text collate "C" not null,
  sequence integer not null,
  settings_version integer not null,
  outcome text not null,
  base_xp bigint not null,
  xp bigint not null,
  xp_difference bigint not null,
  cause text not null,
  caused_by text,
  recorded_at timestamp with time zone default now() not null,
  constraint corrections_pkey PRIMARY KEY (community_id, user_id, occurred_at, activity_id, sequence),
  constraint corrections_cause_check CHECK ((cause = ANY (ARRAY['late'::text, 'removed'::text, 'restored'::text, 'settings'::text, 'repair'::text]))),
  constraint corrections_sequence_check CHECK ((sequence >= 1))
) partition by RANGE (occurred_at);
comment on table corrections is 'What a replay decided otherwise than the log. The newest correction of an activity is its outcome now.';
CREATE INDEX corrections_recorded ON ONLY public.corrections USING brin (recorded_at) WITH (pages_per_range='16', autosummarize='on');
alter table corrections enable row level security;
create policy own_community on corrections for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on corrections to wee5_app;
CREATE TRIGGER append_only BEFORE UPDATE ON public.corrections FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table daily_rollups (
  community_id text not null,
  user_id text not null,
  day date not null,
  action text not null,
  activities integer default 0 not null,
  paid integer default 0 not null,
  xp bigint default 0 not null,
  constraint daily_rollups_pkey PRIMARY KEY (community_id, user_id, day, action)
) with (fillfactor=80);
comment on table daily_rollups is 'Per member, action and day of the community''s time zone. Daily caps are read from here.';
alter table daily_rollups enable row level security;
create policy own_community on daily_rollups for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on daily_rollups to wee5_app;

create table experiences (
  community_id text not null,
  experience_id text not null,
  name text default ''::text not null,
  created_at timestamp with time zone default now() not null,
  constraint experiences_pkey PRIMARY KEY (community_id, experience_id),
  constraint experiences_experience_id_key UNIQUE (experience_id),
  constraint experiences_community_id_fkey FOREIGN KEY (community_id) REFERENCES communities(community_id) ON DELETE CASCADE,
  constraint experiences_experience_id_check CHECK (((length(experience_id) >= 1) AND (length(experience_id) <= 64)))
);
comment on table experiences is 'Places in a community (exp_…, feed_…), remembered once Whop has said to whom they belong.';
alter table experiences enable row level security;
create policy own_community on experiences for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on experiences to wee5_app;

create table ignored_events (
  day date not null,
  event text not null,
  events bigint default 0 not null,
  constraint ignored_events_pkey PRIMARY KEY (day, event),
  constraint ignored_events_event_check CHECK ((length(event) <= 100))
);
comment on table ignored_events is 'How often a signed webhook carried nothing that counts, by its type: a new event of the platform shows here first. Belongs to no community.';
alter table ignored_events enable row level security;

create table level_curves (
  community_id text not null,
  preset text default 'mee6'::text not null,
  thresholds bigint[],
  constraint level_curves_pkey PRIMARY KEY (community_id),
  constraint level_curves_community_id_fkey FOREIGN KEY (community_id) REFERENCES communities(community_id) ON DELETE CASCADE,
  constraint level_curves_check CHECK (((preset = 'custom'::text) = (thresholds IS NOT NULL))),
  constraint level_curves_preset_check CHECK ((preset = ANY (ARRAY['mee6'::text, 'custom'::text]))),
  constraint level_curves_thresholds_check CHECK (((thresholds IS NULL) OR (((cardinality(thresholds) >= 1) AND (cardinality(thresholds) <= 500)) AND (thresholds[1] = 0))))
);
comment on table level_curves is 'Total XP to level. `thresholds[L]` is the XP at which level L begins; null for the default formula.';
alter table level_curves enable row level security;
create policy own_community on level_curves for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on level_curves to wee5_app;

create table level_ranks (
  community_id text not null,
  level integer not null,
  name text not null,
  icon text,
  color text,
  constraint level_ranks_pkey PRIMARY KEY (community_id, level),
  constraint level_ranks_community_id_fkey FOREIGN KEY (community_id) REFERENCES communities(community_id) ON DELETE CASCADE,
  constraint level_ranks_level_check CHECK ((level >= 1)),
  constraint level_ranks_name_check CHECK (((length(name) >= 1) AND (length(name) <= 40)))
);
comment on table level_ranks is 'A rank name holds from its level until the next one that is named.';
alter table level_ranks enable row level security;
create policy own_community on level_ranks for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on level_ranks to wee5_app;

create table member_actions (
  community_id text not null,
  user_id text not null,
  action text not null,
  newest_at timestamp with time zone not null,
  newest_id text collate "C" not null,
  last_paid_at timestamp with time zone,
  constraint member_actions_pkey PRIMARY KEY (community_id, user_id, action),
  constraint member_actions_community_id_user_id_fkey FOREIGN KEY (community_id, user_id) REFERENCES users(community_id, user_id) ON DELETE CASCADE
) with (fillfactor=80);
comment on table member_actions is 'What the constant-time step needs of a member and an action: the newest activity recorded (to know whether another is late) and the last paid one (cooldown).';
alter table member_actions enable row level security;
create policy own_community on member_actions for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on member_actions to wee5_app;

create table opening_balances (
  community_id text not null,
  user_id text not null,
  closed_before timestamp with time zone not null,
  xp bigint not null,
  total_messages integer not null,
  total_posts integer not null,
  total_reactions integer not null,
  last_paid jsonb default '{}'::jsonb not null,
  period_reached jsonb default '{}'::jsonb not null,
  xp_reached_at timestamp with time zone,
  last_activity_at timestamp with time zone,
  constraint opening_balances_pkey PRIMARY KEY (community_id, user_id),
  constraint opening_balances_community_id_user_id_fkey FOREIGN KEY (community_id, user_id) REFERENCES users(community_id, user_id) ON DELETE CASCADE
);
comment on table opening_balances is 'The effect of the months that have left the retention. Replay, removal and what-if end at closed_before.';
comment on column opening_balances.last_paid is 'Action to the time of its last paid activity before the edge: a cooldown may reach across it.';
comment on column opening_balances.period_reached is 'Week or month (as in week/2026-11-16) to the time its XP last changed before the edge, for those that may reach across it.';
alter table opening_balances enable row level security;
create policy own_community on opening_balances for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on opening_balances to wee5_app;

create table opening_days (
  community_id text not null,
  user_id text not null,
  day date not null,
  action text not null,
  activities integer not null,
  paid integer not null,
  xp bigint not null,
  constraint opening_days_pkey PRIMARY KEY (community_id, user_id, day, action),
  constraint opening_days_community_id_user_id_fkey FOREIGN KEY (community_id, user_id) REFERENCES users(community_id, user_id) ON DELETE CASCADE
);
comment on table opening_days is 'What closed months put into days, weeks and months that are still open at the edge.';
alter table opening_days enable row level security;
create policy own_community on opening_days for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on opening_days to wee5_app;

create table period_rollups (
  community_id text not null,
  period text not null,
  starts_on date not null,
  user_id text not null,
  activities integer default 0 not null,
  xp bigint default 0 not null,
  xp_reached_at timestamp with time zone,
  xp_bucket integer default '-1'::integer not null,
  constraint period_rollups_pkey PRIMARY KEY (community_id, period, starts_on, user_id)
) with (fillfactor=80);
comment on table period_rollups is 'Per member and period, ''week'' (from Monday) or ''month'': the boards of a period read one maintained row, not a sum of days.';
CREATE INDEX period_rollups_board ON public.period_rollups USING btree (community_id, period, starts_on, xp_bucket DESC) WHERE (xp_bucket >= 0);
alter table period_rollups enable row level security;
create policy own_community on period_rollups for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on period_rollups to wee5_app;

create table profiles (
  community_id text not null,
  user_id text not null,
  username text,
  name text,
  picture_url text,
  fetched_at timestamp with time zone not null,
  constraint profiles_pkey PRIMARY KEY (community_id, user_id),
  constraint profiles_community_id_user_id_fkey FOREIGN KEY (community_id, user_id) REFERENCES users(community_id, user_id) ON DELETE CASCADE
);
comment on table profiles is 'Name and picture as Whop last gave them. Kept out of `users`, whose row every award rewrites.';
alter table profiles enable row level security;
create policy own_community on profiles for all to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)))
  with check ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant delete, insert, select, update on profiles to wee5_app;

create table reward_rules (
  community_id text not null,
  rule_id uuid default gen_random_uuid() not null,
  level integer not null,
  type text not null,
  value jsonb not null,
  active boolean default true not null,
  created_at timestamp with time zone default now() not null,
  constraint reward_rules_pkey PRIMARY KEY (community_id, rule_id),
  constraint reward_rules_community_id_fkey FOREIGN KEY (community_id) REFERENCES communities(community_id) ON DELETE CASCADE,
  constraint reward_rules_level_check CHECK ((level >= 2)),
  constraint reward_rules_type_check CHECK ((type = ANY (ARRAY['free_days'::text, 'promo_code'::text, 'badge'::text, 'custom'::text])))
);
comment on table reward_rules is 'What a level pays. A rule that was ever active is switched off, never deleted: rewards point at it.';
CREATE INDEX reward_rules_by_level ON public.reward_rules USING btree (community_id, level);
alter table reward_rules enable row level security;
create policy own_community on reward_rules for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on reward_rules to wee5_app;

create table rewards (
  community_id text not null,
  user_id text not null,
  rule_id uuid not null,
  reward_id uuid default gen_random_uuid() not null,
  level integer not null,
  type text not null,
  value jsonb not null,
  state text default 'due'::text not null,
  cancelled_because text,
  caused_by text,
  due_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint rewards_pkey PRIMARY KEY (community_id, user_id, rule_id),
  constraint rewards_reward_id_key UNIQUE (reward_id),
  constraint rewards_community_id_rule_id_fkey FOREIGN KEY (community_id, rule_id) REFERENCES reward_rules(community_id, rule_id) ON DELETE RESTRICT,
  constraint rewards_community_id_user_id_fkey FOREIGN KEY (community_id, user_id) REFERENCES users(community_id, user_id) ON DELETE CASCADE,
  constraint rewards_cancelled_because_check CHECK ((cancelled_because = 'level_lost'::text)),
  constraint rewards_check CHECK (((state = 'cancelled'::text) = (cancelled_because IS NOT NULL))),
  constraint rewards_state_check CHECK ((state = ANY (ARRAY['due'::text, 'confirmed'::text, 'sending'::text, 'delivered'::text, 'waiting'::text, 'needs_attention'::text, 'cancelled'::text])))
);
comment on table rewards is 'A member''s earned instance of a rule: at most one, for ever. Losing the level cancels what was not sent; reaching it again revives the same row.';
alter table rewards enable row level security;
create policy own_community on rewards for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on rewards to wee5_app;

create table settings_versions (
  community_id text not null,
  version integer not null,
  valid_from timestamp with time zone not null,
  settings jsonb not null,
  created_by text not null,
  created_at timestamp with time zone default now() not null,
  constraint settings_versions_pkey PRIMARY KEY (community_id, version),
  constraint settings_versions_community_id_fkey FOREIGN KEY (community_id) REFERENCES communities(community_id) ON DELETE CASCADE,
  constraint settings_versions_version_check CHECK ((version >= 1))
);
comment on table settings_versions is 'Rates, caps, exclusions and time zone. At a moment the highest version whose valid_from is not later holds: a version replaces everything from its valid_from on.';
alter table settings_versions enable row level security;
create policy own_community on settings_versions for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on settings_versions to wee5_app;

create table users (
  community_id text not null,
  user_id text not null,
  xp bigint default 0 not null,
  xp_bucket integer default '-1'::integer not null,
  level integer default 1 not null,
  total_messages integer default 0 not null,
  total_posts integer default 0 not null,
  total_reactions integer default 0 not null,
  xp_reached_at timestamp with time zone,
  last_activity_at timestamp with time zone,
  visibility visibility default 'public'::text not null,
  visibility_changed_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint users_pkey PRIMARY KEY (community_id, user_id),
  constraint users_community_id_fkey FOREIGN KEY (community_id) REFERENCES communities(community_id) ON DELETE CASCADE
) with (fillfactor=80);
comment on table users is 'A member of a community. XP, level and counters are the fold over the member''s activities, written by the award functions alone. No check constraint and no generated column: Postgres parses each anew in every award.';
comment on column users.xp is 'Exact sum; may be below zero after an adjustment. Shown as max(0, xp).';
comment on column users.xp_bucket is 'xp_bucket_of(xp). The board''s index is on this and not on xp, which every award changes: an index there would end heap-only updates.';
comment on column users.xp_reached_at is 'When the newest activity that changed the XP happened: who got there first stands first among equals.';
comment on column users.visibility_changed_at is 'When the member last came onto the boards or left them: with the log and its corrections all that moves a rank, so that the sets in Redis can catch up.';
CREATE INDEX users_board ON public.users USING btree (community_id, xp_bucket DESC) WHERE ((xp_bucket >= 0) AND ((visibility)::text <> 'hidden'::text));
CREATE INDEX users_hidden ON public.users USING btree (community_id, user_id) WHERE ((visibility)::text = 'hidden'::text);
CREATE INDEX users_visibility_changed ON public.users USING btree (community_id, visibility_changed_at) WHERE (visibility_changed_at IS NOT NULL);
alter table users enable row level security;
create policy own_community on users for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
create policy own_community_insert on users for insert to wee5_app
  with check ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
create policy own_community_update on users for update to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)))
  with check ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant insert (community_id, user_id, visibility, visibility_changed_at) on users to wee5_app;
grant select on users to wee5_app;
grant update (visibility, visibility_changed_at, updated_at) on users to wee5_app;


-- Functions

CREATE OR REPLACE FUNCTION public.activity_day(p_community_id text, p_at timestamp with time zone)
 RETURNS date
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select (p_at at time zone (s.settings ->> 'timeZone'))::date
  from public.settings_versions s
  where s.community_id = p_community_id and s.valid_from <= p_at
  order by s.version desc limit 1
$function$;
comment on function activity_day(text,timestamp with time zone) is 'The day an activity belongs to: in the time zone of the settings in force when it happened.';

CREATE OR REPLACE FUNCTION public.add_settings_version(p_community_id text, p_settings jsonb, p_valid_from timestamp with time zone, p_expected_version integer, p_created_by text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_version integer;
  v_valid_from timestamptz;
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock(5, hashtext(p_community_id));
  -- "Now" is a moment at which no award is under way: all that were priced before it also happened before it. In whole
  -- milliseconds, as activities are, so that nobody who reads it can put it on the other side of one.
  v_valid_from := date_trunc('milliseconds', coalesce(p_valid_from, clock_timestamp() + interval '1 millisecond'));
  update public.communities set settings_version = settings_version + 1, updated_at = now()
  where community_id = p_community_id and settings_version = p_expected_version
  returning settings_version into v_version;
  if not found then
    raise exception 'settings of % have changed since version %', p_community_id, p_expected_version using errcode = 'W5S01';
  end if;
  insert into public.settings_versions (community_id, version, valid_from, settings, created_by)
  values (p_community_id, v_version, v_valid_from, p_settings, p_created_by);
  perform public.write_audit(p_community_id, p_created_by, 'settings.added', v_version::text,
    jsonb_build_object('validFrom', v_valid_from, 'settings', p_settings));
  -- Activities that already happened under it (also those within five minutes of our future) are folded again.
  if exists (select from public.activity_log l where l.community_id = p_community_id and l.occurred_at >= v_valid_from) then
    perform graphile_worker.add_job('replay_community',
      json_build_object('communityId', p_community_id, 'since', v_valid_from, 'version', v_version),
      queue_name => 'replay:' || p_community_id);
  end if;
  return v_version;
end
$function$;
comment on function add_settings_version(text,jsonb,timestamp with time zone,integer,text) is 'Adds a version from p_valid_from on (null: now). Refuses when another came between. Members with activity after that moment are replayed by a job.';
grant execute on function add_settings_version(text,jsonb,timestamp with time zone,integer,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.add_to_rollups(p_community_id text, p_user_id text, p_day date, p_action text, p_activities integer, p_paid integer, p_xp bigint, p_reached_at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_week date := date_trunc('week', p_day);
  v_month date := date_trunc('month', p_day);
begin
  -- The rows are mostly there, and an update costs half of an insert that meets a conflict. The member's row is locked, so
  -- nobody else makes them meanwhile.
  update public.daily_rollups r set activities = r.activities + p_activities, paid = r.paid + p_paid, xp = r.xp + p_xp
  where r.community_id = p_community_id and r.user_id = p_user_id and r.day = p_day and r.action = p_action;
  if not found then
    insert into public.daily_rollups (community_id, user_id, day, action, activities, paid, xp)
    values (p_community_id, p_user_id, p_day, p_action, p_activities, p_paid, p_xp);
  end if;
  update public.period_rollups r set activities = r.activities + p_activities, xp = r.xp + p_xp,
    xp_bucket = public.xp_bucket_of(r.xp + p_xp), xp_reached_at = greatest(r.xp_reached_at, p_reached_at)
  where r.community_id = p_community_id and r.period = 'week' and r.starts_on = v_week and r.user_id = p_user_id;
  if not found then
    insert into public.period_rollups (community_id, period, starts_on, user_id, activities, xp, xp_bucket, xp_reached_at)
    values (p_community_id, 'week', v_week, p_user_id, p_activities, p_xp, public.xp_bucket_of(p_xp), p_reached_at);
  end if;
  update public.period_rollups r set activities = r.activities + p_activities, xp = r.xp + p_xp,
    xp_bucket = public.xp_bucket_of(r.xp + p_xp), xp_reached_at = greatest(r.xp_reached_at, p_reached_at)
  where r.community_id = p_community_id and r.period = 'month' and r.starts_on = v_month and r.user_id = p_user_id;
  if not found then
    insert into public.period_rollups (community_id, period, starts_on, user_id, activities, xp, xp_bucket, xp_reached_at)
    values (p_community_id, 'month', v_month, p_user_id, p_activities, p_xp, public.xp_bucket_of(p_xp), p_reached_at);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION public.audit_hash(p_previous bytea, p_community_id text, p_sequence bigint, p_occurred_at timestamp with time zone, p_actor text, p_action text, p_subject text, p_details jsonb)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
  select sha256(coalesce(p_previous, ''::bytea) || convert_to(jsonb_build_array(
    p_community_id, p_sequence, extract(epoch from p_occurred_at), p_actor, p_action, p_subject, p_details)::text, 'UTF8'))
$function$;

CREATE OR REPLACE FUNCTION public.award_activities(p_community_id text, p_settings_version integer, p_activities jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_newest_version integer;
  v_valid_from timestamptz;
  v_newest_settings jsonb;
  v_thresholds bigint[];
  v_now timestamptz := now();
  v_user_ids text[];
  a record;
  v_receipt jsonb;
  v_receipts jsonb[] := '{}';
  v_user public.users;
  v_action public.member_actions;
  v_activity public.activities;
  v_version integer;
  v_settings jsonb;
  v_day date;
  v_late boolean;
  v_tombstone boolean;
  v_action_xp bigint;
  v_total_xp bigint;
  v_decision record;
  v_level integer;
  v_rewards jsonb;
  v_difference bigint;
  v_last_paid timestamptz;
begin
  perform public.require_community(p_community_id);
  -- Held by settings changes exclusively: no award is priced while a version is being added.
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  select s.version, s.valid_from, s.settings, c.thresholds into v_newest_version, v_valid_from, v_newest_settings, v_thresholds
  from public.communities k
  join public.settings_versions s on s.community_id = k.community_id and s.version = k.settings_version
  join public.level_curves c on c.community_id = k.community_id
  where k.community_id = p_community_id;
  if not found then
    raise exception 'no community %', p_community_id using errcode = 'W5N01';
  end if;
  if v_newest_version <> p_settings_version then
    raise exception 'settings version % is not the newest of %, which is %', p_settings_version, p_community_id, v_newest_version
      using errcode = 'W5S01';
  end if;

  -- Several members in one transaction: their rows are made and locked in key order.
  -- By an array, so that whatever plan is kept goes by the key: joined to the activities it would read the whole community.
  if jsonb_array_length(p_activities) > 1 then
    v_user_ids := array(select distinct e ->> 'userId' from jsonb_array_elements(p_activities) e order by 1);
    if cardinality(v_user_ids) <> (
      select count(*) from public.users u where u.community_id = p_community_id and u.user_id = any (v_user_ids)
    ) then
      insert into public.users (community_id, user_id) select p_community_id, id from unnest(v_user_ids) id
      order by id on conflict do nothing;
    end if;
    perform 1 from public.users u where u.community_id = p_community_id and u.user_id = any (v_user_ids)
    order by u.user_id for no key update;
  end if;

  for a in
    select e.* from rows from (jsonb_to_recordset(p_activities) as (
      "activityId" text, "userId" text, "action" text, "occurredAt" timestamptz, "experienceId" text, "subjectUserId" text,
      "contentLength" integer, "contentHash" text, "amount" bigint, "source" text
    )) with ordinality as e (activity_id, user_id, action, occurred_at, experience_id, subject_user_id, content_length,
      content_hash, amount, source, ordinal)
    order by e.user_id, e.occurred_at, e.activity_id collate "C"
  loop
    if (a.amount is not null) <> (a.action = 'adjustment') then
      raise exception 'an adjustment, and nothing else, has an amount: %', a.activity_id using errcode = 'W5B01';
    end if;
    if a.occurred_at < v_now - interval '90 days' then
      v_receipt := jsonb_build_object('activityId', a.activity_id, 'userId', a.user_id, 'action', a.action, 'outcome', 'too_old',
        'baseXp', 0, 'xp', 0, 'occurredAt', a.occurred_at, 'rewards', '[]'::jsonb, 'duplicate', false);
      v_receipts[a.ordinal] := v_receipt;
      continue;
    end if;

    select * into v_user from public.users u where u.community_id = p_community_id and u.user_id = a.user_id for no key update;
    if not found then
      insert into public.users (community_id, user_id) values (p_community_id, a.user_id) on conflict do nothing;
      select * into strict v_user from public.users u where u.community_id = p_community_id and u.user_id = a.user_id for no key update;
    end if;

    -- Identity. A removal that came before its activity has left a row without a member; undoing it deletes that row, maybe
    -- between two of these statements: then once more.
    v_tombstone := false;
    v_receipt := null;
    loop
      insert into public.activity_identities (community_id, activity_id, user_id, occurred_at)
      values (p_community_id, a.activity_id, a.user_id, a.occurred_at) on conflict do nothing;
      exit when found;
      update public.activity_identities i set user_id = a.user_id, occurred_at = a.occurred_at
      where i.community_id = p_community_id and i.activity_id = a.activity_id and i.user_id is null;
      v_tombstone := found;
      exit when v_tombstone;
      v_receipt := public.stored_receipt(p_community_id, a.activity_id);
      exit when v_receipt is not null;
    end loop;
    if v_receipt is not null then
      v_receipts[a.ordinal] := v_receipt;
      continue;
    end if;

    if v_user.last_activity_at is null then
      perform graphile_worker.add_job('fetch_profile',
        json_build_object('communityId', p_community_id, 'userId', a.user_id), job_key => 'profile:' || p_community_id || ':' || a.user_id);
    end if;

    if a.occurred_at >= v_valid_from then
      v_version := v_newest_version;
      v_settings := v_newest_settings;
    else
      select s.version, s.settings into v_version, v_settings from public.settings_at(p_community_id, a.occurred_at) s;
    end if;

    -- Recorded, but outside the fold: the clock refused it, or it had been removed before it came.
    if v_tombstone or a.occurred_at > v_now + interval '5 minutes' then
      insert into public.activity_log (community_id, user_id, occurred_at, activity_id, action, experience_id, subject_user_id,
        content_length, content_hash, amount, claimed_at, source, settings_version, outcome, base_xp, xp)
      values (p_community_id, a.user_id, case when v_tombstone then a.occurred_at else v_now end, a.activity_id, a.action,
        a.experience_id, a.subject_user_id, a.content_length, decode(a.content_hash, 'hex'), a.amount,
        case when v_tombstone then null else a.occurred_at end, a.source, v_version,
        case when v_tombstone then 'reversed' else 'bad_time' end, 0, 0);
      if not v_tombstone then
        update public.activity_identities i set occurred_at = v_now
        where i.community_id = p_community_id and i.activity_id = a.activity_id;
      end if;
      v_receipt := jsonb_build_object('activityId', a.activity_id, 'userId', a.user_id, 'action', a.action,
        'outcome', case when v_tombstone then 'reversed' else 'bad_time' end, 'baseXp', 0, 'xp', 0, 'occurredAt', a.occurred_at,
        'totalXp', v_user.xp, 'oldLevel', v_user.level, 'newLevel', v_user.level, 'rewards', '[]'::jsonb, 'duplicate', false);
      v_receipts[a.ordinal] := v_receipt;
      continue;
    end if;

    v_day := (a.occurred_at at time zone (v_settings ->> 'timeZone'))::date;
    select * into v_action from public.member_actions m
    where m.community_id = p_community_id and m.user_id = a.user_id and m.action = a.action;
    v_last_paid := v_action.last_paid_at;

    -- Late: older than the newest of its action, or of any action where a total cap makes them one.
    v_late := false;
    if a.amount is null and v_action.action is not null
      and (a.occurred_at, a.activity_id collate "C") < (v_action.newest_at, v_action.newest_id) then
      v_late := true;
    elsif a.amount is null and a.occurred_at <= v_user.last_activity_at then
      v_late := exists (
        select from public.settings_versions s where s.community_id = p_community_id and s.settings ->> 'dailyXpCap' is not null);
    end if;

    v_difference := 0;
    if v_late then
      v_activity := (p_community_id, a.user_id, a.occurred_at, a.activity_id, a.action, a.experience_id, a.subject_user_id,
        a.content_length, a.amount, null, 0, 0, v_version, 0)::public.activities;
      insert into public.member_actions (community_id, user_id, action, newest_at, newest_id)
      values (p_community_id, a.user_id, a.action, a.occurred_at, a.activity_id) on conflict do nothing;
      v_decision := public.replay_member(p_community_id, a.user_id, v_activity, 'late');
      v_difference := v_decision.xp_difference;
      update public.member_actions m set newest_at = a.occurred_at, newest_id = a.activity_id
      where m.community_id = p_community_id and m.user_id = a.user_id and m.action = a.action
        and (m.newest_at, m.newest_id) < (a.occurred_at, a.activity_id collate "C");
    else
      v_action_xp := 0;
      v_total_xp := 0;
      if v_settings -> 'actions' -> a.action ->> 'dailyXpCap' is not null or v_settings ->> 'dailyXpCap' is not null then
        select coalesce(sum(r.xp) filter (where r.action = a.action), 0), coalesce(sum(r.xp), 0) into v_action_xp, v_total_xp
        from public.daily_rollups r
        where r.community_id = p_community_id and r.user_id = a.user_id and r.day = v_day and r.action <> 'adjustment';
      end if;
      v_decision := public.decide_activity(v_settings, p_community_id, a.activity_id, a.action, a.user_id, a.experience_id,
        a.subject_user_id, a.content_length, a.amount, a.occurred_at, v_last_paid, v_action_xp, v_total_xp);
      if v_action.action is null then
        insert into public.member_actions (community_id, user_id, action, newest_at, newest_id, last_paid_at)
        values (p_community_id, a.user_id, a.action, a.occurred_at, a.activity_id,
          case when v_decision.outcome = 'awarded' and a.amount is null then a.occurred_at end);
      elsif a.amount is null or (v_action.newest_at, v_action.newest_id) < (a.occurred_at, a.activity_id collate "C") then
        update public.member_actions m set newest_at = a.occurred_at, newest_id = a.activity_id,
          last_paid_at = case when v_decision.outcome = 'awarded' and a.amount is null then a.occurred_at else m.last_paid_at end
        where m.community_id = p_community_id and m.user_id = a.user_id and m.action = a.action;
      end if;
    end if;

    insert into public.activity_log (community_id, user_id, occurred_at, activity_id, action, experience_id, subject_user_id,
      content_length, content_hash, amount, source, settings_version, outcome, base_xp, xp)
    values (p_community_id, a.user_id, a.occurred_at, a.activity_id, a.action, a.experience_id, a.subject_user_id,
      a.content_length, decode(a.content_hash, 'hex'), a.amount, a.source, v_version, v_decision.outcome, v_decision.base_xp,
      v_decision.xp);
    perform public.add_to_rollups(p_community_id, a.user_id, v_day, a.action, 1, (v_decision.outcome = 'awarded')::integer,
      v_decision.xp, case when v_decision.xp <> 0 then a.occurred_at end);

    v_level := public.level_at(v_thresholds, v_user.xp + v_decision.xp + v_difference);
    update public.users u set
      xp = u.xp + v_decision.xp + v_difference,
      xp_bucket = public.xp_bucket_of(u.xp + v_decision.xp + v_difference),
      level = v_level,
      total_messages = u.total_messages + (a.action = 'message')::integer,
      total_posts = u.total_posts + (a.action = 'post')::integer,
      total_reactions = u.total_reactions + (a.action = 'reaction')::integer,
      xp_reached_at = case when v_decision.xp <> 0 then greatest(u.xp_reached_at, a.occurred_at) else u.xp_reached_at end,
      last_activity_at = greatest(u.last_activity_at, a.occurred_at),
      updated_at = v_now
    where u.community_id = p_community_id and u.user_id = a.user_id;
    if v_late then
      perform public.settle_reached_at(p_community_id, a.user_id);
    end if;
    v_rewards := '[]';
    if v_level <> v_user.level then
      v_rewards := public.settle_rewards(p_community_id, a.user_id, v_user.level, v_level, a.activity_id);
    end if;

    v_receipt := jsonb_build_object('activityId', a.activity_id, 'userId', a.user_id, 'action', a.action,
      'outcome', v_decision.outcome, 'baseXp', v_decision.base_xp, 'xp', v_decision.xp, 'occurredAt', a.occurred_at,
      'totalXp', v_user.xp + v_decision.xp + v_difference, 'oldLevel', v_user.level, 'newLevel', v_level, 'rewards', v_rewards,
      'duplicate', false, 'day', v_day, 'lastPaidAt', v_last_paid);
    v_receipts[a.ordinal] := v_receipt;
  end loop;
  return to_jsonb(v_receipts);
end
$function$;
comment on function award_activities(text,integer,jsonb) is 'Records activities of one community and pays them: identity, the step or a replay, log, member, roll-ups and rewards due, all or nothing. Returns their receipts in the order given.';
grant execute on function award_activities(text,integer,jsonb) to wee5_app;

CREATE OR REPLACE FUNCTION public.check_audit(p_community_id text)
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select min(sequence) from (
    select a.sequence,
      a.hash is distinct from public.audit_hash(a.previous_hash, a.community_id, a.sequence, a.occurred_at, a.actor_user_id,
        a.action, a.subject, a.details)
      or a.previous_hash is distinct from lag(a.hash) over (order by a.sequence)
      or a.sequence <> row_number() over (order by a.sequence) as broken
    from public.audit_log a where a.community_id = p_community_id
  ) checked where broken
$function$;
comment on function check_audit(text) is 'The first sequence number at which the chain does not hold; null when it holds.';

CREATE OR REPLACE FUNCTION public.close_member(p_community_id text, p_user_id text, p_before timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  if p_before > now() - interval '90 days' or p_before <> date_trunc('month', p_before, 'UTC') then
    raise exception 'only whole months that are older than the retention can be closed' using errcode = 'W5N01';
  end if;
  perform 1 from public.users u where u.community_id = p_community_id and u.user_id = p_user_id for no key update;

  insert into public.opening_balances as o (community_id, user_id, closed_before, xp, total_messages, total_posts, total_reactions,
    last_paid, period_reached, xp_reached_at, last_activity_at)
  select p_community_id, p_user_id, p_before, coalesce(sum(a.xp), 0), count(*) filter (where a.action = 'message'),
    count(*) filter (where a.action = 'post'), count(*) filter (where a.action = 'reaction'),
    coalesce((select jsonb_object_agg(paid.action, paid.at) from (
      select p.action, max(p.occurred_at) as at from public.activities p
      where p.community_id = p_community_id and p.user_id = p_user_id and p.occurred_at < p_before and p.outcome = 'awarded'
        and p.amount is null
      group by p.action) paid), '{}'),
    coalesce((select jsonb_object_agg(reached.key, reached.at) from (
      select p.period || '/' || date_trunc(p.period, public.activity_day(p_community_id, r.occurred_at))::date as key,
        max(r.occurred_at) as at
      from public.activities r cross join (values ('week'), ('month')) p(period)
      where r.community_id = p_community_id and r.user_id = p_user_id and r.occurred_at < p_before
        and r.occurred_at >= p_before - interval '35 days' and r.xp <> 0
      group by 1) reached), '{}'),
    max(a.occurred_at) filter (where a.xp <> 0), max(a.occurred_at)
  from public.activities a
  where a.community_id = p_community_id and a.user_id = p_user_id and a.occurred_at < p_before
    and a.outcome not in ('bad_time', 'reversed')
  on conflict (community_id, user_id) do update set
    closed_before = greatest(o.closed_before, excluded.closed_before),
    xp = o.xp + excluded.xp,
    total_messages = o.total_messages + excluded.total_messages,
    total_posts = o.total_posts + excluded.total_posts,
    total_reactions = o.total_reactions + excluded.total_reactions,
    last_paid = o.last_paid || excluded.last_paid,
    period_reached = coalesce((select jsonb_object_agg(key, value) from jsonb_each(o.period_reached || excluded.period_reached)
      where split_part(key, '/', 2)::date >= p_before::date - 70), '{}'),
    xp_reached_at = greatest(o.xp_reached_at, excluded.xp_reached_at),
    last_activity_at = greatest(o.last_activity_at, excluded.last_activity_at);

  -- What these activities gave to days, weeks and months that the log may still change.
  insert into public.opening_days as d (community_id, user_id, day, action, activities, paid, xp)
  select p_community_id, p_user_id, public.activity_day(p_community_id, a.occurred_at), a.action, count(*),
    count(*) filter (where a.outcome = 'awarded'), sum(a.xp)
  from public.activities a
  where a.community_id = p_community_id and a.user_id = p_user_id and a.occurred_at < p_before
    and a.occurred_at >= p_before - interval '3 days' and a.outcome not in ('bad_time', 'reversed')
  group by 3, 4
  on conflict (community_id, user_id, day, action) do update
    set activities = d.activities + excluded.activities, paid = d.paid + excluded.paid, xp = d.xp + excluded.xp;

  delete from public.activity_identities i using public.activity_log l
  where l.community_id = p_community_id and l.user_id = p_user_id and l.occurred_at < p_before
    and i.community_id = l.community_id and i.activity_id = l.activity_id;
  delete from public.corrections c where c.community_id = p_community_id and c.user_id = p_user_id and c.occurred_at < p_before;
  delete from public.activity_log l where l.community_id = p_community_id and l.user_id = p_user_id and l.occurred_at < p_before;
end
$function$;
comment on function close_member(text,text,timestamp with time zone) is 'Moves a member''s activities before the edge into the opening balance. Repeating it changes nothing.';
grant execute on function close_member(text,text,timestamp with time zone) to wee5_app;

CREATE OR REPLACE FUNCTION public.confirm_onboarding(p_community_id text, p_by text, p_time_zone text, p_rules jsonb, p_seen timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_community public.communities;
  v_settings jsonb;
  v_now timestamptz;
  v_on uuid[];
  v_withdrawn integer := 0;
begin
  perform public.require_community(p_community_id);
  -- No award is under way meanwhile: each sees the rules as they were, or as they will be.
  perform pg_advisory_xact_lock(5, hashtext(p_community_id));
  select * into v_community from public.communities c where c.community_id = p_community_id for no key update;
  if not found then
    raise exception 'no community %', p_community_id using errcode = 'W5N01';
  end if;
  select s.settings into strict v_settings from public.settings_versions s
  where s.community_id = p_community_id and s.version = v_community.settings_version;

  if v_community.rewards_confirmed_at is not null and v_settings ->> 'timeZone' = p_time_zone
    and (select jsonb_object_agg(r.rule_id, r.active) from public.reward_rules r where r.community_id = p_community_id) = p_rules
  then
    return v_community.rewards_confirmed_at;
  end if;
  if v_community.rewards_confirmed_at is distinct from p_seen or p_rules is null
    or array(select r.rule_id::text collate "C" from public.reward_rules r where r.community_id = p_community_id order by 1)
      <> array(select k collate "C" from jsonb_object_keys(p_rules) k order by 1)
  then
    raise exception 'onboarding of % has changed since %', p_community_id, p_seen using errcode = 'W5S01';
  end if;

  perform now() at time zone p_time_zone; -- Refused here, or every day of a member would fail.
  if v_settings ->> 'timeZone' is distinct from p_time_zone then
    perform public.add_settings_version(p_community_id, v_settings || jsonb_build_object('timeZone', p_time_zone), null,
      v_community.settings_version, p_by);
  end if;

  update public.reward_rules r set active = (p_rules ->> r.rule_id::text)::boolean
  where r.community_id = p_community_id and r.active is distinct from (p_rules ->> r.rule_id::text)::boolean;
  v_on := array(select r.rule_id from public.reward_rules r where r.community_id = p_community_id and r.active order by r.level, r.rule_id);
  if v_community.rewards_confirmed_at is null then
    -- What came due before anybody had agreed to pay it, and is now not agreed to, has never been promised.
    delete from public.rewards w
    where w.community_id = p_community_id and w.state = 'due' and not (w.rule_id = any (v_on));
    get diagnostics v_withdrawn = row_count;
  end if;

  v_now := greatest(date_trunc('milliseconds', clock_timestamp()), v_community.rewards_confirmed_at + interval '1 millisecond');
  update public.communities c set
    onboarded_at = coalesce(c.onboarded_at, v_now),
    onboarded_by = coalesce(c.onboarded_by, p_by),
    rewards_confirmed_at = v_now,
    rewards_confirmed_by = p_by,
    updated_at = now()
  where c.community_id = p_community_id;
  perform public.write_audit(p_community_id, p_by, 'onboarding.confirmed', null,
    jsonb_build_object('timeZone', p_time_zone, 'rulesOn', to_jsonb(v_on), 'rewardsWithdrawn', v_withdrawn));
  return v_now;
end
$function$;
comment on function confirm_onboarding(text,text,text,jsonb,timestamp with time zone) is 'Confirms which rules pay (p_rules: rule id to on or off, of all rules) and the time zone, in one step; returns when. The same choice again changes nothing; another than p_seen (null: none yet) knows of is refused.';
grant execute on function confirm_onboarding(text,text,text,jsonb,timestamp with time zone) to wee5_app;

CREATE OR REPLACE FUNCTION public.count_ignored_event(p_event text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  insert into public.ignored_events as i (day, event, events) values ((now() at time zone 'UTC')::date, left(p_event, 100), 1)
  on conflict (day, event) do update set events = i.events + 1
$function$;
grant execute on function count_ignored_event(text) to wee5_app;

CREATE OR REPLACE FUNCTION public.decide_activity(p_settings jsonb, p_community_id text, p_activity_id text, p_action text, p_user_id text, p_experience_id text, p_subject_user_id text, p_content_length integer, p_amount bigint, p_occurred_at timestamp with time zone, p_last_paid_at timestamp with time zone, p_action_xp_that_day bigint, p_total_xp_that_day bigint, OUT outcome text, OUT base_xp bigint, OUT xp bigint)
 RETURNS record
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  v_rate jsonb := p_settings -> 'actions' -> p_action;
  v_min bigint;
  v_max bigint;
  v_cap bigint;
begin
  base_xp := 0;
  xp := 0;
  if p_amount is not null then
    outcome := 'awarded';
    base_xp := p_amount;
    xp := p_amount;
    return;
  end if;

  -- exclusions
  if (p_settings ->> 'paused')::boolean then
    outcome := 'paused';
  elsif p_settings -> 'excludedUserIds' ? p_user_id then
    outcome := 'excluded_member';
  elsif p_experience_id is not null and p_settings -> 'excludedExperienceIds' ? p_experience_id then
    outcome := 'excluded_channel';
  elsif v_rate is null or not (v_rate ->> 'enabled')::boolean then
    outcome := 'disabled';
  elsif p_subject_user_id = p_user_id then
    outcome := 'self';
  elsif coalesce(p_content_length < (v_rate ->> 'minLength')::integer, false) then
    outcome := 'too_short';
  end if;
  if outcome is not null then
    return;
  end if;

  -- amount
  v_min := (v_rate ->> 'minXp')::bigint;
  v_max := (v_rate ->> 'maxXp')::bigint;
  base_xp := case when v_min = v_max then v_min else public.drawn_xp(p_community_id, p_activity_id, v_min, v_max) end;

  -- cooldown
  if p_last_paid_at is not null
    and p_occurred_at < p_last_paid_at + (v_rate ->> 'cooldownSeconds')::integer * interval '1 second' then
    outcome := 'cooldown';
    return;
  end if;

  -- caps: the award that meets one pays what is left
  xp := base_xp;
  v_cap := (v_rate ->> 'dailyXpCap')::bigint;
  if v_cap is not null then
    xp := least(xp, v_cap - p_action_xp_that_day);
  end if;
  v_cap := (p_settings ->> 'dailyXpCap')::bigint;
  if v_cap is not null then
    xp := least(xp, v_cap - p_total_xp_that_day);
  end if;
  if xp <= 0 then
    xp := 0;
    outcome := 'daily_cap';
  else
    outcome := 'awarded';
  end if;
end
$function$;
comment on function decide_activity(jsonb,text,text,text,text,text,text,integer,bigint,timestamp with time zone,timestamp with time zone,bigint,bigint) is 'One activity, given the settings in force and what the member had been paid before it: what it pays and why.';

CREATE OR REPLACE FUNCTION public.default_settings()
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select '{
    "timeZone": "UTC", "tier": "free", "paused": false, "dailyXpCap": null, "excludedExperienceIds": [], "excludedUserIds": [],
    "actions": {
      "message": {"enabled": true, "minXp": 20, "maxXp": 20, "cooldownSeconds": 60, "dailyXpCap": null, "minLength": 0},
      "post": {"enabled": true, "minXp": 15, "maxXp": 25, "cooldownSeconds": 60, "dailyXpCap": null, "minLength": 0},
      "comment": {"enabled": true, "minXp": 10, "maxXp": 10, "cooldownSeconds": 60, "dailyXpCap": null, "minLength": 0},
      "reaction": {"enabled": true, "minXp": 5, "maxXp": 5, "cooldownSeconds": 60, "dailyXpCap": null, "minLength": 0},
      "reaction_received": {"enabled": false, "minXp": 2, "maxXp": 2, "cooldownSeconds": 0, "dailyXpCap": null, "minLength": 0},
      "lesson": {"enabled": false, "minXp": 50, "maxXp": 50, "cooldownSeconds": 0, "dailyXpCap": null, "minLength": 0},
      "daily_visit": {"enabled": false, "minXp": 10, "maxXp": 10, "cooldownSeconds": 0, "dailyXpCap": null, "minLength": 0},
      "member_joined": {"enabled": false, "minXp": 50, "maxXp": 50, "cooldownSeconds": 0, "dailyXpCap": null, "minLength": 0}
    }
  }'::jsonb
$function$;
comment on function default_settings() is 'What a community starts with: only message, post, comment and reaction pay until the creator switches more on.';

CREATE OR REPLACE FUNCTION public.drawn_xp(p_community_id text, p_activity_id text, p_min bigint, p_max bigint)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
  select p_min + ('x' || encode(substr(sha256(convert_to(p_community_id || ':' || p_activity_id, 'UTF8')), 1, 6), 'hex'))::bit(48)::bigint
    % (p_max - p_min + 1)
$function$;
comment on function drawn_xp(text,text,bigint,bigint) is 'A random amount drawn from a hash of community and activity, so that a retry or a replay draws the same.';

CREATE OR REPLACE FUNCTION public.drop_closed_partitions(p_before timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_partition record;
  v_has_rows boolean;
  v_dropped integer := 0;
begin
  perform pg_advisory_xact_lock(5, 1);
  set local lock_timeout = '2s';
  for v_partition in
    select c.relname from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent in ('public.activity_log'::regclass, 'public.corrections'::regclass)
      and (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') at time zone 'UTC' <= least(p_before, now() - interval '90 days')
  loop
    execute format('select exists (select from public.%I)', v_partition.relname) into v_has_rows;
    if not v_has_rows then
      execute format('drop table public.%I', v_partition.relname);
      v_dropped := v_dropped + 1;
    end if;
  end loop;
  return v_dropped;
end
$function$;
comment on function drop_closed_partitions(timestamp with time zone) is 'Drops the months that are closed for every community; returns how many tables went.';
grant execute on function drop_closed_partitions(timestamp with time zone) to wee5_app;

CREATE OR REPLACE FUNCTION public.ensure_community(p_community_id text, p_title text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  insert into public.communities (community_id, title) values (p_community_id, p_title) on conflict do nothing;
  if not found then
    return;
  end if;
  insert into public.settings_versions (community_id, version, valid_from, settings, created_by)
  values (p_community_id, 1, 'epoch', public.default_settings(), 'wee5');
  insert into public.level_curves (community_id) values (p_community_id);
  insert into public.level_ranks (community_id, level, name) values
    (p_community_id, 1, 'Newcomer'), (p_community_id, 5, 'Regular'), (p_community_id, 10, 'Insider'), (p_community_id, 25, 'Veteran'),
    (p_community_id, 50, 'Expert'), (p_community_id, 100, 'Legend');
  insert into public.reward_rules (community_id, level, type, value) values
    (p_community_id, 5, 'free_days', '{"days": 3}'), (p_community_id, 10, 'free_days', '{"days": 7}'),
    (p_community_id, 25, 'free_days', '{"days": 14}'), (p_community_id, 50, 'free_days', '{"days": 30}'),
    (p_community_id, 100, 'promo_code', '{"percentOff": 50}');
end
$function$;
comment on function ensure_community(text,text) is 'Makes a community with its first settings, the default curve, rank names and reward rules; does nothing when it exists.';
grant execute on function ensure_community(text,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.ensure_partitions(p_from date, p_to date)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_month date := date_trunc('month', p_from)::date;
  v_parent text;
  v_name text;
  v_made integer := 0;
begin
  perform pg_advisory_xact_lock(5, 1);
  while v_month <= p_to loop
    foreach v_parent in array array['activity_log', 'corrections'] loop
      v_name := v_parent || to_char(v_month, '_YYYY_MM');
      if to_regclass('public.' || v_name) is null then
        execute format(
          'create table public.%I partition of public.%I for values from (%L) to (%L)',
          v_name, v_parent, v_month::timestamp at time zone 'UTC', (v_month + interval '1 month') at time zone 'UTC');
        execute format('alter table public.%I enable row level security', v_name);
        execute format('revoke all on public.%I from anon, authenticated', v_name);
        v_made := v_made + 1;
      end if;
    end loop;
    v_month := (v_month + interval '1 month')::date;
  end loop;
  return v_made;
end
$function$;
comment on function ensure_partitions(date,date) is 'Makes the monthly partitions that are missing between two dates; returns how many.';
grant execute on function ensure_partitions(date,date) to wee5_app;

CREATE OR REPLACE FUNCTION public.erase_member(p_community_id text, p_user_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_user public.users;
  v_actions text[];
  v_activities integer;
  v_rewards integer;
begin
  perform public.require_community(p_community_id);
  -- As an award does: no settings version is added meanwhile, and awards of the member wait for the row.
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  select * into v_user from public.users u where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  if not found then
    return jsonb_build_object('activities', 0, 'rewardsCancelled', 0, 'actions', '[]'::jsonb);
  end if;
  v_actions := array(select m.action from public.member_actions m
    where m.community_id = p_community_id and m.user_id = p_user_id order by 1);

  -- By their ids: joined, and before Postgres has counted the rows, the log would be searched once for each of them.
  update public.activity_identities i set user_id = null, removed_at = greatest(now(), i.occurred_at)
  where i.community_id = p_community_id and i.activity_id = any (array(
    select l.activity_id from public.activity_log l where l.community_id = p_community_id and l.user_id = p_user_id));
  delete from public.corrections c where c.community_id = p_community_id and c.user_id = p_user_id;
  delete from public.activity_log l where l.community_id = p_community_id and l.user_id = p_user_id;
  get diagnostics v_activities = row_count;
  -- By their keys, which the days tell: by the member alone every week of the community would be read.
  delete from public.period_rollups r
  using (select distinct p.period, date_trunc(p.period, d.day)::date as starts_on
    from public.daily_rollups d cross join (values ('week'), ('month')) p(period)
    where d.community_id = p_community_id and d.user_id = p_user_id) own
  where r.community_id = p_community_id and r.period = own.period and r.starts_on = own.starts_on and r.user_id = p_user_id;
  delete from public.daily_rollups r where r.community_id = p_community_id and r.user_id = p_user_id;
  delete from public.member_actions m where m.community_id = p_community_id and m.user_id = p_user_id;
  delete from public.opening_days d where d.community_id = p_community_id and d.user_id = p_user_id;
  delete from public.opening_balances o where o.community_id = p_community_id and o.user_id = p_user_id;
  delete from public.profiles p where p.community_id = p_community_id and p.user_id = p_user_id;
  perform graphile_worker.remove_job('profile:' || p_community_id || ':' || p_user_id);

  -- Not sent: cancelled, and earned anew with its level. Sent: stays, and so is never sent again.
  select count(*) into v_rewards from public.rewards r
  where r.community_id = p_community_id and r.user_id = p_user_id and r.state in ('due', 'confirmed', 'waiting');
  perform public.settle_rewards(p_community_id, p_user_id, 2147483647, 1, null);
  update public.rewards r set caused_by = null where r.community_id = p_community_id and r.user_id = p_user_id;

  update public.users u set xp = 0, xp_bucket = public.xp_bucket_of(0), level = 1, total_messages = 0, total_posts = 0,
    total_reactions = 0, xp_reached_at = null, last_activity_at = null, created_at = now(), updated_at = now(),
    visibility_changed_at = now() -- the sets in Redis learn from it that the member has gone
  where u.community_id = p_community_id and u.user_id = p_user_id;
  perform public.write_audit(p_community_id, p_user_id, 'member.erased', p_user_id,
    jsonb_build_object('activities', v_activities, 'rewardsCancelled', v_rewards));
  return jsonb_build_object('activities', v_activities, 'rewardsCancelled', v_rewards, 'actions', to_jsonb(v_actions));
end
$function$;
comment on function erase_member(text,text) is 'Deletes all that is known of a member but the visibility, what others did with them, the audit log, the ids of the activities (without the member, while they could come again) and rewards: sent ones, and unsent ones cancelled. Waits for the member''s awards and they for it.';
grant execute on function erase_member(text,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.forget_awaited_removals()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  with gone as (
    delete from public.activity_identities where user_id is null and removed_at < now() - interval '90 days' returning 1
  ) select count(*)::integer from gone
$function$;
comment on function forget_awaited_removals() is 'Removals whose activity never came: by now it would be refused by its age.';
grant execute on function forget_awaited_removals() to wee5_app;

CREATE OR REPLACE FUNCTION public.keep_erased()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return case when tg_op = 'DELETE' and old.removed_at < now() - interval '90 days' then old end;
end
$function$;
comment on function keep_erased() is 'Leaves the identity of an erased activity as it is while the activity could come again; after that it may go.';

CREATE OR REPLACE FUNCTION public.level_at(p_thresholds bigint[], p_xp bigint)
 RETURNS integer
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
declare
  n bigint;
begin
  if p_xp <= 0 then
    return 1;
  end if;
  if p_thresholds is not null then
    return width_bucket(p_xp, p_thresholds);
  end if;
  -- T(n) = 5n(2n² + 27n + 91) / 6 is the XP after n level-ups: the sum over i < n of 5i² + 50i + 100.
  -- Its cubic term alone gives an estimate of n at most five too high; the loops make it exact.
  n := greatest(0, floor(cbrt(0.6 * p_xp))::bigint - 4);
  while 5 * (n + 1) * (2 * (n + 1) * (n + 1) + 27 * (n + 1) + 91) / 6 <= p_xp loop
    n := n + 1;
  end loop;
  while 5 * n * (2 * n * n + 27 * n + 91) / 6 > p_xp loop
    n := n - 1;
  end loop;
  return n + 1;
end
$function$;
comment on function level_at(bigint[],bigint) is 'The level of a sum of XP under a curve; null thresholds are the default, MEE6''s.';
grant execute on function level_at(bigint[],bigint) to wee5_app;

CREATE OR REPLACE FUNCTION public.list_community_ids()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select community_id from public.communities order by community_id
$function$;
comment on function list_community_ids() is 'For the worker, which has work in every community; ids only.';
grant execute on function list_community_ids() to wee5_app;

CREATE OR REPLACE FUNCTION public.period_reached_at(p_community_id text, p_user_id text, p_period text, p_starts_on date)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(
    (select a.occurred_at
    from public.activities a
    where a.community_id = p_community_id and a.user_id = p_user_id
      and a.occurred_at >= p_starts_on::timestamp at time zone 'UTC' - interval '1 day'
      and a.occurred_at < (p_starts_on + case p_period when 'week' then interval '9 days' else interval '33 days' end) at time zone 'UTC'
      and a.xp <> 0 and date_trunc(p_period, public.activity_day(p_community_id, a.occurred_at))::date = p_starts_on
    order by a.occurred_at desc limit 1),
    -- A week or month may reach back over the edge of the retention.
    (select (o.period_reached ->> (p_period || '/' || p_starts_on))::timestamptz
    from public.opening_balances o
    where o.community_id = p_community_id and o.user_id = p_user_id))
$function$;
comment on function period_reached_at(text,text,text,date) is 'When the member''s XP of a week or month last changed, read from the log and the opening balance.';

CREATE OR REPLACE FUNCTION public.queue_age_seconds()
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select coalesce(extract(epoch from now() - min(run_at)), 0)::integer
  from graphile_worker.jobs
  where run_at <= now() and locked_at is null and attempts < max_attempts
$function$;
comment on function queue_age_seconds() is 'How long the oldest job that could run has been waiting; 0 when none waits.';
grant execute on function queue_age_seconds() to wee5_app;

CREATE OR REPLACE FUNCTION public.rebuild_member(p_community_id text, p_user_id text, p_cause text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_user public.users;
  v_opening public.opening_balances;
  v_thresholds bigint[];
  v_row public.activities;
  v_now record;
  v_now_until timestamptz := '-infinity';
  v_paid jsonb := '{}';
  v_used jsonb := '{}';
  v_key text;
  v_day date;
  v_decision record;
  v_xp bigint;
  v_level integer;
  v_corrected integer := 0;
  v_edge date;
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  select c.thresholds into v_thresholds from public.level_curves c where c.community_id = p_community_id;
  select * into v_user from public.users u where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  if not found then
    raise exception 'no member % in %', p_user_id, p_community_id using errcode = 'W5N01';
  end if;
  select * into v_opening from public.opening_balances o where o.community_id = p_community_id and o.user_id = p_user_id;
  v_paid := coalesce(v_opening.last_paid, '{}');
  select coalesce(jsonb_object_agg(o.day || '/' || o.action, o.xp), '{}') into v_used
  from public.opening_days o
  where o.community_id = p_community_id and o.user_id = p_user_id and o.action <> 'adjustment' and o.day >= v_opening.closed_before::date - 2;

  create temporary table if not exists rebuilt_days (day date, action text, activities integer, paid integer, xp bigint, reached_at timestamptz)
    on commit drop;
  truncate pg_temp.rebuilt_days;

  for v_row in
    select * from public.activities a
    where a.community_id = p_community_id and a.user_id = p_user_id and a.outcome not in ('bad_time', 'reversed')
    order by a.occurred_at, a.activity_id
  loop
    if v_row.occurred_at >= v_now_until then
      v_now := public.settings_at(p_community_id, v_row.occurred_at);
      v_now_until := coalesce(v_now.holds_until, 'infinity');
    end if;
    v_day := (v_row.occurred_at at time zone (v_now.settings ->> 'timeZone'))::date;
    v_key := v_day || '/' || v_row.action;
    v_decision := public.decide_activity(v_now.settings, p_community_id, v_row.activity_id, v_row.action, p_user_id,
      v_row.experience_id, v_row.subject_user_id, v_row.content_length, v_row.amount, v_row.occurred_at,
      (v_paid ->> v_row.action)::timestamptz, coalesce((v_used ->> v_key)::bigint, 0),
      coalesce((select sum(value::bigint) from jsonb_each_text(v_used) where starts_with(key, v_day || '/')), 0)::bigint);
    if v_decision.outcome = 'awarded' and v_row.amount is null then
      v_paid := jsonb_set(v_paid, array[v_row.action], to_jsonb(v_row.occurred_at));
      v_used := jsonb_set(v_used, array[v_key], to_jsonb(coalesce((v_used ->> v_key)::bigint, 0) + v_decision.xp));
      if jsonb_array_length(jsonb_path_query_array(v_used, '$.*')) > 64 then
        select coalesce(jsonb_object_agg(key, value), '{}') into v_used from jsonb_each(v_used)
        where split_part(key, '/', 1)::date >= v_day - 2;
      end if;
    end if;
    if v_decision.outcome <> v_row.outcome or v_decision.xp <> v_row.xp then
      insert into public.corrections (community_id, user_id, occurred_at, activity_id, sequence, settings_version, outcome,
        base_xp, xp, xp_difference, cause)
      values (p_community_id, p_user_id, v_row.occurred_at, v_row.activity_id, v_row.corrections + 1, v_now.version,
        v_decision.outcome, v_decision.base_xp, v_decision.xp, v_decision.xp - v_row.xp, p_cause);
      v_corrected := v_corrected + 1;
    end if;
    insert into pg_temp.rebuilt_days values (v_day, v_row.action, 1, (v_decision.outcome = 'awarded')::integer, v_decision.xp,
      case when v_decision.xp <> 0 then v_row.occurred_at end);
  end loop;

  -- Roll-ups: what closed months left in open days, and what the log says now. Days wholly before the edge stay.
  v_edge := coalesce(v_opening.closed_before::date - 1, '1970-01-01'::date);
  delete from public.daily_rollups r where r.community_id = p_community_id and r.user_id = p_user_id and r.day >= v_edge;
  insert into public.daily_rollups (community_id, user_id, day, action, activities, paid, xp)
  select p_community_id, p_user_id, d.day, d.action, sum(d.activities), sum(d.paid), sum(d.xp) from (
    select day, action, activities, paid, xp from pg_temp.rebuilt_days
    union all
    select o.day, o.action, o.activities, o.paid, o.xp from public.opening_days o
    where o.community_id = p_community_id and o.user_id = p_user_id and o.day >= v_edge
  ) d group by d.day, d.action;

  with periods as (
    select p.period, date_trunc(p.period, r.day)::date as starts_on, sum(r.activities) as activities, sum(r.xp) as xp
    from public.daily_rollups r cross join (values ('week'), ('month')) p(period)
    where r.community_id = p_community_id and r.user_id = p_user_id and r.day >= date_trunc(p.period, v_edge)::date
    group by 1, 2
  ), gone as (
    delete from public.period_rollups r
    where r.community_id = p_community_id and r.user_id = p_user_id and r.starts_on >= date_trunc(r.period, v_edge)::date
      and not exists (select from periods p where p.period = r.period and p.starts_on = r.starts_on)
  )
  insert into public.period_rollups as r (community_id, period, starts_on, user_id, activities, xp, xp_bucket, xp_reached_at)
  select p_community_id, p.period, p.starts_on, p_user_id, p.activities, p.xp, public.xp_bucket_of(p.xp::bigint),
    coalesce((select max(b.reached_at) from pg_temp.rebuilt_days b where date_trunc(p.period, b.day)::date = p.starts_on),
      (v_opening.period_reached ->> (p.period || '/' || p.starts_on))::timestamptz)
  from periods p
  on conflict (community_id, period, starts_on, user_id) do update
    set activities = excluded.activities, xp = excluded.xp, xp_bucket = excluded.xp_bucket,
      xp_reached_at = excluded.xp_reached_at;

  insert into public.member_actions (community_id, user_id, action, newest_at, newest_id, last_paid_at)
  select distinct on (a.action) p_community_id, p_user_id, a.action, a.occurred_at, a.activity_id, (v_paid ->> a.action)::timestamptz
  from public.activities a
  where a.community_id = p_community_id and a.user_id = p_user_id and a.outcome <> 'bad_time'
  order by a.action, a.occurred_at desc, a.activity_id desc
  on conflict (community_id, user_id, action) do update
    set last_paid_at = excluded.last_paid_at,
      newest_at = greatest(member_actions.newest_at, excluded.newest_at),
      newest_id = case when (member_actions.newest_at, member_actions.newest_id) > (excluded.newest_at, excluded.newest_id)
        then member_actions.newest_id else excluded.newest_id end;

  select coalesce(v_opening.xp, 0) + coalesce(sum(xp), 0) into v_xp from pg_temp.rebuilt_days;
  v_level := public.level_at(v_thresholds, v_xp);
  update public.users u set
    xp = v_xp,
    xp_bucket = public.xp_bucket_of(v_xp),
    level = v_level,
    total_messages = coalesce(v_opening.total_messages, 0) + (select count(*) from pg_temp.rebuilt_days where action = 'message'),
    total_posts = coalesce(v_opening.total_posts, 0) + (select count(*) from pg_temp.rebuilt_days where action = 'post'),
    total_reactions = coalesce(v_opening.total_reactions, 0) + (select count(*) from pg_temp.rebuilt_days where action = 'reaction'),
    xp_reached_at = coalesce((select max(reached_at) from pg_temp.rebuilt_days), v_opening.xp_reached_at),
    last_activity_at = coalesce(
      (select a.occurred_at from public.activities a where a.community_id = p_community_id and a.user_id = p_user_id
        and a.outcome not in ('bad_time', 'reversed') order by a.occurred_at desc limit 1), v_opening.last_activity_at),
    updated_at = now()
  where u.community_id = p_community_id and u.user_id = p_user_id;
  if v_level <> v_user.level then
    perform public.settle_rewards(p_community_id, p_user_id, v_user.level, v_level, null);
  end if;
  if p_cause = 'repair' then
    -- Whatever the stored level was worth: rewards that do not fit the level, and those of rules older than the member.
    perform public.settle_rewards(p_community_id, p_user_id, 2147483647, v_level, null);
    insert into public.rewards (community_id, user_id, rule_id, level, type, value)
    select p_community_id, p_user_id, rule.rule_id, rule.level, rule.type, rule.value
    from public.reward_rules rule
    where rule.community_id = p_community_id and rule.active and rule.level <= v_level and rule.created_at <= v_user.created_at
    on conflict do nothing;
    update public.rewards r set state = 'due', cancelled_because = null, due_at = now(), updated_at = now()
    where r.community_id = p_community_id and r.user_id = p_user_id and r.level <= v_level and r.state = 'cancelled'
      and r.cancelled_because = 'level_lost';
  end if;
  return jsonb_build_object('userId', p_user_id, 'corrected', v_corrected, 'xp', v_xp, 'level', v_level, 'oldXp', v_user.xp,
    'oldLevel', v_user.level);
end
$function$;
grant execute on function rebuild_member(text,text,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'W5A01';
end
$function$;

CREATE OR REPLACE FUNCTION public.remember_experience(p_community_id text, p_title text, p_experience_id text, p_name text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.ensure_community(p_community_id, p_title);
  insert into public.experiences (community_id, experience_id, name) values (p_community_id, p_experience_id, p_name)
  on conflict do nothing;
end
$function$;
comment on function remember_experience(text,text,text,text) is 'What Whop said an experience belongs to; its community is made when it is new.';
grant execute on function remember_experience(text,text,text,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.replay_member(p_community_id text, p_user_id text, p_activity activities, p_change text, OUT outcome text, OUT base_xp bigint, OUT xp bigint, OUT settings_version integer, OUT day date, OUT xp_difference bigint)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_total_cap boolean;
  v_any_cap boolean;
  v_from timestamptz := p_activity.occurred_at;
  v_now record;
  v_paid_old jsonb := '{}';
  v_paid_new jsonb;
  v_used_old jsonb := '{}';
  v_used_new jsonb;
  v_key text;
  v_day date;
  v_row public.activities;
  v_decision record;
  v_weeks date[] := '{}';
  v_months date[] := '{}';
  v_ended boolean := true;
  v_previous_day date;
begin
  select coalesce(bool_or(s.settings ->> 'dailyXpCap' is not null), false),
    coalesce(bool_or(s.settings ->> 'dailyXpCap' is not null
      or jsonb_path_exists(s.settings, '$.actions.*.dailyXpCap ? (@ != null)')), false)
  into v_total_cap, v_any_cap
  from public.settings_versions s where s.community_id = p_community_id;
  xp_difference := 0;

  -- A day, in whatever time zones the versions name, lies within fifty hours.
  if v_any_cap then
    v_from := p_activity.occurred_at - interval '3 days';
    select coalesce(jsonb_object_agg(o.day || '/' || o.action, o.xp), '{}') into v_used_old
    from public.opening_days o
    where o.community_id = p_community_id and o.user_id = p_user_id and o.day >= v_from::date - 1 and o.action <> 'adjustment';
  end if;

  select coalesce(jsonb_object_agg(last.action, last.at), '{}') into v_paid_old from (
    select m.action, coalesce(
      (select a.occurred_at from public.activities a
        where a.community_id = p_community_id and a.user_id = p_user_id and a.action = m.action and a.outcome = 'awarded'
          and a.amount is null and a.occurred_at < v_from
        order by a.occurred_at desc limit 1),
      (select (o.last_paid ->> m.action)::timestamptz from public.opening_balances o
        where o.community_id = p_community_id and o.user_id = p_user_id)) as at
    from public.member_actions m
    where m.community_id = p_community_id and m.user_id = p_user_id and (v_total_cap or m.action = p_activity.action)
  ) last where last.at is not null;

  -- Up to the activity both states are what is stored.
  for v_row in
    select * from public.activities a
    where a.community_id = p_community_id and a.user_id = p_user_id and a.occurred_at >= v_from
      and (a.occurred_at, a.activity_id) < (p_activity.occurred_at, p_activity.activity_id)
      and a.outcome = 'awarded' and a.amount is null and (v_total_cap or a.action = p_activity.action)
    order by a.occurred_at, a.activity_id
  loop
    v_paid_old := jsonb_set(v_paid_old, array[v_row.action], to_jsonb(v_row.occurred_at));
    if v_any_cap then
      v_key := public.activity_day(p_community_id, v_row.occurred_at) || '/' || v_row.action;
      v_used_old := jsonb_set(v_used_old, array[v_key], to_jsonb(coalesce((v_used_old ->> v_key)::bigint, 0) + v_row.xp));
    end if;
  end loop;
  v_paid_new := v_paid_old;
  v_used_new := v_used_old;

  -- The activity itself.
  v_now := public.settings_at(p_community_id, p_activity.occurred_at);
  settings_version := v_now.version;
  day := (p_activity.occurred_at at time zone (v_now.settings ->> 'timeZone'))::date;
  v_key := day || '/' || p_activity.action;
  if p_change = 'removed' then
    outcome := 'reversed';
    base_xp := 0;
    xp := 0;
    if p_activity.outcome = 'awarded' and p_activity.amount is null then
      v_paid_old := jsonb_set(v_paid_old, array[p_activity.action], to_jsonb(p_activity.occurred_at));
      v_used_old := jsonb_set(v_used_old, array[v_key], to_jsonb(coalesce((v_used_old ->> v_key)::bigint, 0) + p_activity.xp));
    end if;
  else
    v_decision := public.decide_activity(v_now.settings, p_community_id, p_activity.activity_id, p_activity.action, p_user_id,
      p_activity.experience_id, p_activity.subject_user_id, p_activity.content_length, p_activity.amount, p_activity.occurred_at,
      (v_paid_new ->> p_activity.action)::timestamptz, coalesce((v_used_new ->> v_key)::bigint, 0),
      coalesce((select sum(value::bigint) from jsonb_each_text(v_used_new) where starts_with(key, day || '/')), 0)::bigint);
    outcome := v_decision.outcome;
    base_xp := v_decision.base_xp;
    xp := v_decision.xp;
    if outcome = 'awarded' and p_activity.amount is null then
      v_paid_new := jsonb_set(v_paid_new, array[p_activity.action], to_jsonb(p_activity.occurred_at));
      v_used_new := jsonb_set(v_used_new, array[v_key], to_jsonb(coalesce((v_used_new ->> v_key)::bigint, 0) + xp));
    end if;
  end if;

  -- Everything after it that the change can reach.
  if v_paid_old = v_paid_new and (not v_any_cap or v_used_old = v_used_new) then
    v_ended := false;
  else
    for v_row in
      select * from public.activities a
      where a.community_id = p_community_id and a.user_id = p_user_id
        and (a.occurred_at, a.activity_id) > (p_activity.occurred_at, p_activity.activity_id)
        and a.outcome not in ('bad_time', 'reversed') and a.amount is null and (v_total_cap or a.action = p_activity.action)
      order by a.occurred_at, a.activity_id
    loop
      if v_now.holds_until is not null and v_row.occurred_at >= v_now.holds_until then
        v_now := public.settings_at(p_community_id, v_row.occurred_at);
      end if;
      v_previous_day := v_day;
      v_day := (v_row.occurred_at at time zone (v_now.settings ->> 'timeZone'))::date;
      if v_any_cap and v_day is distinct from v_previous_day then
        -- Days that no later activity can belong to would keep the two states apart for nothing.
        select coalesce(jsonb_object_agg(key, value), '{}') into v_used_old from jsonb_each(v_used_old)
        where split_part(key, '/', 1)::date >= v_day - 2;
        select coalesce(jsonb_object_agg(key, value), '{}') into v_used_new from jsonb_each(v_used_new)
        where split_part(key, '/', 1)::date >= v_day - 2;
      end if;
      if v_paid_old = v_paid_new and (not v_any_cap or v_used_old = v_used_new) then
        v_ended := false;
        exit;
      end if;
      v_key := v_day || '/' || v_row.action;
      v_decision := public.decide_activity(v_now.settings, p_community_id, v_row.activity_id, v_row.action, p_user_id,
        v_row.experience_id, v_row.subject_user_id, v_row.content_length, null, v_row.occurred_at,
        (v_paid_new ->> v_row.action)::timestamptz, coalesce((v_used_new ->> v_key)::bigint, 0),
        coalesce((select sum(value::bigint) from jsonb_each_text(v_used_new) where starts_with(key, v_day || '/')), 0)::bigint);
      if v_row.outcome = 'awarded' then
        v_paid_old := jsonb_set(v_paid_old, array[v_row.action], to_jsonb(v_row.occurred_at));
        v_used_old := jsonb_set(v_used_old, array[v_key], to_jsonb(coalesce((v_used_old ->> v_key)::bigint, 0) + v_row.xp));
      end if;
      if v_decision.outcome = 'awarded' then
        v_paid_new := jsonb_set(v_paid_new, array[v_row.action], to_jsonb(v_row.occurred_at));
        v_used_new := jsonb_set(v_used_new, array[v_key], to_jsonb(coalesce((v_used_new ->> v_key)::bigint, 0) + v_decision.xp));
      end if;
      if v_decision.outcome <> v_row.outcome or v_decision.xp <> v_row.xp then
        insert into public.corrections (community_id, user_id, occurred_at, activity_id, sequence, settings_version, outcome,
          base_xp, xp, xp_difference, cause, caused_by)
        values (p_community_id, p_user_id, v_row.occurred_at, v_row.activity_id, v_row.corrections + 1, v_now.version,
          v_decision.outcome, v_decision.base_xp, v_decision.xp, v_decision.xp - v_row.xp, p_change, p_activity.activity_id);
        perform public.add_to_rollups(p_community_id, p_user_id, v_day, v_row.action, 0,
          (v_decision.outcome = 'awarded')::integer - (v_row.outcome = 'awarded')::integer, v_decision.xp - v_row.xp, null);
        xp_difference := xp_difference + v_decision.xp - v_row.xp;
        v_weeks := v_weeks || date_trunc('week', v_day)::date;
        v_months := v_months || date_trunc('month', v_day)::date;
      end if;
    end loop;
  end if;
  if v_ended then
    update public.member_actions m set last_paid_at = (v_paid_new ->> m.action)::timestamptz
    where m.community_id = p_community_id and m.user_id = p_user_id
      and m.last_paid_at is distinct from (v_paid_new ->> m.action)::timestamptz
      and (v_total_cap or m.action = p_activity.action);
  end if;

  -- The caller adds the activity itself to the roll-ups after this; here only where others moved.
  update public.period_rollups r
  set xp_reached_at = public.period_reached_at(p_community_id, p_user_id, r.period, r.starts_on)
  where r.community_id = p_community_id and r.user_id = p_user_id
    and ((r.period = 'week' and r.starts_on = any (v_weeks)) or (r.period = 'month' and r.starts_on = any (v_months)));
end
$function$;

CREATE OR REPLACE FUNCTION public.require_community(p_community_id text)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if current_setting('wee5.community_id', true) is distinct from p_community_id then
    raise exception 'the transaction is not set to community %', p_community_id using errcode = 'W5C01';
  end if;
end
$function$;
comment on function require_community(text) is 'Definer functions pass by row level security, so each checks first that the transaction was set to the community it is asked to write.';

CREATE OR REPLACE FUNCTION public.resolve_experience(p_id text)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select community_id from public.experiences where experience_id = p_id
  union all
  select community_id from public.communities where community_id = p_id
  limit 1
$function$;
comment on function resolve_experience(text) is 'The community of an experience, or of itself; null when unknown. The one question that must be asked before the community is known.';
grant execute on function resolve_experience(text) to wee5_app;

CREATE OR REPLACE FUNCTION public.set_removed(p_community_id text, p_activity_id text, p_removed boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_identity public.activity_identities;
  v_activity public.activities;
  v_user public.users;
  v_decision record;
  v_counted integer := case when p_removed then -1 else 1 end;
  v_difference bigint;
  v_level integer;
  v_rewards jsonb := '[]';
  v_thresholds bigint[];
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  select c.thresholds into v_thresholds from public.level_curves c where c.community_id = p_community_id;
  if not found then
    raise exception 'no community %', p_community_id using errcode = 'W5N01';
  end if;

  if p_removed then
    insert into public.activity_identities (community_id, activity_id, removed_at)
    values (p_community_id, p_activity_id, now()) on conflict do nothing;
    if found then
      return jsonb_build_object('activityId', p_activity_id, 'state', 'awaited');
    end if;
  end if;
  select * into v_identity from public.activity_identities i
  where i.community_id = p_community_id and i.activity_id = p_activity_id;
  if not found then
    raise exception 'no activity %', p_activity_id using errcode = 'W5N01';
  end if;
  -- The member's row first, as everywhere; then whether it is still as it was when we looked.
  if v_identity.user_id is not null then
    select * into strict v_user from public.users u
    where u.community_id = p_community_id and u.user_id = v_identity.user_id for no key update;
  end if;
  select * into v_identity from public.activity_identities i
  where i.community_id = p_community_id and i.activity_id = p_activity_id for no key update;
  if v_identity.user_id is null then
    if not p_removed then
      delete from public.activity_identities i where i.community_id = p_community_id and i.activity_id = p_activity_id;
    end if;
    return jsonb_build_object('activityId', p_activity_id, 'state', 'awaited');
  end if;
  if v_user.user_id is null then
    select * into strict v_user from public.users u
    where u.community_id = p_community_id and u.user_id = v_identity.user_id for no key update;
  end if;
  select * into v_activity from public.activities m
  where m.community_id = p_community_id and m.user_id = v_identity.user_id and m.occurred_at = v_identity.occurred_at
    and m.activity_id = p_activity_id;
  if not found then
    raise exception 'activity % has left the retention', p_activity_id using errcode = 'W5N01';
  end if;
  if v_activity.outcome = 'bad_time' or (v_activity.outcome = 'reversed') = p_removed then
    return public.stored_receipt(p_community_id, p_activity_id);
  end if;

  update public.activity_identities i set removed_at = case when p_removed then now() end
  where i.community_id = p_community_id and i.activity_id = p_activity_id;
  if not p_removed then
    -- An activity that was removed before it came was never counted as its action's newest.
    insert into public.member_actions (community_id, user_id, action, newest_at, newest_id)
    values (p_community_id, v_activity.user_id, v_activity.action, v_activity.occurred_at, v_activity.activity_id)
    on conflict (community_id, user_id, action) do update set newest_at = excluded.newest_at, newest_id = excluded.newest_id
      where (member_actions.newest_at, member_actions.newest_id) < (excluded.newest_at, excluded.newest_id);
  end if;
  v_decision := public.replay_member(p_community_id, v_activity.user_id, v_activity,
    case when p_removed then 'removed' else 'restored' end);
  insert into public.corrections (community_id, user_id, occurred_at, activity_id, sequence, settings_version, outcome, base_xp,
    xp, xp_difference, cause, caused_by)
  values (p_community_id, v_activity.user_id, v_activity.occurred_at, p_activity_id, v_activity.corrections + 1,
    v_decision.settings_version, v_decision.outcome, v_decision.base_xp, v_decision.xp, v_decision.xp - v_activity.xp,
    case when p_removed then 'removed' else 'restored' end, p_activity_id);
  perform public.add_to_rollups(p_community_id, v_activity.user_id, v_decision.day, v_activity.action, v_counted,
    (v_decision.outcome = 'awarded')::integer - (v_activity.outcome = 'awarded')::integer, v_decision.xp - v_activity.xp,
    case when v_decision.xp <> 0 then v_activity.occurred_at end);
  delete from public.daily_rollups r where r.community_id = p_community_id and r.user_id = v_activity.user_id
    and r.day = v_decision.day and r.action = v_activity.action and r.activities = 0;
  delete from public.period_rollups r where r.community_id = p_community_id and r.user_id = v_activity.user_id
    and r.starts_on in (date_trunc('week', v_decision.day)::date, date_trunc('month', v_decision.day)::date) and r.activities = 0;
  update public.period_rollups r
  set xp_reached_at = public.period_reached_at(p_community_id, v_activity.user_id, r.period, r.starts_on)
  where r.community_id = p_community_id and r.user_id = v_activity.user_id
    and ((r.period = 'week' and r.starts_on = date_trunc('week', v_decision.day)::date)
      or (r.period = 'month' and r.starts_on = date_trunc('month', v_decision.day)::date));

  v_difference := v_decision.xp_difference + v_decision.xp - v_activity.xp;
  v_level := public.level_at(v_thresholds, v_user.xp + v_difference);
  update public.users u set
    xp = u.xp + v_difference,
    xp_bucket = public.xp_bucket_of(u.xp + v_difference),
    level = v_level,
    total_messages = u.total_messages + v_counted * (v_activity.action = 'message')::integer,
    total_posts = u.total_posts + v_counted * (v_activity.action = 'post')::integer,
    total_reactions = u.total_reactions + v_counted * (v_activity.action = 'reaction')::integer,
    last_activity_at = coalesce(
      (select m.occurred_at from public.activities m
        where m.community_id = p_community_id and m.user_id = v_activity.user_id and m.outcome not in ('bad_time', 'reversed')
        order by m.occurred_at desc limit 1),
      (select o.last_activity_at from public.opening_balances o
        where o.community_id = p_community_id and o.user_id = v_activity.user_id)),
    updated_at = now()
  where u.community_id = p_community_id and u.user_id = v_activity.user_id;
  perform public.settle_reached_at(p_community_id, v_activity.user_id);
  if v_level <> v_user.level then
    v_rewards := public.settle_rewards(p_community_id, v_activity.user_id, v_user.level, v_level, p_activity_id);
  end if;
  return jsonb_build_object('activityId', p_activity_id, 'userId', v_activity.user_id, 'action', v_activity.action,
    'outcome', v_decision.outcome, 'baseXp', v_decision.base_xp, 'xp', v_decision.xp, 'occurredAt', v_activity.occurred_at,
    'totalXp', v_user.xp + v_difference, 'oldLevel', v_user.level, 'newLevel', v_level, 'rewards', v_rewards, 'duplicate', false,
    'state', case when p_removed then 'removed' else 'restored' end);
end
$function$;
comment on function set_removed(text,text,boolean) is 'Removes an activity (its effect becomes as if it had never happened) or undoes that. Doing it twice changes nothing.';
grant execute on function set_removed(text,text,boolean) to wee5_app;

CREATE OR REPLACE FUNCTION public.settings_at(p_community_id text, p_at timestamp with time zone, OUT version integer, OUT settings jsonb, OUT holds_until timestamp with time zone)
 RETURNS record
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  select s.version, s.settings into settings_at.version, settings_at.settings
  from public.settings_versions s
  where s.community_id = p_community_id and s.valid_from <= p_at
  order by s.version desc limit 1;
  select min(s.valid_from) into holds_until
  from public.settings_versions s
  where s.community_id = p_community_id and s.valid_from > p_at and s.version > settings_at.version;
end
$function$;
comment on function settings_at(text,timestamp with time zone) is 'The settings in force at a moment and until when (null: no end yet).';

CREATE OR REPLACE FUNCTION public.settle_reached_at(p_community_id text, p_user_id text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.users u set xp_reached_at = coalesce(
    (select a.occurred_at from public.activities a
      where a.community_id = p_community_id and a.user_id = p_user_id and a.xp <> 0 order by a.occurred_at desc, a.activity_id desc limit 1),
    (select o.xp_reached_at from public.opening_balances o where o.community_id = p_community_id and o.user_id = p_user_id))
  where u.community_id = p_community_id and u.user_id = p_user_id
$function$;

CREATE OR REPLACE FUNCTION public.settle_rewards(p_community_id text, p_user_id text, p_old_level integer, p_new_level integer, p_caused_by text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_due jsonb := '[]';
begin
  if p_new_level > p_old_level then
    with due as (
      insert into public.rewards as r (community_id, user_id, rule_id, level, type, value, caused_by)
      select p_community_id, p_user_id, rule.rule_id, rule.level, rule.type, rule.value, p_caused_by
      from public.reward_rules rule
      where rule.community_id = p_community_id and rule.active and rule.level > p_old_level and rule.level <= p_new_level
      order by rule.level, rule.rule_id
      on conflict (community_id, user_id, rule_id) do update
        set state = 'due', cancelled_because = null, caused_by = excluded.caused_by, due_at = now(), updated_at = now()
        where r.state = 'cancelled' and r.cancelled_because = 'level_lost'
      returning r.reward_id, r.level, r.type, r.value
    )
    select coalesce(jsonb_agg(jsonb_build_object('rewardId', reward_id, 'level', level, 'type', type, 'value', value)
      order by level, reward_id), '[]') into v_due from due;
  elsif p_new_level < p_old_level then
    update public.rewards set state = 'cancelled', cancelled_because = 'level_lost', updated_at = now()
    where community_id = p_community_id and user_id = p_user_id and level > p_new_level
      and state in ('due', 'confirmed', 'waiting');
  end if;
  return v_due;
end
$function$;
comment on function settle_rewards(text,text,integer,integer,text) is 'Rewards of the levels between two levels: due on the way up (each once, also on a jump), unsent ones cancelled on the way down.';

CREATE OR REPLACE FUNCTION public.stored_receipt(p_community_id text, p_activity_id text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object('activityId', a.activity_id, 'userId', i.user_id, 'action', a.action,
    'experienceId', a.experience_id, 'outcome', a.outcome,
    'baseXp', a.base_xp, 'xp', a.xp, 'occurredAt', a.occurred_at, 'totalXp', u.xp, 'oldLevel', u.level, 'newLevel', u.level,
    'rewards', '[]'::jsonb, 'duplicate', true)
  from public.activity_identities i
  join public.users u on u.community_id = i.community_id and u.user_id = i.user_id
  join public.activities a on a.community_id = i.community_id and a.user_id = i.user_id and a.occurred_at = i.occurred_at
    and a.activity_id = i.activity_id
  where i.community_id = p_community_id and i.activity_id = p_activity_id
  union all
  select jsonb_build_object('activityId', i.activity_id, 'userId', '', 'action', split_part(i.activity_id, ':', 1),
    'outcome', 'reversed', 'baseXp', 0, 'xp', 0, 'occurredAt', i.occurred_at, 'rewards', '[]'::jsonb, 'duplicate', true)
  from public.activity_identities i
  where i.community_id = p_community_id and i.activity_id = p_activity_id and i.user_id is null and i.occurred_at is not null
$function$;
comment on function stored_receipt(text,text) is 'The receipt of an activity that is already recorded, as it stands now; of an erased one that it pays nothing, and not whose it was.';

CREATE OR REPLACE FUNCTION public.write_audit(p_community_id text, p_actor text, p_action text, p_subject text, p_details jsonb)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_last public.audit_log;
  v_now timestamptz := clock_timestamp();
  v_sequence bigint;
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock(6, hashtext(p_community_id));
  select * into v_last from public.audit_log where community_id = p_community_id order by sequence desc limit 1;
  v_sequence := coalesce(v_last.sequence, 0) + 1;
  insert into public.audit_log (community_id, sequence, occurred_at, actor_user_id, action, subject, details, previous_hash, hash)
  values (p_community_id, v_sequence, v_now, p_actor, p_action, p_subject, coalesce(p_details, '{}'), v_last.hash,
    public.audit_hash(v_last.hash, p_community_id, v_sequence, v_now, p_actor, p_action, p_subject, coalesce(p_details, '{}')));
  return v_sequence;
end
$function$;
grant execute on function write_audit(text,text,text,text,jsonb) to wee5_app;

CREATE OR REPLACE FUNCTION public.xp_bucket_of(p_xp bigint)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (p_xp <= 0) THEN '-1'::integer ELSE (LEAST((p_xp / 256), (2147483647)::bigint))::integer END;
comment on function xp_bucket_of(bigint) is 'XP in steps of 256, -1 without XP: what the boards are indexed by. Its body is bound when it is made, so it needs no search_path and is inlined.';
