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
CREATE INDEX audit_log_erasures ON public.audit_log USING btree (community_id, subject, occurred_at) WHERE (action = 'member.erased'::text);
alter table audit_log enable row level security;
create policy own_community on audit_log for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on audit_log to wee5_app;
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table back_fill_items (
  community_id text not null,
  activity_id text collate "C" not null,
  user_id text not null,
  action text not null,
  occurred_at timestamp with time zone not null,
  experience_id text,
  content_length integer,
  content_hash bytea,
  constraint back_fill_items_pkey PRIMARY KEY (community_id, activity_id),
  constraint back_fill_items_community_id_fkey FOREIGN KEY (community_id) REFERENCES back_fills(community_id) ON DELETE CASCADE
);
comment on table back_fill_items is 'Activities that have been read and wait to be counted, without any content. Each is deleted when it is counted.';
CREATE INDEX back_fill_items_in_order ON public.back_fill_items USING btree (community_id, occurred_at, activity_id);
alter table back_fill_items enable row level security;
create policy own_community on back_fill_items for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on back_fill_items to wee5_app;

create table back_fill_places (
  community_id text not null,
  place_id text not null,
  kind text not null,
  experience_id text not null,
  name text default ''::text not null,
  cursor text,
  pages integer default 0 not null,
  expected_pages integer default 1 not null,
  read_back_to timestamp with time zone,
  last_page text,
  is_read boolean default false not null,
  constraint back_fill_places_pkey PRIMARY KEY (community_id, place_id),
  constraint back_fill_places_community_id_fkey FOREIGN KEY (community_id) REFERENCES back_fills(community_id) ON DELETE CASCADE,
  constraint back_fill_places_kind_check CHECK ((kind = ANY (ARRAY['chat'::text, 'forum'::text, 'comments'::text])))
);
comment on table back_fill_places is 'What is to be read: chats, forums, and the posts that have comments. Gone when the back-fill has ended.';
comment on column back_fill_places.place_id is 'The channel, the experience of the forum, or the post.';
comment on column back_fill_places.cursor is 'Where the next page begins.';
comment on column back_fill_places.read_back_to is 'Time of the oldest message read, where Whop lists by time.';
comment on column back_fill_places.last_page is 'By which the page that was read last is known, should it come again.';
CREATE INDEX back_fill_places_to_read ON public.back_fill_places USING btree (community_id, kind) WHERE (NOT is_read);
alter table back_fill_places enable row level security;
create policy own_community on back_fill_places for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on back_fill_places to wee5_app;

create table back_fills (
  community_id text not null,
  state text default 'reading'::text not null,
  since timestamp with time zone not null,
  started_at timestamp with time zone default now() not null,
  started_by text not null,
  listed_at timestamp with time zone,
  read integer default 0 not null,
  counted integer default 0 not null,
  recorded integer default 0 not null,
  xp bigint default 0 not null,
  requests integer default 0 not null,
  refused text[] default '{}'::text[] not null,
  problem text,
  last_error text,
  failures integer default 0 not null,
  next_turn_at timestamp with time zone default now() not null,
  last_turn_at timestamp with time zone,
  moved_at timestamp with time zone default now() not null,
  lease_token uuid,
  leased_until timestamp with time zone,
  finished_at timestamp with time zone,
  updated_at timestamp with time zone default now() not null,
  constraint back_fills_pkey PRIMARY KEY (community_id),
  constraint back_fills_community_id_fkey FOREIGN KEY (community_id) REFERENCES communities(community_id) ON DELETE CASCADE,
  constraint back_fills_check CHECK (((lease_token IS NULL) = (leased_until IS NULL))),
  constraint back_fills_check1 CHECK (((state = ANY (ARRAY['reading'::text, 'counting'::text])) = (finished_at IS NULL))),
  constraint back_fills_check2 CHECK (((state = 'failed'::text) <= (problem IS NOT NULL))),
  constraint back_fills_problem_check CHECK ((problem = ANY (ARRAY['no_permission'::text, 'unavailable'::text, 'error'::text]))),
  constraint back_fills_refused_check CHECK ((refused <@ ARRAY['chat'::text, 'forum'::text])),
  constraint back_fills_state_check CHECK ((state = ANY (ARRAY['reading'::text, 'counting'::text, 'done'::text, 'failed'::text, 'cancelled'::text])))
);
comment on table back_fills is 'The newest back-fill of a community: how far it has come and what became of it.';
comment on column back_fills.since is 'Nothing older is read.';
comment on column back_fills.listed_at is 'When Whop had said which places there are; null before.';
comment on column back_fills.read is 'Activities that have been set down.';
comment on column back_fills.counted is 'Of those read, how many have been gone through. What live activity had counted already is among them, and not counted twice.';
comment on column back_fills.recorded is 'Of those counted, how many were new.';
comment on column back_fills.refused is 'What Whop does not let us read there. The rest is counted all the same.';
comment on column back_fills.problem is 'Why it has failed. While it is under way: why it will not end whole.';
comment on column back_fills.failures is 'Turns in a row that came to nothing; the pauses between them grow with it.';
comment on column back_fills.moved_at is 'When it last came forward: pages that hold nothing new do not count.';
comment on column back_fills.lease_token is 'Of the worker whose turn it is until leased_until. Whoever took it over since has another: late writes are refused.';
CREATE INDEX back_fills_to_do ON public.back_fills USING btree (next_turn_at) WHERE (state = ANY (ARRAY['reading'::text, 'counting'::text]));
alter table back_fills enable row level security;
create policy own_community on back_fills for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on back_fills to wee5_app;

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
  free_days_per_month integer,
  rewards_compared_at timestamp with time zone,
  rewards_unread_at timestamp with time zone,
  constraint communities_pkey PRIMARY KEY (community_id),
  constraint communities_community_id_check CHECK (((length(community_id) >= 1) AND (length(community_id) <= 64))),
  constraint communities_free_days_per_month_check CHECK (((free_days_per_month >= 0) AND (free_days_per_month <= 1000000)))
);
comment on table communities is 'A Whop company (biz_…): the tenant. Every other row belongs to exactly one.';
comment on column communities.settings_version is 'The newest settings version. An award priced with another is refused.';
comment on column communities.board_public is 'Whether the leaderboard may be read without a member''s token.';
comment on column communities.onboarded_at is 'When an admin first finished the onboarding; null shows it again.';
comment on column communities.rewards_confirmed_at is 'When the choice of rewards that holds now was made. Null: no reward is sent. Grows with each choice, and so tells whether another came between.';
comment on column communities.free_days_per_month is 'At most so many free days are sent in a month of the community''s time zone; null for no limit.';
comment on column communities.rewards_compared_at is 'When what was delivered was last compared with Whop, to the end.';
comment on column communities.rewards_unread_at is 'When Whop could not be asked since then; what was found earlier still stands.';
alter table communities enable row level security;
create policy own_community on communities for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on communities to wee5_app;
CREATE TRIGGER begin_notification_settings AFTER INSERT ON public.communities FOR EACH ROW EXECUTE FUNCTION begin_notification_settings();
CREATE TRIGGER confirm_rewards AFTER UPDATE OF rewards_confirmed_at ON public.communities FOR EACH ROW WHEN ((new.rewards_confirmed_at IS NOT NULL)) EXECUTE FUNCTION confirm_rewards();

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
  constraint corrections_cause_check CHECK ((cause = ANY (ARRAY['late'::text, 'removed'::text, 'restored'::text, 'settings'::text, 'repair'::text, 'role'::text, 'membership'::text]))),
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

create table member_roles (
  community_id text not null,
  user_id text not null,
  valid_from timestamp with time zone not null,
  role text not null,
  constraint member_roles_pkey PRIMARY KEY (community_id, user_id, valid_from),
  constraint member_roles_community_id_user_id_fkey FOREIGN KEY (community_id, user_id) REFERENCES users(community_id, user_id) ON DELETE CASCADE,
  constraint member_roles_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'moderator'::text, 'member'::text])))
);
comment on table member_roles is 'Which role a member has from a moment on; before the first, and without one, it is member. Kept only for multipliers: who may do what is asked of Whop.';
alter table member_roles enable row level security;
create policy own_community on member_roles for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on member_roles to wee5_app;

create table membership_events (
  community_id text not null,
  user_id text not null,
  event_id text not null,
  membership_id text,
  kind text not null,
  occurred_at timestamp with time zone not null,
  source text not null,
  recorded_at timestamp with time zone default now() not null,
  constraint membership_events_pkey PRIMARY KEY (community_id, user_id, event_id),
  constraint membership_events_community_id_fkey FOREIGN KEY (community_id) REFERENCES communities(community_id) ON DELETE CASCADE,
  constraint membership_events_event_id_check CHECK (((length(event_id) >= 1) AND (length(event_id) <= 200))),
  constraint membership_events_kind_check CHECK ((kind = ANY (ARRAY['joined'::text, 'left'::text, 'banned'::text, 'unbanned'::text]))),
  constraint membership_events_membership_id_check CHECK (((length(membership_id) >= 1) AND (length(membership_id) <= 120))),
  constraint membership_events_source_check CHECK ((source = ANY (ARRAY['webhook'::text, 'sync'::text])))
);
comment on table membership_events is 'What is known of when somebody came and went: facts, never changed. Whether they are a member now is a function of the set, in whatever order it came.';
comment on column membership_events.event_id is 'The same for the same fact, however often and in whichever way it comes.';
comment on column membership_events.membership_id is 'One may have several (mem_…). Null where only the member is known: then the fact is of all of them.';
alter table membership_events enable row level security;
create policy own_community on membership_events for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on membership_events to wee5_app;

create table notification_preferences (
  community_id text not null,
  user_id text not null,
  notifications boolean default true not null,
  time_zone text,
  updated_at timestamp with time zone default now() not null,
  streak_warning boolean default false not null,
  constraint notification_preferences_pkey PRIMARY KEY (community_id, user_id),
  constraint notification_preferences_community_id_user_id_fkey FOREIGN KEY (community_id, user_id) REFERENCES users(community_id, user_id) ON DELETE CASCADE
);
comment on table notification_preferences is 'What a member wishes to be told. No row: everything, and nothing is known of the time zone.';
comment on column notification_preferences.streak_warning is 'Told in the evening when a streak would end at midnight. Off until the member asks for it.';
CREATE INDEX notification_preferences_streaks ON public.notification_preferences USING btree (community_id, user_id) WHERE (streak_warning AND notifications);
alter table notification_preferences enable row level security;
create policy own_community on notification_preferences for all to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)))
  with check ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant insert, select, update on notification_preferences to wee5_app;

create table notification_settings (
  community_id text not null,
  version integer default 1 not null,
  settings jsonb default default_notification_settings() not null,
  updated_at timestamp with time zone default now() not null,
  constraint notification_settings_pkey PRIMARY KEY (community_id),
  constraint notification_settings_community_id_fkey FOREIGN KEY (community_id) REFERENCES communities(community_id) ON DELETE CASCADE
);
comment on table notification_settings is 'What a community tells its members, where and when. One row per community, made with it.';
comment on column notification_settings.version is 'Grows with each change: one made of an older version is refused.';
alter table notification_settings enable row level security;
create policy own_community on notification_settings for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on notification_settings to wee5_app;

create table notifications (
  community_id text not null,
  notification_id uuid default gen_random_uuid() not null,
  user_id text not null,
  about text not null,
  channel text not null,
  state text default 'due'::text not null,
  cancelled_because text,
  problem text,
  from_level integer,
  to_level integer,
  reward_id uuid,
  payload jsonb default '{}'::jsonb not null,
  dedupe_key text,
  request jsonb,
  idempotency_key text,
  keyed_at timestamp with time zone,
  whop_id text,
  lease_token uuid,
  leased_until timestamp with time zone,
  calls integer default 0 not null,
  failures integer default 0 not null,
  errors integer default 0 not null,
  next_attempt_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone default (now() + '24:00:00'::interval) not null,
  last_error text,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  sent_at timestamp with time zone,
  constraint notifications_pkey PRIMARY KEY (community_id, notification_id),
  constraint notifications_community_id_dedupe_key_key UNIQUE (community_id, dedupe_key),
  constraint notifications_community_id_whop_id_key UNIQUE (community_id, whop_id),
  constraint notifications_community_id_fkey FOREIGN KEY (community_id) REFERENCES communities(community_id) ON DELETE CASCADE,
  constraint notifications_about_check CHECK ((about = ANY (ARRAY['level_up'::text, 'reward'::text, 'command'::text, 'streak_warning'::text]))),
  constraint notifications_cancelled_because_check CHECK ((cancelled_because = ANY (ARRAY['opted_out'::text, 'switched_off'::text, 'not_public'::text, 'level_lost'::text, 'expired'::text, 'streak_kept'::text]))),
  constraint notifications_channel_check CHECK ((channel = ANY (ARRAY['push'::text, 'announcement'::text, 'direct_message'::text, 'reply'::text]))),
  constraint notifications_check CHECK ((((about = 'level_up'::text) = (to_level IS NOT NULL)) AND ((to_level IS NULL) = (from_level IS NULL)))),
  constraint notifications_check1 CHECK (((about = 'reward'::text) = (reward_id IS NOT NULL))),
  constraint notifications_check2 CHECK (((state = 'cancelled'::text) = (cancelled_because IS NOT NULL))),
  constraint notifications_check3 CHECK (((state = 'failed'::text) = (problem IS NOT NULL))),
  constraint notifications_check4 CHECK (((state = 'sent'::text) = (sent_at IS NOT NULL))),
  constraint notifications_check5 CHECK (((lease_token IS NULL) = (leased_until IS NULL))),
  constraint notifications_check6 CHECK ((((idempotency_key IS NULL) = (keyed_at IS NULL)) AND ((idempotency_key IS NULL) = (request IS NULL)))),
  constraint notifications_problem_check CHECK ((problem = ANY (ARRAY['unknown_outcome'::text, 'not_taken'::text, 'refused'::text, 'no_permission'::text, 'error'::text]))),
  constraint notifications_state_check CHECK ((state = ANY (ARRAY['due'::text, 'sending'::text, 'sent'::text, 'cancelled'::text, 'failed'::text])))
);
comment on table notifications is 'Messages to members on their way and what became of them. Without a key to `users`: who has earned nothing yet may ask by command as well.';
comment on column notifications.from_level is 'A level-up tells of all levels above this one, up to to_level, in one message.';
comment on column notifications.payload is 'A reply: {channelId, content, replyingToId}. A streak warning: {day, until, days, freezes}, the day that is not active yet, its end, and the streak. Empty for all others, whose words are made when they are sent.';
comment on column notifications.dedupe_key is 'One message for one reward or command, and for one member''s streak on one day. Level-ups have none: told_levels and the index of those that are due guard them.';
comment on column notifications.request is 'What is sent, in the words of the first call: the same on each retry.';
comment on column notifications.idempotency_key is 'Written before the first call to Whop and sent with each.';
comment on column notifications.keyed_at is 'When the key was first used. Whop forgets it after 24 hours: then nothing is sent again.';
comment on column notifications.whop_id is 'The message at Whop, so that no other row takes it for its own.';
comment on column notifications.lease_token is 'Of the worker that has it until leased_until. Whoever took it over since has another: late writes are refused.';
comment on column notifications.failures is 'Attempts in a row that came to nothing; the pauses between attempts grow with it.';
comment on column notifications.errors is 'How often in a row our own code has failed on it.';
comment on column notifications.expires_at is 'News that is older is not told any more.';
CREATE INDEX notifications_failed ON public.notifications USING btree (community_id, updated_at) WHERE (state = 'failed'::text);
CREATE UNIQUE INDEX notifications_level_up_due ON public.notifications USING btree (community_id, user_id, channel) WHERE ((about = 'level_up'::text) AND (state = 'due'::text));
CREATE INDEX notifications_of_member ON public.notifications USING btree (community_id, user_id);
CREATE INDEX notifications_to_send ON public.notifications USING btree (community_id, next_attempt_at) WHERE (state = ANY (ARRAY['due'::text, 'sending'::text]));
alter table notifications enable row level security;
create policy own_community on notifications for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on notifications to wee5_app;
CREATE TRIGGER forget_said BEFORE UPDATE ON public.notifications FOR EACH ROW WHEN (((new.channel = 'reply'::text) AND (new.state = ANY (ARRAY['sent'::text, 'cancelled'::text, 'failed'::text])))) EXECUTE FUNCTION forget_said();

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

create view openings with (security_invoker=true) as
 SELECT o.community_id,
    o.user_id,
    o.closed_before,
    o.xp,
    o.total_messages,
    o.total_posts,
    o.total_reactions,
    o.last_paid,
    o.period_reached,
    o.xp_reached_at,
    o.last_activity_at
   FROM opening_balances o
     JOIN users u ON u.community_id = o.community_id AND u.user_id = o.user_id
  WHERE u.reset_at IS NULL OR u.reset_at < o.closed_before;
comment on view openings is 'Opening balances that count: not those of a life that ended after them.';
grant select on openings to wee5_app;

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

create table reward_differences (
  community_id text not null,
  kind text not null,
  subject text not null,
  severity text not null,
  reward_id uuid,
  whop_id text,
  code_end text,
  expected_until timestamp with time zone,
  found_until timestamp with time zone,
  first_seen_at timestamp with time zone not null,
  constraint reward_differences_pkey PRIMARY KEY (community_id, kind, subject),
  constraint reward_differences_community_id_fkey FOREIGN KEY (community_id) REFERENCES communities(community_id) ON DELETE CASCADE,
  constraint reward_differences_community_id_reward_id_fkey FOREIGN KEY (community_id, reward_id) REFERENCES rewards(community_id, reward_id) ON DELETE CASCADE,
  constraint reward_differences_code_end_check CHECK ((length(code_end) <= 4)),
  constraint reward_differences_kind_check CHECK ((kind = ANY (ARRAY['promo_missing'::text, 'promo_archived'::text, 'promo_unknown'::text, 'days_missing'::text, 'membership_gone'::text]))),
  constraint reward_differences_severity_check CHECK ((severity = ANY (ARRAY['warning'::text, 'info'::text]))),
  constraint reward_differences_subject_check CHECK ((length(subject) <= 100))
);
comment on table reward_differences is 'What Whop had otherwise than it was delivered, when it was last asked. Each run replaces what the one before found; nothing is put right by itself.';
comment on column reward_differences.subject is 'The membership or promo code at Whop, or the reward where there is neither: by this a difference is the same as yesterday.';
alter table reward_differences enable row level security;
create policy own_community on reward_differences for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on reward_differences to wee5_app;

create table reward_rules (
  community_id text not null,
  rule_id uuid default gen_random_uuid() not null,
  level integer,
  type text not null,
  value jsonb not null,
  active boolean default true not null,
  created_at timestamp with time zone default now() not null,
  streak_days integer,
  constraint reward_rules_pkey PRIMARY KEY (community_id, rule_id),
  constraint reward_rules_community_id_fkey FOREIGN KEY (community_id) REFERENCES communities(community_id) ON DELETE CASCADE,
  constraint reward_rules_check CHECK ((num_nonnulls(level, streak_days) = 1)),
  constraint reward_rules_level_check CHECK ((level >= 2)),
  constraint reward_rules_streak_days_check CHECK (((streak_days >= 2) AND (streak_days <= 3650))),
  constraint reward_rules_type_check CHECK ((type = ANY (ARRAY['free_days'::text, 'promo_code'::text, 'badge'::text, 'custom'::text])))
);
comment on table reward_rules is 'What a level, or so many days in a row, pays. A rule that was ever active is switched off, never deleted: rewards point at it.';
comment on column reward_rules.created_at is 'Since when it pays.';
CREATE INDEX reward_rules_by_level ON public.reward_rules USING btree (community_id, level);
alter table reward_rules enable row level security;
create policy own_community on reward_rules for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on reward_rules to wee5_app;
CREATE TRIGGER date_rule BEFORE UPDATE OF active ON public.reward_rules FOR EACH ROW WHEN ((new.active AND (NOT old.active))) EXECUTE FUNCTION date_rule();

create table rewards (
  community_id text not null,
  user_id text not null,
  rule_id uuid,
  reward_id uuid default gen_random_uuid() not null,
  level integer,
  type text not null,
  value jsonb not null,
  state text default 'due'::text not null,
  cancelled_because text,
  caused_by text,
  due_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  granted_by text,
  note text,
  lease_token uuid,
  leased_until timestamp with time zone,
  idempotency_key text,
  keyed_at timestamp with time zone,
  request jsonb,
  calls integer default 0 not null,
  failures integer default 0 not null,
  next_attempt_at timestamp with time zone default now() not null,
  waits_for text,
  problem text,
  last_error text,
  budget_month date,
  code text,
  whop_id text,
  delivered_at timestamp with time zone,
  delivered_how text,
  level_lost_at timestamp with time zone,
  errors integer default 0 not null,
  grant_key text,
  streak_days integer,
  constraint rewards_pkey PRIMARY KEY (community_id, reward_id),
  constraint rewards_once_per_grant UNIQUE (community_id, grant_key),
  constraint rewards_once_per_rule UNIQUE (community_id, user_id, rule_id),
  constraint rewards_community_id_rule_id_fkey FOREIGN KEY (community_id, rule_id) REFERENCES reward_rules(community_id, rule_id) ON DELETE RESTRICT,
  constraint rewards_community_id_user_id_fkey FOREIGN KEY (community_id, user_id) REFERENCES users(community_id, user_id) ON DELETE CASCADE,
  constraint rewards_cancelled_because_check CHECK ((cancelled_because = ANY (ARRAY['level_lost'::text, 'streak_lost'::text, 'by_creator'::text]))),
  constraint rewards_check CHECK (((state = 'cancelled'::text) = (cancelled_because IS NOT NULL))),
  constraint rewards_check1 CHECK (((rule_id IS NULL) = (granted_by IS NOT NULL))),
  constraint rewards_check3 CHECK (((lease_token IS NULL) = (leased_until IS NULL))),
  constraint rewards_check4 CHECK ((((idempotency_key IS NULL) = (keyed_at IS NULL)) AND ((idempotency_key IS NULL) = (request IS NULL)))),
  constraint rewards_check5 CHECK (((problem IS NOT NULL) = (state = 'needs_attention'::text))),
  constraint rewards_check6 CHECK ((((delivered_at IS NOT NULL) = (state = 'delivered'::text)) AND ((delivered_how IS NOT NULL) = (state = 'delivered'::text)))),
  constraint rewards_check7 CHECK (((grant_key IS NULL) OR (granted_by IS NOT NULL))),
  constraint rewards_delivered_how_check CHECK ((delivered_how = ANY (ARRAY['sent'::text, 'found'::text, 'here'::text, 'by_hand'::text]))),
  constraint rewards_earned_by_rule CHECK ((num_nonnulls(level, streak_days) = ((rule_id IS NOT NULL))::integer)),
  constraint rewards_note_check CHECK ((length(note) <= 200)),
  constraint rewards_problem_check CHECK ((problem = ANY (ARRAY['unknown_outcome'::text, 'refused'::text, 'no_permission'::text, 'no_end'::text, 'too_many_attempts'::text, 'error'::text]))),
  constraint rewards_state_check CHECK ((state = ANY (ARRAY['due'::text, 'confirmed'::text, 'sending'::text, 'delivered'::text, 'waiting'::text, 'needs_attention'::text, 'cancelled'::text]))),
  constraint rewards_waits_for_check CHECK ((waits_for = ANY (ARRAY['membership'::text, 'budget'::text])))
);
comment on table rewards is 'A member''s earned instance of a rule: at most one, for ever. Losing the level cancels what was not sent; reaching it again revives the same row.';
comment on column rewards.granted_by is 'Who granted it by hand; null where a level earned it.';
comment on column rewards.note is 'What the creator says to the member with a reward granted by hand.';
comment on column rewards.lease_token is 'Of the worker that has it until leased_until. Whoever took it over since has another: late writes are refused.';
comment on column rewards.idempotency_key is 'Written before the first call to Whop and sent with each. Null: nothing has been asked under a key that still counts.';
comment on column rewards.keyed_at is 'When the key was first used. Whop forgets it after 24 hours: then only reading tells what became of the call.';
comment on column rewards.request is 'What is sent under the key, always the same, and what was read before (a membership''s end) by which its effect is known.';
comment on column rewards.calls is 'Calls made that might have had the effect.';
comment on column rewards.failures is 'Attempts in a row that came to nothing; the pauses between attempts grow with it.';
comment on column rewards.budget_month is 'First day of the month in whose budget its free days count; null while they count in none.';
comment on column rewards.code is 'The promo code. Chosen before the first call; shown to the member once delivered.';
comment on column rewards.whop_id is 'What it is at Whop: the membership (mem_…) that got the days, or the promo code (promo_…).';
comment on column rewards.level_lost_at is 'When its level, or the days in a row, were lost after it had been sent, or while it was. What is sent stays.';
comment on column rewards.errors is 'Exceptions of our own in a row: what fails for itself, and not for Whop''s sake, ends with a person.';
comment on column rewards.grant_key is 'Who granted it and under which key of theirs: the same key again is the same reward.';
comment on column rewards.streak_days is 'The days in a row that earned it; null where a level did, or a person.';
CREATE INDEX rewards_by_time ON public.rewards USING btree (community_id, updated_at DESC);
CREATE INDEX rewards_in_budget ON public.rewards USING btree (community_id, budget_month) WHERE (budget_month IS NOT NULL);
CREATE INDEX rewards_leased ON public.rewards USING btree (community_id) WHERE (lease_token IS NOT NULL);
CREATE INDEX rewards_open ON public.rewards USING btree (community_id, updated_at DESC) WHERE (state = ANY (ARRAY['due'::text, 'confirmed'::text, 'sending'::text, 'waiting'::text, 'needs_attention'::text]));
CREATE INDEX rewards_to_claim ON public.rewards USING btree (community_id, next_attempt_at) WHERE (state = ANY (ARRAY['confirmed'::text, 'sending'::text, 'waiting'::text]));
alter table rewards enable row level security;
create policy own_community on rewards for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on rewards to wee5_app;
CREATE TRIGGER confirm_due_reward BEFORE INSERT OR UPDATE OF state ON public.rewards FOR EACH ROW WHEN ((new.state = 'due'::text)) EXECUTE FUNCTION confirm_due_reward();
CREATE TRIGGER name_lost_streak BEFORE UPDATE OF cancelled_because ON public.rewards FOR EACH ROW WHEN (((new.cancelled_because = 'level_lost'::text) AND (new.streak_days IS NOT NULL))) EXECUTE FUNCTION name_lost_streak();
CREATE TRIGGER wake_for_budget AFTER UPDATE OF budget_month ON public.rewards FOR EACH ROW WHEN (((old.budget_month IS NOT NULL) AND (new.budget_month IS NULL))) EXECUTE FUNCTION wake_for_budget();

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
CREATE TRIGGER follow_leavers AFTER INSERT ON public.settings_versions FOR EACH ROW EXECUTE FUNCTION follow_leavers();

create table sync_communities (
  community_id text not null,
  counts_from timestamp with time zone not null,
  next_run_at timestamp with time zone default now() not null,
  lease_token uuid,
  leased_until timestamp with time zone,
  last_run_at timestamp with time zone,
  busy double precision default 0 not null,
  pulled_to timestamp with time zone default (now() - '48:00:00'::interval) not null,
  paused_because text,
  paused_at timestamp with time zone,
  forgotten_at timestamp with time zone,
  constraint sync_communities_pkey PRIMARY KEY (community_id),
  constraint sync_communities_community_id_fkey FOREIGN KEY (community_id) REFERENCES communities(community_id) ON DELETE CASCADE,
  constraint sync_communities_check CHECK (((lease_token IS NULL) = (leased_until IS NULL))),
  constraint sync_communities_check1 CHECK (((paused_because IS NULL) = (paused_at IS NULL))),
  constraint sync_communities_paused_because_check CHECK ((paused_because = 'uninstalled'::text))
);
comment on table sync_communities is 'When each community is read the next time, and who is reading it now.';
comment on column sync_communities.counts_from is 'What happened before is history: only a back-fill counts it.';
comment on column sync_communities.busy is 'Activities recorded lately, each forgotten with a half-life of some 40 minutes: the busier, the sooner its turn.';
comment on column sync_communities.pulled_to is 'The log has been looked through for what it recorded up to then, so that deletions are also found of what only a webhook has told.';
comment on column sync_communities.paused_because is 'Whop shows us nothing of the company any more: it is only asked again each hour.';
comment on column sync_communities.forgotten_at is 'When what we had read was forgotten, 30 days after the pause. XP and members are kept.';
CREATE INDEX sync_communities_to_claim ON public.sync_communities USING btree (next_run_at);
alter table sync_communities enable row level security;
create policy own_community on sync_communities for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on sync_communities to wee5_app;

create table sync_features (
  community_id text not null,
  feature text not null,
  due_at timestamp with time zone default now() not null,
  every_seconds integer default 0 not null,
  last_run_at timestamp with time zone,
  last_success_at timestamp with time zone,
  caught_up_to timestamp with time zone,
  read bigint default 0 not null,
  recorded bigint default 0 not null,
  removed bigint default 0 not null,
  requests bigint default 0 not null,
  failures integer default 0 not null,
  problem text,
  problem_since timestamp with time zone,
  last_error text,
  state jsonb default '{}'::jsonb not null,
  constraint sync_features_pkey PRIMARY KEY (community_id, feature),
  constraint sync_features_community_id_fkey FOREIGN KEY (community_id) REFERENCES sync_communities(community_id) ON DELETE CASCADE,
  constraint sync_features_feature_check CHECK ((feature ~ '^[a-z_]{1,20}$'::text)),
  constraint sync_features_last_error_check CHECK ((length(last_error) <= 200)),
  constraint sync_features_problem_check CHECK ((problem = ANY (ARRAY['no_permission'::text, 'not_found'::text, 'unavailable'::text, 'rate_limited'::text, 'error'::text])))
);
comment on table sync_features is 'How far one kind of thing has been read in a community, and what stands in its way.';
comment on column sync_features.caught_up_to is 'All that Whop showed until then has been read.';
comment on column sync_features.last_error is 'A code, nothing of what members wrote. Kept after it is over.';
comment on column sync_features.state is 'What the feature itself wants to know the next time.';
alter table sync_features enable row level security;
create policy own_community on sync_features for all to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)))
  with check ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant insert, select, update on sync_features to wee5_app;

create table sync_items (
  community_id text not null,
  kind text not null,
  item_id text not null,
  place_id text not null,
  parent_id text,
  occurred_at timestamp with time zone not null,
  reactions integer default 0 not null,
  reactions_read integer default 0 not null,
  comments integer default 0 not null,
  comments_read integer default 0 not null,
  checked_at timestamp with time zone,
  missing_since timestamp with time zone,
  unknown_since timestamp with time zone,
  removed_at timestamp with time zone,
  constraint sync_items_pkey PRIMARY KEY (community_id, kind, item_id),
  constraint sync_items_community_id_place_id_fkey FOREIGN KEY (community_id, place_id) REFERENCES sync_places(community_id, place_id) ON DELETE CASCADE,
  constraint sync_items_kind_check CHECK ((kind = ANY (ARRAY['message'::text, 'post'::text, 'comment'::text])))
);
comment on table sync_items is 'What has been recorded and is young enough to be looked for again: whether it is still there, and whether reactions or comments have come. Neither text nor author.';
comment on column sync_items.reactions is 'As Whop last counted them; reactions_read is the count as they were last read.';
comment on column sync_items.checked_at is 'When Whop last showed it; null for what only a webhook has told so far.';
comment on column sync_items.missing_since is 'A complete read did not show it: to be asked for by itself.';
comment on column sync_items.unknown_since is 'Asked for by itself, Whop did not know it; where that was after missing_since, it is taken out once its place has been seen after that.';
comment on column sync_items.removed_at is 'Taken out because Whop said that it is gone; put back if it ever shows it again.';
CREATE INDEX sync_items_by_place ON public.sync_items USING btree (community_id, place_id, occurred_at);
CREATE INDEX sync_items_missing ON public.sync_items USING btree (community_id, place_id) WHERE (missing_since IS NOT NULL);
CREATE INDEX sync_items_to_read ON public.sync_items USING btree (community_id, kind, occurred_at) WHERE ((reactions <> reactions_read) OR (comments <> comments_read));
alter table sync_items enable row level security;
create policy own_community on sync_items for all to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)))
  with check ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant delete, insert, select, update on sync_items to wee5_app;

create table sync_places (
  community_id text not null,
  place_id text not null,
  feature text not null,
  experience_id text not null,
  name text default ''::text not null,
  is_listed boolean default true not null,
  listed_at timestamp with time zone default now() not null,
  newest_at timestamp with time zone,
  caught_up_to timestamp with time zone,
  window_read_at timestamp with time zone,
  window_pages integer default 0 not null,
  walk jsonb,
  constraint sync_places_pkey PRIMARY KEY (community_id, place_id),
  constraint sync_places_community_id_fkey FOREIGN KEY (community_id) REFERENCES sync_communities(community_id) ON DELETE CASCADE,
  constraint sync_places_place_id_check CHECK (((length(place_id) >= 1) AND (length(place_id) <= 64)))
);
comment on table sync_places is 'Chats and forums, and how far each has been read. A place is what Whop is asked by; activities name its experience.';
comment on column sync_places.is_listed is 'False for one that Whop no longer lists: it is not read, and nothing in it is judged.';
comment on column sync_places.newest_at is 'By Whop''s clock, the newest that the last complete read has shown: the next one reads back to a little before it.';
comment on column sync_places.caught_up_to is 'By our clock, when the last complete read began.';
comment on column sync_places.window_read_at is 'When the last read of the whole window began, by which deletions are found.';
comment on column sync_places.walk is 'A read that is under way, page by page; null between two.';
alter table sync_places enable row level security;
create policy own_community on sync_places for all to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)))
  with check ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant delete, insert, select, update on sync_places to wee5_app;

create table told_levels (
  community_id text not null,
  user_id text not null,
  level integer not null,
  direct_channel_id text,
  constraint told_levels_pkey PRIMARY KEY (community_id, user_id),
  constraint told_levels_community_id_user_id_fkey FOREIGN KEY (community_id, user_id) REFERENCES users(community_id, user_id) ON DELETE CASCADE
);
comment on table told_levels is 'The highest level of a member that is no news any more: told, about to be told, or reached in history that came later. Losing a level and reaching it again tells nothing.';
comment on column told_levels.direct_channel_id is 'Where direct messages to the member are written, once there has been one: Whop would make another channel each time.';
alter table told_levels enable row level security;
create policy own_community on told_levels for select to wee5_app
  using ((community_id = ( SELECT current_setting('wee5.community_id'::text, true) AS current_setting)));
grant select on told_levels to wee5_app;

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
  streak_days integer default 0 not null,
  streak_day date,
  streak_longest integer default 0 not null,
  streak_freezes integer default 0 not null,
  reset_at timestamp with time zone,
  membership text default 'member'::text not null,
  left_at timestamp with time zone,
  on_board boolean default true not null,
  board_changed_at timestamp with time zone,
  constraint users_pkey PRIMARY KEY (community_id, user_id),
  constraint users_community_id_fkey FOREIGN KEY (community_id) REFERENCES communities(community_id) ON DELETE CASCADE
) with (fillfactor=80);
comment on table users is 'A member of a community. XP, level and counters are the fold over the member''s activities, written by the award functions alone. No check constraint and no generated column: Postgres parses each anew in every award.';
comment on column users.xp is 'Exact sum; may be below zero after an adjustment. Shown as max(0, xp).';
comment on column users.xp_bucket is 'xp_bucket_of(xp). The board''s index is on this and not on xp, which every award changes: an index there would end heap-only updates.';
comment on column users.xp_reached_at is 'When the newest activity that changed the XP happened: who got there first stands first among equals.';
comment on column users.visibility_changed_at is 'When the member last chose how others see them, or had everything deleted: what they had agreed to before ends then.';
comment on column users.streak_days is 'Active days in a row up to and including streak_day. Whether the streak still runs depends on today, so that only a reader can tell.';
comment on column users.streak_day is 'The last active day that counted, in the community''s time zone of that day; null before the first.';
comment on column users.streak_freezes is 'Missed days that will not break the streak, as of streak_day.';
comment on column users.reset_at is 'The fold begins here: what happened before has the outcome reset. Null: it begins with the member. Whoever changes it rebuilds the member in the same transaction.';
comment on column users.membership is 'member, left or banned: what membership_of makes of the events. Who is known by none is a member.';
comment on column users.left_at is 'Since when the member is away; null for a member.';
comment on column users.on_board is 'Whether the member stands on the boards: not hidden by their own wish, nor by what the community does with who has left. Of a member who has earned nothing it says nothing.';
comment on column users.board_changed_at is 'When the member last came onto the boards or left them: with the log and its corrections all that moves a rank, so that the sets in Redis can catch up.';
CREATE INDEX users_away ON public.users USING btree (community_id, user_id) WHERE (membership <> 'member'::text);
CREATE INDEX users_board ON public.users USING btree (community_id, xp_bucket DESC) WHERE ((xp_bucket >= 0) AND on_board);
CREATE INDEX users_board_changed ON public.users USING btree (community_id, board_changed_at) WHERE (board_changed_at IS NOT NULL);
CREATE INDEX users_off_board ON public.users USING btree (community_id, user_id) WHERE (NOT on_board);
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
CREATE TRIGGER keep_on_board_insert AFTER INSERT ON public.users FOR EACH ROW WHEN (((new.visibility)::text = 'hidden'::text)) EXECUTE FUNCTION keep_on_board();
CREATE TRIGGER keep_on_board_update AFTER UPDATE OF visibility ON public.users FOR EACH ROW EXECUTE FUNCTION keep_on_board();

create table whop_pauses (
  operation text not null,
  paused_until timestamp with time zone not null,
  constraint whop_pauses_pkey PRIMARY KEY (operation),
  constraint whop_pauses_operation_check CHECK ((length(operation) <= 60))
);
comment on table whop_pauses is 'Operations of which Whop has said that there were too many calls: nobody in the background calls them until then. Belongs to no community.';
alter table whop_pauses enable row level security;

create table worker_heartbeats (
  worker_id text not null,
  started_at timestamp with time zone default now() not null,
  seen_at timestamp with time zone default now() not null,
  constraint worker_heartbeats_pkey PRIMARY KEY (worker_id)
);
comment on table worker_heartbeats is 'Who works on jobs, as named in locked_by of a job. One that has been silent for too long has no row: its jobs are others''.';
alter table worker_heartbeats enable row level security;


-- Functions

CREATE OR REPLACE FUNCTION public.absence_resets(p_settings jsonb, p_membership text, p_from timestamp with time zone, p_to timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
  select public.leavers_of(p_settings) ->> p_membership = 'reset'
    -- A renewal, and a change of plan, may end one membership some seconds before the next begins.
    and p_to >= p_from + greatest((public.leavers_of(p_settings) ->> 'resetAfterDays')::integer * interval '24 hours', interval '1 hour')
$function$;

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
  v_role text;
  v_settles boolean;
  v_day_begins timestamptz;
  v_rules jsonb;
  v_streak record;
  v_longest integer;
  v_decision record;
  v_level integer;
  v_rewards jsonb;
  v_difference bigint;
  v_last_paid timestamptz;
begin
  perform public.require_community(p_community_id);
  -- Held by settings changes exclusively: no award is priced while a version is being added.
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  select s.version, s.valid_from, s.settings || '{}', c.thresholds into v_newest_version, v_valid_from, v_newest_settings, v_thresholds
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
    if a.action = 'streak_bonus' then
      raise exception 'a streak bonus follows from the days and comes from nowhere else: %', a.activity_id using errcode = 'W5B01';
    end if;
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

    -- Before the member's life here began anew it is a fact and no more.
    if not v_tombstone and a.occurred_at < v_user.reset_at then
      insert into public.activity_log (community_id, user_id, occurred_at, activity_id, action, experience_id, subject_user_id,
        content_length, content_hash, amount, source, settings_version, outcome, base_xp, xp)
      values (p_community_id, a.user_id, a.occurred_at, a.activity_id, a.action, a.experience_id, a.subject_user_id,
        a.content_length, decode(a.content_hash, 'hex'), a.amount, a.source, v_version, 'reset', 0, 0);
      v_receipts[a.ordinal] := jsonb_build_object('activityId', a.activity_id, 'userId', a.user_id, 'action', a.action,
        'outcome', 'reset', 'baseXp', 0, 'xp', 0, 'occurredAt', a.occurred_at, 'totalXp', v_user.xp, 'oldLevel', v_user.level,
        'newLevel', v_user.level, 'rewards', '[]'::jsonb, 'duplicate', false);
      continue;
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
    v_settles := false;
    if v_late then
      v_activity := (p_community_id, a.user_id, a.occurred_at, a.activity_id, a.action, a.experience_id, a.subject_user_id,
        a.content_length, a.amount, null, 0, 0, v_version, 0)::public.activities;
      insert into public.member_actions (community_id, user_id, action, newest_at, newest_id)
      values (p_community_id, a.user_id, a.action, a.occurred_at, a.activity_id) on conflict do nothing;
      v_decision := public.replay_member(p_community_id, a.user_id, v_activity, 'late');
      v_difference := v_decision.xp_difference;
      v_settles := v_decision.paid_changed;
      update public.member_actions m set newest_at = a.occurred_at, newest_id = a.activity_id
      where m.community_id = p_community_id and m.user_id = a.user_id and m.action = a.action
        and (m.newest_at, m.newest_id) < (a.occurred_at, a.activity_id collate "C");
    else
      v_action_xp := 0;
      v_total_xp := 0;
      if v_settings -> 'actions' -> a.action ->> 'dailyXpCap' is not null or v_settings ->> 'dailyXpCap' is not null then
        select coalesce(sum(r.xp) filter (where r.action = a.action), 0), coalesce(sum(r.xp), 0) into v_action_xp, v_total_xp
        from public.daily_rollups r
        where r.community_id = p_community_id and r.user_id = a.user_id and r.day = v_day
          and r.action not in ('adjustment', 'streak_bonus');
      end if;
      v_role := null;
      if v_settings -> 'multipliers' -> 'roles' <> '{}' then
        v_role := public.role_at(p_community_id, a.user_id, a.occurred_at);
      end if;
      v_decision := public.decide_activity(v_settings, p_community_id, a.activity_id, a.action, a.user_id, a.experience_id,
        a.subject_user_id, a.content_length, a.amount, a.occurred_at, v_last_paid, v_action_xp, v_total_xp, v_role);
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

    -- The first paid activity of an active day moves the streak; the others of the day cannot.
    v_longest := v_user.streak_longest;
    if v_decision.outcome = 'awarded' and v_day is distinct from v_user.streak_day and public.makes_day_active(a.action) then
      if not v_late and v_user.reset_at is null
        and v_day > coalesce(v_user.streak_day, case when v_user.last_activity_at is null then '-infinity'::date end)
      then
        -- It lies after all others, so that it is the first of its day where streaks are on, and takes one step, written below
        -- with the rest. One that pays a bonus goes the long way.
        v_day_begins := v_day::timestamp at time zone 'UTC' - interval '14 hours';
        if v_day_begins >= v_valid_from then
          v_rules := public.streak_rules(v_newest_settings);
        else
          select public.streak_rules(s.settings) into v_rules from public.settings_at(p_community_id, v_day_begins) s;
        end if;
        if (v_rules ->> 'enabled')::boolean then
          v_streak := public.streak_step(p_community_id, v_rules, v_user.streak_day, v_day, v_user.streak_days, v_longest,
            v_user.streak_freezes);
          v_settles := public.pays_streak_bonus(v_rules, v_streak.days);
          if not v_settles then
            v_user.streak_day := v_day;
            v_user.streak_days := v_streak.days;
            v_user.streak_longest := v_streak.longest;
            v_user.streak_freezes := v_streak.freezes;
          end if;
        end if;
      else
        v_settles := v_settles or (select sum(r.paid) = 1 from public.daily_rollups r
          where r.community_id = p_community_id and r.user_id = a.user_id and r.day = v_day and public.makes_day_active(r.action));
      end if;
    end if;
    if v_settles then
      -- Where the replay moved other days, or this one lies before the last, all days are gone through.
      v_difference := v_difference + public.settle_streak(p_community_id, a.user_id, 'late', a.activity_id,
        case when not v_late then v_day end);
      select * into strict v_user from public.users u where u.community_id = p_community_id and u.user_id = a.user_id;
      v_longest := v_user.streak_longest;
    end if;

    v_level := public.level_at(v_thresholds, v_user.xp + v_decision.xp + v_difference);
    update public.users u set
      xp = u.xp + v_decision.xp + v_difference,
      xp_bucket = public.xp_bucket_of(u.xp + v_decision.xp + v_difference),
      level = v_level,
      total_messages = u.total_messages + (a.action = 'message')::integer,
      total_posts = u.total_posts + (a.action = 'post')::integer,
      total_reactions = u.total_reactions + (a.action = 'reaction')::integer,
      streak_days = v_user.streak_days,
      streak_day = v_user.streak_day,
      streak_longest = v_user.streak_longest,
      streak_freezes = v_user.streak_freezes,
      xp_reached_at = case when v_decision.xp <> 0 then greatest(u.xp_reached_at, a.occurred_at) else u.xp_reached_at end,
      last_activity_at = greatest(u.last_activity_at, a.occurred_at),
      updated_at = v_now
    where u.community_id = p_community_id and u.user_id = a.user_id;
    if v_late then
      perform public.settle_reached_at(p_community_id, a.user_id);
    end if;
    if v_user.streak_longest <> v_longest then
      perform public.settle_streak_rewards(p_community_id, a.user_id, v_longest, v_user.streak_longest, a.activity_id);
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

CREATE OR REPLACE FUNCTION public.begin_counting(p_community_id text, p_token uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  update public.back_fills b set state = 'counting', moved_at = now(), updated_at = now()
  where b.community_id = p_community_id and b.lease_token = p_token and b.state = 'reading' and b.listed_at is not null
    and not exists (select from public.back_fill_places p where p.community_id = p_community_id and not p.is_read);
  return found;
end
$function$;
comment on function begin_counting(text,uuid) is 'All has been read. False when that is not so, or the lease is another''s.';
grant execute on function begin_counting(text,uuid) to wee5_app;

CREATE OR REPLACE FUNCTION public.begin_notification(p_community_id text, p_notification_id uuid, p_token uuid, p_to_level integer, p_request jsonb, p_key text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_row public.notifications;
  v_level integer;
  v_streak_day date;
  v_is_seen boolean;
  v_because text;
begin
  perform public.require_community(p_community_id);
  -- In the order in which a level-up locks them.
  perform from public.told_levels t
  where t.community_id = p_community_id and t.user_id = (select n.user_id from public.notifications n
    where n.community_id = p_community_id and n.notification_id = p_notification_id and n.about = 'level_up') for no key update;
  select * into v_row from public.notifications n
  where n.community_id = p_community_id and n.notification_id = p_notification_id for no key update;
  if not found or v_row.lease_token is distinct from p_token or v_row.state not in ('due', 'sending') then
    return 'lost';
  end if;

  select u.level, u.visibility = 'public' and u.on_board, u.streak_day into v_level, v_is_seen, v_streak_day from public.users u
  where u.community_id = p_community_id and u.user_id = v_row.user_id;
  v_because := case
    when v_row.about <> 'command' and exists (select from public.notification_preferences p
      where p.community_id = p_community_id and p.user_id = v_row.user_id
        and (not p.notifications or v_row.about = 'streak_warning' and not p.streak_warning)) then 'opted_out'
    when v_row.about = 'streak_warning' and v_row.state = 'due' and v_streak_day >= (v_row.payload ->> 'day')::date then 'streak_kept'
    when v_row.about = 'streak_warning' and v_row.state = 'due' and (v_row.payload ->> 'until')::timestamptz <= now() then 'expired'
    when v_row.channel = 'announcement' and v_is_seen is not true then 'not_public'
    when v_row.about = 'level_up' and v_row.state = 'due' and v_level <= v_row.from_level then 'level_lost'
  end;
  if v_row.about = 'level_up' and v_row.state = 'due' and v_level < v_row.to_level then
    -- Lost before anybody was told of it: reaching it again will be news.
    if not exists (select from public.notifications n where n.community_id = p_community_id and n.user_id = v_row.user_id
      and n.about = 'level_up' and n.to_level > v_level and n.notification_id <> p_notification_id and n.state <> 'cancelled') then
      update public.told_levels t set level = greatest(v_row.from_level, v_level)
      where t.community_id = p_community_id and t.user_id = v_row.user_id and t.level <= v_row.to_level;
    end if;
    if v_because is null then
      update public.notifications n set to_level = v_level, updated_at = now()
      where n.community_id = p_community_id and n.notification_id = p_notification_id;
      return 'changed';
    end if;
  end if;
  if v_because is not null then
    update public.notifications n set state = 'cancelled', cancelled_because = v_because, lease_token = null, leased_until = null,
      updated_at = now()
    where n.community_id = p_community_id and n.notification_id = p_notification_id;
    return 'cancelled';
  end if;
  if v_row.state = 'due' and v_row.to_level is distinct from p_to_level then
    return 'changed';
  end if;

  -- Replies are alike by nature, and never read: they live for a minute, and their keys for a day.
  if v_row.state = 'due' and v_row.channel <> 'reply' and p_request ->> 'channelId' is not null then
    -- Two messages of one wording under way at once in one place could not be told apart afterwards.
    perform pg_advisory_xact_lock(7, hashtext(p_request ->> 'channelId'));
    if exists (select from public.notifications n where n.community_id = p_community_id and n.state = 'sending'
      and n.request ->> 'channelId' = p_request ->> 'channelId' and n.request ->> 'content' = p_request ->> 'content') then
      return 'busy';
    end if;
  end if;
  update public.notifications n set state = 'sending', calls = n.calls + 1, leased_until = now() + interval '60 seconds',
    request = coalesce(n.request, p_request), idempotency_key = coalesce(n.idempotency_key, p_key),
    keyed_at = coalesce(n.keyed_at, now()), updated_at = now()
  where n.community_id = p_community_id and n.notification_id = p_notification_id;
  return 'go';
end
$function$;
comment on function begin_notification(text,uuid,uuid,integer,jsonb,text) is 'Before each call to Whop: whether it is still to be made. go: the key and the words are written, call. changed: the level is another than the words say. busy: the same words are under way there. cancelled, lost: leave it.';
grant execute on function begin_notification(text,uuid,uuid,integer,jsonb,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.begin_notification_settings()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.notification_settings (community_id) values (new.community_id);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.begin_reward(p_community_id text, p_reward_id uuid, p_lease_token uuid, p_lease_seconds double precision, p_key text, p_request jsonb)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_reward public.rewards;
  v_budget integer;
  v_zone text;
  v_month date;
begin
  perform public.require_community(p_community_id);
  -- One at a time: each counts the days of those before it.
  perform pg_advisory_xact_lock(9, hashtext(p_community_id));
  select * into v_reward from public.rewards r where r.community_id = p_community_id and r.reward_id = p_reward_id for no key update;
  if not found or v_reward.lease_token is distinct from p_lease_token or v_reward.leased_until <= now()
    or v_reward.state not in ('confirmed', 'waiting') or v_reward.idempotency_key is not null
  then
    return 'lost';
  end if;
  if exists (select from public.users u where u.community_id = p_community_id and u.user_id = v_reward.user_id
    and (v_reward.level > u.level or v_reward.streak_days > u.streak_longest))
  then
    update public.rewards r set state = 'cancelled', cancelled_because = 'level_lost', waits_for = null, lease_token = null,
      leased_until = null, updated_at = now()
    where r.community_id = p_community_id and r.reward_id = p_reward_id;
    return 'cancelled';
  end if;
  if v_reward.calls >= 20 then
    return 'too_many';
  end if;

  if v_reward.type = 'free_days' then
    if exists (select from public.rewards other
      where other.community_id = p_community_id and other.user_id = v_reward.user_id and other.type = 'free_days'
        and other.reward_id <> p_reward_id and other.state = 'sending')
    then
      return 'busy';
    end if;
    select c.free_days_per_month, s.settings ->> 'timeZone' into v_budget, v_zone
    from public.communities c
    join public.settings_versions s on s.community_id = c.community_id and s.version = c.settings_version
    where c.community_id = p_community_id;
    v_month := public.month_of(now(), v_zone);
    if v_budget is not null and (v_reward.value ->> 'days')::integer + (
      select coalesce(sum((r.value ->> 'days')::integer), 0) from public.rewards r
      where r.community_id = p_community_id and r.budget_month = v_month and r.reward_id <> p_reward_id) > v_budget
    then
      update public.rewards r set state = 'confirmed', waits_for = 'budget', budget_month = null, lease_token = null,
        leased_until = null, failures = 0, next_attempt_at = (v_month + interval '1 month') at time zone v_zone,
        updated_at = case when r.waits_for = 'budget' then r.updated_at else now() end
      where r.community_id = p_community_id and r.reward_id = p_reward_id;
      return 'no_budget';
    end if;
  end if;

  update public.rewards r set state = 'sending', waits_for = null, idempotency_key = p_key, keyed_at = now(), request = p_request,
    code = coalesce(p_request ->> 'code', r.code), calls = r.calls + 1, budget_month = v_month,
    leased_until = now() + make_interval(secs => p_lease_seconds), updated_at = now()
  where r.community_id = p_community_id and r.reward_id = p_reward_id;
  return 'begun';
end
$function$;
comment on function begin_reward(text,uuid,uuid,double precision,text,jsonb) is 'Written before the first call to Whop: the key, what will be asked, and the budget it is taken from. begun | lost (the lease, or to a decision) | cancelled (the level, or the streak, is lost) | too_many (calls) | no_budget | busy (another reward of the member is on its way).';
grant execute on function begin_reward(text,uuid,uuid,double precision,text,jsonb) to wee5_app;

CREATE OR REPLACE FUNCTION public.budget_month_now(p_community_id text)
 RETURNS date
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select date_trunc('month', now() at time zone (s.settings ->> 'timeZone'))::date
  from public.settings_versions s
  where s.community_id = p_community_id and s.valid_from <= now() order by s.version desc limit 1
$function$;
comment on function budget_month_now(text) is 'First day of the month that it is in the community''s time zone.';
grant execute on function budget_month_now(text) to wee5_app;

CREATE OR REPLACE FUNCTION public.call_reward_again(p_community_id text, p_reward_id uuid, p_lease_token uuid, p_lease_seconds double precision, p_new_key text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_reward public.rewards;
  v_age interval;
begin
  perform public.require_community(p_community_id);
  select * into v_reward from public.rewards r where r.community_id = p_community_id and r.reward_id = p_reward_id for no key update;
  if not found or v_reward.lease_token is distinct from p_lease_token or v_reward.leased_until <= now()
    or v_reward.state <> 'sending' or v_reward.idempotency_key is null
  then
    return 'lost';
  end if;
  v_age := now() - v_reward.keyed_at;
  if v_age >= interval '23 hours' and v_age < interval '24 hours 1 minute' then
    update public.rewards r set lease_token = null, leased_until = null,
      next_attempt_at = v_reward.keyed_at + interval '24 hours 1 minute'
    where r.community_id = p_community_id and r.reward_id = p_reward_id;
    return 'between';
  end if;
  if v_reward.calls >= 20 then
    return 'too_many';
  end if;
  update public.rewards r set calls = r.calls + 1,
    idempotency_key = case when v_age < interval '23 hours' then r.idempotency_key else p_new_key end,
    keyed_at = case when v_age < interval '23 hours' then r.keyed_at else now() end,
    leased_until = now() + make_interval(secs => p_lease_seconds)
  where r.community_id = p_community_id and r.reward_id = p_reward_id;
  return case when v_age < interval '23 hours' then v_reward.idempotency_key else p_new_key end;
end
$function$;
comment on function call_reward_again(text,uuid,uuid,double precision,text) is 'Once reading has shown that no call took effect: the key to call under. The same while Whop remembers it; another once Whop has surely forgotten it, at the earliest 24 hours after the first call under it; in the hour before neither ("between", and the reward waits). Else lost | too_many.';
grant execute on function call_reward_again(text,uuid,uuid,double precision,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.cancel_back_fill(p_community_id text, p_by text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_back_fill public.back_fills;
begin
  perform public.require_community(p_community_id);
  -- Before its items, as whoever counts them: a batch that is being counted is either whole or not at all.
  update public.back_fills b set state = 'cancelled', lease_token = null, leased_until = null, finished_at = now(), updated_at = now()
  where b.community_id = p_community_id and b.state in ('reading', 'counting') returning * into v_back_fill;
  if not found then
    return false;
  end if;
  perform public.forget_back_fill_work(p_community_id);
  perform public.write_audit(p_community_id, p_by, 'back_fill.cancelled', null,
    jsonb_build_object('read', v_back_fill.read, 'counted', v_back_fill.counted));
  return true;
end
$function$;
comment on function cancel_back_fill(text,text) is 'Ends a back-fill. What it has counted stays. False when none is under way.';
grant execute on function cancel_back_fill(text,text) to wee5_app;

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

CREATE OR REPLACE FUNCTION public.claim_back_fills(p_token uuid, p_limit integer, p_only text)
 RETURNS SETOF text
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  update public.back_fills b
  set lease_token = p_token, leased_until = now() + interval '60 seconds', last_turn_at = now()
  from (
    select w.community_id from public.back_fills w
    where w.state in ('reading', 'counting') and w.next_turn_at <= now() and (w.leased_until is null or w.leased_until <= now())
      and (p_only is null or w.community_id = p_only)
    order by w.last_turn_at nulls first limit p_limit
    for no key update skip locked
  ) due
  where b.community_id = due.community_id
  returning b.community_id
$function$;
comment on function claim_back_fills(uuid,integer,text) is 'Gives the holder of the token the next turns, for 60 s: who has waited longest for one comes first. Of one community, or of all (null).';
grant execute on function claim_back_fills(uuid,integer,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.claim_notifications(p_token uuid, p_limit integer, p_only text)
 RETURNS TABLE(community_id text, notification_id uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return query
  with recursive waiting as (
    -- From community to community by the index, so that a long queue of one costs the others nothing.
    select (select min(n.community_id) from public.notifications n
      where n.state in ('due', 'sending') and (p_only is null or n.community_id = p_only)) as id
    union all
    select (select min(n.community_id) from public.notifications n
      where n.state in ('due', 'sending') and n.community_id > w.id and p_only is null)
    from waiting w where w.id is not null
  ), ready as (
    select own.*, row_number() over (partition by own.community_id order by own.is_late, own.next_attempt_at) as turn
    from waiting w
    cross join lateral (
      select n.community_id, n.notification_id, n.next_attempt_at, n.channel <> 'reply' as is_late from public.notifications n
      where n.community_id = w.id and n.state in ('due', 'sending') and n.next_attempt_at <= now()
        and (n.leased_until is null or n.leased_until <= now())
      order by is_late, n.next_attempt_at limit p_limit
    ) own
  ), chosen as (
    select n.community_id, n.notification_id from public.notifications n
    join ready r on r.community_id = n.community_id and r.notification_id = n.notification_id
    where n.state in ('due', 'sending') and n.next_attempt_at <= now() and (n.leased_until is null or n.leased_until <= now())
    order by r.is_late, r.turn, r.next_attempt_at limit p_limit
    for no key update of n skip locked
  )
  update public.notifications n set lease_token = p_token, leased_until = now() + interval '60 seconds'
  from chosen c where n.community_id = c.community_id and n.notification_id = c.notification_id
  returning n.community_id, n.notification_id;
end
$function$;
comment on function claim_notifications(uuid,integer,text) is 'Up to so many messages that may be sent now, for the holder of the token alone for 60 s: replies first, then communities in turns. Of one community, or of all (null).';
grant execute on function claim_notifications(uuid,integer,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.claim_replies(p_community_id text, p_token uuid, p_limit integer)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  return query
  with chosen as (
    select n.notification_id from public.notifications n
    where n.community_id = p_community_id and n.state in ('due', 'sending') and n.channel = 'reply' and n.next_attempt_at <= now()
      and (n.leased_until is null or n.leased_until <= now())
    order by n.next_attempt_at limit p_limit
    for no key update skip locked
  )
  update public.notifications n set lease_token = p_token, leased_until = now() + interval '60 seconds'
  from chosen c where n.community_id = p_community_id and n.notification_id = c.notification_id
  returning n.notification_id;
end
$function$;
comment on function claim_replies(text,uuid,integer) is 'As claim_notifications, replies alone: who has asked waits behind nothing else that the community has to say.';
grant execute on function claim_replies(text,uuid,integer) to wee5_app;

CREATE OR REPLACE FUNCTION public.claim_rewards(p_limit integer, p_lease_seconds double precision, p_only_community text DEFAULT NULL::text)
 RETURNS TABLE(community_id text, reward_id uuid, lease_token uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
begin
  -- One claim at a time, each in a statement of its own: the next one sees these leases.
  perform pg_advisory_xact_lock(8, 0);
  return query
  with recursive community as (
    -- From one to the next by the index, so that a long queue of one costs the others nothing.
    select (select min(r.community_id) from public.rewards r
      where r.state in ('confirmed', 'sending', 'waiting') and (p_only_community is null or r.community_id = p_only_community)) as id
    union all
    select (select min(r.community_id) from public.rewards r
      where r.state in ('confirmed', 'sending', 'waiting') and r.community_id > c.id and p_only_community is null)
    from community c where c.id is not null
  ), ready as (
    select own.*,
      -- Of a member only one that gives free days: two at once, and the membership's end would not tell which took effect.
      case when own.type = 'free_days'
        then row_number() over (partition by own.community_id, own.user_id, own.type order by own.due_at, own.reward_id) else 1 end as place
    from community c
    cross join lateral (
      select r.community_id, r.user_id, r.reward_id, r.type, r.next_attempt_at, r.due_at
      from public.rewards r
      where r.community_id = c.id and r.state in ('confirmed', 'sending', 'waiting') and r.next_attempt_at <= now()
        and (r.leased_until is null or r.leased_until <= now())
        and (r.type <> 'free_days' or not exists (
          select from public.rewards other
          where other.community_id = r.community_id and other.user_id = r.user_id and other.type = 'free_days'
            and other.reward_id <> r.reward_id and (other.state = 'sending' or other.leased_until > now())))
      order by r.next_attempt_at limit p_limit
    ) own
  ), held as (
    select r.community_id, count(*) as rewards from public.rewards r
    where r.lease_token is not null and r.leased_until > now() group by r.community_id
  ), ranked as (
    select d.community_id, d.reward_id, coalesce(h.rewards, 0)
      + row_number() over (partition by d.community_id order by d.next_attempt_at, d.due_at, d.reward_id) as turn
    from ready d left join held h on h.community_id = d.community_id where d.place = 1
  ), chosen as (
    select r.community_id, r.reward_id
    from public.rewards r join ranked k on k.community_id = r.community_id and k.reward_id = r.reward_id
    -- Asked again of the row itself: somebody may have decided about it since.
    where r.state in ('confirmed', 'sending', 'waiting') and r.next_attempt_at <= now()
      and (r.leased_until is null or r.leased_until <= now())
    -- Each community's first before anybody's second. Among equals chance decides, so that no community is always the last.
    order by k.turn, random()
    limit p_limit
    for no key update of r skip locked
  )
  update public.rewards r
  set lease_token = gen_random_uuid(), leased_until = now() + make_interval(secs => p_lease_seconds)
  from chosen where r.community_id = chosen.community_id and r.reward_id = chosen.reward_id
  returning r.community_id, r.reward_id, r.lease_token;
end
$function$;
comment on function claim_rewards(integer,double precision,text) is 'Gives the caller rewards that may be worked on now, for so long; communities take turns. Ids only: a row is read in its own community.';
grant execute on function claim_rewards(integer,double precision,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.claim_sync(p_limit integer, p_lease_seconds double precision, p_only_community text DEFAULT NULL::text)
 RETURNS TABLE(community_id text, lease_token uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
begin
  insert into public.sync_communities (community_id, counts_from)
  select c.community_id, greatest(c.created_at, now() - interval '1 day') from public.communities c
  where (p_only_community is null or c.community_id = p_only_community)
    and not exists (select from public.sync_communities s where s.community_id = c.community_id)
  on conflict do nothing;
  return query
  with chosen as (
    select s.community_id from public.sync_communities s
    where s.next_run_at <= now() and (s.leased_until is null or s.leased_until <= now())
      and (p_only_community is null or s.community_id = p_only_community)
    -- Who has waited twice as long goes before who is busier, whatever the difference: the weight has an end, waiting has none.
    -- A worker that died with one has had its turn.
    order by (1 + extract(epoch from now() - greatest(s.next_run_at, s.leased_until))) * least(2, 1 + ln(1 + s.busy) / 10) desc, random()
    limit p_limit
    for no key update skip locked
  )
  update public.sync_communities s
  set lease_token = gen_random_uuid(), leased_until = now() + make_interval(secs => p_lease_seconds)
  from chosen where s.community_id = chosen.community_id
  returning s.community_id, s.lease_token;
end
$function$;
comment on function claim_sync(integer,double precision,text) is 'Gives the caller communities that are due to be read, for so long: who has waited longest first, the busier a little sooner. Makes the rows of new ones. Ids only.';
grant execute on function claim_sync(integer,double precision,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.close_member(p_community_id text, p_user_id text, p_before timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_reset_at timestamptz;
begin
  perform public.require_community(p_community_id);
  if p_before > now() - interval '90 days' or p_before <> date_trunc('month', p_before, 'UTC') then
    raise exception 'only whole months that are older than the retention can be closed' using errcode = 'W5N01';
  end if;
  select u.reset_at into v_reset_at from public.users u
  where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  -- An opening from before the member's life here began anew ends where the new one gets its first month. Until then it stays
  -- as it was, in case that the beginning is taken back.
  if v_reset_at < p_before then
    delete from public.opening_balances o
    where o.community_id = p_community_id and o.user_id = p_user_id and o.closed_before <= v_reset_at;
    if found then
      delete from public.opening_days d where d.community_id = p_community_id and d.user_id = p_user_id;
    end if;
  end if;

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
    max(a.occurred_at) filter (where a.xp <> 0), max(a.occurred_at) filter (where a.action <> 'streak_bonus')
  from public.activities a
  where a.community_id = p_community_id and a.user_id = p_user_id and a.occurred_at < p_before
    and a.outcome not in ('bad_time', 'reversed', 'reset')
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
    and a.occurred_at >= p_before - interval '3 days' and a.outcome not in ('bad_time', 'reversed', 'reset')
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

CREATE OR REPLACE FUNCTION public.confirm_due_reward()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if exists (select from public.communities c
    where c.community_id = new.community_id and c.rewards_confirmed_at is not null)
  then
    new.state := 'confirmed';
    new.next_attempt_at := now();
    perform public.queue_sending(new.community_id);
  end if;
  return new;
end
$function$;
comment on function confirm_due_reward() is 'What comes due where rewards are confirmed is confirmed. Awards see to it by themselves; what a repair brings back nobody would confirm later.';

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

CREATE OR REPLACE FUNCTION public.confirm_rewards()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.rewards set state = 'confirmed', next_attempt_at = now(), updated_at = now()
  where community_id = new.community_id and state = 'due';
  if found then
    perform public.queue_sending(new.community_id);
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.correct_streak_bonus(p_stored activities, p_outcome text, p_xp bigint, p_cause text, p_caused_by text)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.corrections (community_id, user_id, occurred_at, activity_id, sequence, settings_version, outcome, base_xp,
    xp, xp_difference, cause, caused_by)
  values (p_stored.community_id, p_stored.user_id, p_stored.occurred_at, p_stored.activity_id, p_stored.corrections + 1,
    (select s.version from public.settings_at(p_stored.community_id, p_stored.occurred_at) s), p_outcome, p_xp, p_xp,
    p_xp - p_stored.xp, p_cause, p_caused_by);
  perform public.count_streak_bonus(p_stored.community_id, p_stored.user_id, p_stored.occurred_at,
    (p_outcome = 'awarded')::integer - (p_stored.outcome = 'awarded')::integer,
    (p_outcome = 'awarded')::integer - (p_stored.outcome = 'awarded')::integer, p_xp - p_stored.xp);
  return p_xp - p_stored.xp;
end
$function$;

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

CREATE OR REPLACE FUNCTION public.count_streak_bonus(p_community_id text, p_user_id text, p_at timestamp with time zone, p_activities integer, p_paid integer, p_xp bigint)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_day date := public.activity_day(p_community_id, p_at);
begin
  perform public.add_to_rollups(p_community_id, p_user_id, v_day, 'streak_bonus', p_activities, p_paid, p_xp,
    case when p_xp > 0 then p_at end);
  if p_xp > 0 then
    return;
  end if;
  delete from public.daily_rollups r where r.community_id = p_community_id and r.user_id = p_user_id and r.day = v_day
    and r.action = 'streak_bonus' and r.activities = 0;
  delete from public.period_rollups r where r.community_id = p_community_id and r.user_id = p_user_id and r.activities = 0
    and r.starts_on in (date_trunc('week', v_day)::date, date_trunc('month', v_day)::date);
  update public.period_rollups r set xp_reached_at = public.period_reached_at(p_community_id, p_user_id, r.period, r.starts_on)
  where r.community_id = p_community_id and r.user_id = p_user_id
    and ((r.period = 'week' and r.starts_on = date_trunc('week', v_day)::date)
      or (r.period = 'month' and r.starts_on = date_trunc('month', v_day)::date));
end
$function$;

CREATE OR REPLACE FUNCTION public.date_rule()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  new.created_at := now();
  return new;
end
$function$;
comment on function date_rule() is 'A rule that is switched on pays from then on: who had got there before is owed nothing.';

CREATE OR REPLACE FUNCTION public.decide_activity(p_settings jsonb, p_community_id text, p_activity_id text, p_action text, p_user_id text, p_experience_id text, p_subject_user_id text, p_content_length integer, p_amount bigint, p_occurred_at timestamp with time zone, p_last_paid_at timestamp with time zone, p_action_xp_that_day bigint, p_total_xp_that_day bigint, p_role text, OUT outcome text, OUT base_xp bigint, OUT xp bigint)
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
  v_multiplied bigint;
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

  -- multipliers: none of them pays what is not worth a point, and begins no cooldown
  v_multiplied := base_xp;
  if p_settings ? 'multipliers' then
    v_multiplied := public.multiplied_xp(p_settings -> 'multipliers', base_xp, p_experience_id, p_role, p_occurred_at);
    if v_multiplied = 0 then
      outcome := 'zero_multiplier';
      return;
    end if;
  end if;

  -- cooldown
  if p_last_paid_at is not null
    and p_occurred_at < p_last_paid_at + (v_rate ->> 'cooldownSeconds')::integer * interval '1 second' then
    outcome := 'cooldown';
    return;
  end if;

  -- caps: the award that meets one pays what is left
  xp := v_multiplied;
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
comment on function decide_activity(jsonb,text,text,text,text,text,text,integer,bigint,timestamp with time zone,timestamp with time zone,bigint,bigint,text) is 'One activity, given the settings in force, the member''s role (null: member) and what the member had been paid before it: what it pays and why.';

CREATE OR REPLACE FUNCTION public.decide_reward(p_community_id text, p_by text, p_reward_id uuid, p_action text, p_seen bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_reward public.rewards;
  v_after public.rewards;
begin
  perform public.require_community(p_community_id);
  select * into v_reward from public.rewards r
  where r.community_id = p_community_id and r.reward_id = p_reward_id for update;
  if not found then
    return jsonb_build_object('outcome', 'missing');
  elsif (extract(epoch from v_reward.updated_at) * 1000000)::bigint is distinct from p_seen then
    return jsonb_build_object('outcome', 'changed');
  elsif v_reward.leased_until > clock_timestamp() then
    return jsonb_build_object('outcome', 'busy');
  elsif not p_action = any (public.reward_actions(v_reward)) then
    return jsonb_build_object('outcome', 'impossible');
  end if;
  if p_action = 'retry' and v_reward.type = 'free_days' and v_reward.idempotency_key is not null then
    -- Its call is looked for in the membership's end, which another one on its way would move. No claim is made meanwhile.
    perform pg_advisory_xact_lock(8, 0);
    if exists (select from public.rewards other
      where other.community_id = p_community_id and other.user_id = v_reward.user_id and other.type = 'free_days'
        and other.reward_id <> p_reward_id and (other.state = 'sending' or other.leased_until > clock_timestamp()))
    then
      return jsonb_build_object('outcome', 'busy');
    end if;
  end if;

  v_after := v_reward;
  v_after.lease_token := null;
  v_after.leased_until := null;
  v_after.updated_at := greatest(clock_timestamp(), v_reward.updated_at + interval '1 microsecond');
  if p_action = 'settle_not_sent' and v_reward.level_lost_at is not null then
    v_after.state := 'cancelled';
    v_after.cancelled_because := 'level_lost';
    v_after.level_lost_at := null;
  elsif p_action = 'cancel' then
    v_after.state := 'cancelled';
    v_after.cancelled_because := 'by_creator';
  elsif p_action = 'settle_sent' then
    v_after.state := 'delivered';
    v_after.delivered_at := v_after.updated_at;
    v_after.delivered_how := 'by_hand';
    if v_reward.type = 'free_days' and v_reward.budget_month is null then
      v_after.budget_month := public.budget_month_now(p_community_id);
    end if;
  else
    -- A key that was used stays with its reward: what came of it is read before anything is sent.
    v_after.state := case
      when p_action = 'settle_not_sent' then 'confirmed'
      when v_reward.state = 'needs_attention' then
        case when v_reward.idempotency_key is null then 'confirmed' else 'sending' end
      else v_reward.state
    end;
    v_after.calls := case when v_reward.state = 'needs_attention' then 0 else v_reward.calls end;
    v_after.failures := 0;
    v_after.errors := 0;
    v_after.next_attempt_at := now();
  end if;
  v_after.problem := null;
  if v_after.state = 'cancelled' then
    v_after.waits_for := null;
  end if;
  if p_action = 'settle_not_sent' then
    v_after.idempotency_key := null;
    v_after.keyed_at := null;
    v_after.request := null;
    v_after.whop_id := null;
  end if;
  if v_after.idempotency_key is null then
    -- Nothing at Whop belongs to it, so that a code of before opens nothing.
    v_after.code := null;
    if v_after.state in ('confirmed', 'cancelled') then
      v_after.budget_month := null;
    end if;
  end if;

  update public.rewards r set (state, cancelled_because, level_lost_at, problem, waits_for, calls, failures, errors,
      next_attempt_at, lease_token, leased_until, idempotency_key, keyed_at, request, code, whop_id, budget_month, delivered_at,
      delivered_how, updated_at)
    = (v_after.state, v_after.cancelled_because, v_after.level_lost_at, v_after.problem, v_after.waits_for, v_after.calls,
      v_after.failures, v_after.errors, v_after.next_attempt_at, v_after.lease_token, v_after.leased_until,
      v_after.idempotency_key, v_after.keyed_at, v_after.request, v_after.code, v_after.whop_id, v_after.budget_month,
      v_after.delivered_at, v_after.delivered_how, v_after.updated_at)
  where r.community_id = p_community_id and r.reward_id = p_reward_id;
  if v_after.state = 'delivered' then
    perform public.queue_reward_news(p_community_id, p_reward_id);
  elsif v_after.state <> 'cancelled' then
    perform public.queue_sending(p_community_id);
  end if;
  perform public.write_audit(p_community_id, p_by, 'reward.' || p_action, v_reward.user_id,
    jsonb_strip_nulls(jsonb_build_object('rewardId', p_reward_id, 'type', v_reward.type, 'value', v_reward.value,
      'level', v_reward.level, 'from', v_reward.state, 'to', v_after.state, 'problem', v_reward.problem, 'calls', v_reward.calls)));
  return jsonb_build_object('outcome', 'done', 'userId', v_reward.user_id);
end
$function$;
comment on function decide_reward(text,text,uuid,text,bigint) is 'A person''s decision about a reward that is as they saw it (p_seen: its updated_at in microseconds) and that no worker has. Returns { outcome: done, missing, changed, busy or impossible, userId }.';
grant execute on function decide_reward(text,text,uuid,text,bigint) to wee5_app;

CREATE OR REPLACE FUNCTION public.default_notification_settings()
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select '{
    "levelUpPush": true, "rewardPush": true,
    "announcement": {"enabled": false, "experienceId": null,
      "template": "{name} reached level {level}: {rank}. Reward: {reward}. {link}"},
    "directMessage": {"enabled": false,
      "template": "You reached level {level}: {rank}. Your reward: {reward}. Your rank card: {link}"},
    "quietHours": {"enabled": false, "from": "22:00", "to": "08:00", "zone": "member"},
    "commands": {"enabled": true, "cooldownSeconds": 15, "disabledExperienceIds": []}
  }'::jsonb
$function$;
comment on function default_notification_settings() is 'What a community starts with: members get pushes, and nothing is written into chats but what they ask for.';

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

CREATE OR REPLACE FUNCTION public.deliver_reward(p_community_id text, p_reward_id uuid, p_lease_token uuid, p_how text, p_whop_id text, p_read jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  update public.rewards r set state = 'delivered', delivered_at = now(), delivered_how = p_how, whop_id = p_whop_id,
    request = r.request || coalesce(p_read, '{}'), waits_for = null, last_error = null, failures = 0, errors = 0,
    lease_token = null, leased_until = null, updated_at = now()
  where r.community_id = p_community_id and r.reward_id = p_reward_id and r.lease_token = p_lease_token
    and case when p_how = 'here' then r.state in ('confirmed', 'waiting') and r.type in ('badge', 'custom') else r.state = 'sending' end;
  if not found then
    return false;
  end if;
  perform public.queue_reward_news(p_community_id, p_reward_id);
  return true;
end
$function$;
comment on function deliver_reward(text,uuid,uuid,text,text,jsonb) is 'It has arrived: by a call (sent), seen at Whop (found), or on our own pages (here). The member hears of it in the same transaction.';
grant execute on function deliver_reward(text,uuid,uuid,text,text,jsonb) to wee5_app;

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

CREATE OR REPLACE FUNCTION public.end_back_fill(p_community_id text, p_token uuid, p_problem text, p_error text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_back_fill public.back_fills;
begin
  perform public.require_community(p_community_id);
  update public.back_fills b set state = case when p_problem is null then 'done' else 'failed' end, problem = p_problem,
    last_error = p_error, lease_token = null, leased_until = null, finished_at = now(), updated_at = now()
  where b.community_id = p_community_id and b.lease_token = p_token
    and (p_problem is not null or b.state = 'counting' and not exists (
      select from public.back_fill_items i where i.community_id = p_community_id))
  returning * into v_back_fill;
  if not found then
    return false;
  end if;
  perform public.forget_back_fill_work(p_community_id);
  perform public.write_audit(p_community_id, 'wee5', 'back_fill.ended', null, jsonb_build_object('state', v_back_fill.state,
    'read', v_back_fill.read, 'counted', v_back_fill.counted, 'recorded', v_back_fill.recorded, 'xp', v_back_fill.xp));
  return true;
end
$function$;
comment on function end_back_fill(text,uuid,text,text) is 'Done, or failed for good (p_problem). What is counted stays. False when the lease is another''s, or something is left to be counted.';
grant execute on function end_back_fill(text,uuid,text,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.end_notification(p_community_id text, p_notification_id uuid, p_token uuid, p_state text, p_because text, p_whop_id text, p_error text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  update public.notifications n set state = p_state, cancelled_because = case when p_state = 'cancelled' then p_because end,
    problem = case when p_state = 'failed' then p_because end, whop_id = p_whop_id, last_error = p_error,
    sent_at = case when p_state = 'sent' then now() end, lease_token = null, leased_until = null, updated_at = now()
  where n.community_id = p_community_id and n.notification_id = p_notification_id and n.lease_token = p_token
    and n.state in ('due', 'sending');
  return found;
end
$function$;
comment on function end_notification(text,uuid,uuid,text,text,text,text) is 'What became of a message, by the holder of the lease. False when it is another''s.';
grant execute on function end_notification(text,uuid,uuid,text,text,text,text) to wee5_app;

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
  perform public.offer_streak_rewards(p_community_id);
end
$function$;
comment on function ensure_community(text,text) is 'Makes a community with its first settings, the default curve, rank names and reward rules, those for days in a row switched off; does nothing when it exists.';
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
  -- As whoever records a membership event does, so that none comes between.
  perform pg_advisory_xact_lock(13, hashtext(p_community_id || ' ' || p_user_id));
  -- As an award does: no settings version is added meanwhile, and awards of the member wait for the row.
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  delete from public.membership_events e where e.community_id = p_community_id and e.user_id = p_user_id;
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
  delete from public.member_roles m where m.community_id = p_community_id and m.user_id = p_user_id;
  delete from public.opening_days d where d.community_id = p_community_id and d.user_id = p_user_id;
  delete from public.opening_balances o where o.community_id = p_community_id and o.user_id = p_user_id;
  delete from public.profiles p where p.community_id = p_community_id and p.user_id = p_user_id;
  delete from public.back_fill_items i where i.community_id = p_community_id and i.user_id = p_user_id;
  perform graphile_worker.remove_job('profile:' || p_community_id || ':' || p_user_id);

  -- In the order in which a level-up locks them. That the member wants no messages stays, like the visibility.
  delete from public.told_levels t where t.community_id = p_community_id and t.user_id = p_user_id;
  delete from public.notifications n where n.community_id = p_community_id and n.user_id = p_user_id;
  update public.notification_preferences p set time_zone = null, streak_warning = false, updated_at = now()
  where p.community_id = p_community_id and p.user_id = p_user_id;

  -- Not sent: cancelled, and earned anew with its level or streak. Sent: stays, and so is never sent again.
  select count(*) into v_rewards from public.rewards r
  where r.community_id = p_community_id and r.user_id = p_user_id and r.state in ('due', 'confirmed', 'waiting');
  perform public.settle_rewards(p_community_id, p_user_id, 2147483647, 1, null);
  perform public.settle_streak_rewards(p_community_id, p_user_id, 2147483647, 0, null);
  -- One granted by hand hangs on nothing. Nothing gives it a second time.
  update public.rewards r set state = 'cancelled', cancelled_because = 'by_creator', waits_for = null, lease_token = null,
    leased_until = null, updated_at = now()
  where r.community_id = p_community_id and r.user_id = p_user_id and r.rule_id is null and r.state in ('due', 'confirmed', 'waiting');
  update public.rewards r set caused_by = null, note = null where r.community_id = p_community_id and r.user_id = p_user_id;

  -- Without an event somebody is a member, whose life here begins with what they do next.
  update public.users u set xp = 0, xp_bucket = public.xp_bucket_of(0), level = 1, total_messages = 0, total_posts = 0,
    total_reactions = 0, xp_reached_at = null, last_activity_at = null, streak_days = 0, streak_day = null, streak_longest = 0,
    streak_freezes = 0, reset_at = null, membership = 'member', left_at = null, on_board = u.visibility <> 'hidden',
    created_at = now(), updated_at = now(), visibility_changed_at = now(),
    board_changed_at = now() -- the sets in Redis learn from it that the member has gone
  where u.community_id = p_community_id and u.user_id = p_user_id;
  perform public.write_audit(p_community_id, p_user_id, 'member.erased', p_user_id,
    jsonb_build_object('activities', v_activities, 'rewardsCancelled', v_rewards));
  return jsonb_build_object('activities', v_activities, 'rewardsCancelled', v_rewards, 'actions', to_jsonb(v_actions));
end
$function$;
comment on function erase_member(text,text) is 'Deletes all that is known of a member but the visibility, the wish to get no messages, what others did with them, the audit log, the ids of the activities (without the member, while they could come again) and rewards: sent ones, and unsent ones cancelled. Waits for the member''s awards and they for it.';
grant execute on function erase_member(text,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.failed_job_count()
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select count(*)::integer from graphile_worker._private_jobs where attempts >= max_attempts and locked_at is null
$function$;
comment on function failed_job_count() is 'Jobs that have failed for good and wait for a person (npm run jobs).';
grant execute on function failed_job_count() to wee5_app;

CREATE OR REPLACE FUNCTION public.finish_job(p_job_id bigint, p_worker_id text, p_locked_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_queue_id integer;
begin
  -- The worker knows the time to the millisecond only.
  delete from graphile_worker._private_jobs j
  where j.id = p_job_id and j.locked_by = p_worker_id
    and j.locked_at between p_locked_at - interval '2 milliseconds' and p_locked_at + interval '2 milliseconds'
  returning j.job_queue_id into v_queue_id;
  if not found then
    return false;
  end if;
  perform public.unlock_queue(v_queue_id, p_worker_id);
  return true;
end
$function$;
comment on function finish_job(bigint,text,timestamp with time zone) is 'Takes a finished job away, or says that it is no longer the worker''s: it was given up meanwhile, and another has it or has done it.';

CREATE OR REPLACE FUNCTION public.finish_sync(p_community_id text, p_lease_token uuid, p_pause_seconds double precision)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_gone boolean;
begin
  perform public.require_community(p_community_id);
  -- What only follows another feature asks nothing of the company itself.
  select coalesce(bool_and(coalesce(f.problem in ('no_permission', 'not_found'), false)), false) into v_gone
  from public.sync_features f where f.community_id = p_community_id and f.feature <> 'reactions';
  update public.sync_communities s set lease_token = null, leased_until = null,
    next_run_at = now() + make_interval(secs => p_pause_seconds),
    paused_because = case when v_gone then 'uninstalled' end,
    paused_at = case when v_gone then coalesce(s.paused_at, now()) end,
    forgotten_at = case when v_gone then s.forgotten_at end
  where s.community_id = p_community_id and s.lease_token = p_lease_token;
  return found;
end
$function$;
comment on function finish_sync(text,uuid,double precision) is 'Ends a turn: the next one comes after the pause. Where Whop shows us nothing at all any more, the community is paused.';
grant execute on function finish_sync(text,uuid,double precision) to wee5_app;

CREATE OR REPLACE FUNCTION public.follow_leavers()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- One that reaches back may change what held when somebody came back, also where it only repeats the newest.
  if exists (
    select from public.settings_versions s
    where s.community_id = new.community_id and s.version < new.version and (s.version = new.version - 1 or new.valid_from < now())
      and public.leavers_of(s.settings) <> public.leavers_of(new.settings)
  ) then
    perform graphile_worker.add_job('settle_leavers', json_build_object('communityId', new.community_id),
      job_key => 'leavers:' || new.community_id);
  end if;
  return null;
end
$function$;
comment on function follow_leavers() is 'What becomes of who has left has been decided otherwise: a job settles all who have ever been away.';

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

CREATE OR REPLACE FUNCTION public.forget_back_fill_work(p_community_id text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  delete from public.back_fill_items i where i.community_id = p_community_id;
  delete from public.back_fill_places p where p.community_id = p_community_id
$function$;
comment on function forget_back_fill_work(text) is 'What had been read and not counted, and what was still to be read.';

CREATE OR REPLACE FUNCTION public.forget_notifications()
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  with gone as (
    delete from public.notifications n
    where n.state in ('sent', 'cancelled', 'failed') and n.updated_at < now() - interval '30 days' returning 1
  )
  select count(*) from gone
$function$;
comment on function forget_notifications() is 'Deletes messages that came to their end 30 days ago; told_levels remembers what was told. Returns how many.';
grant execute on function forget_notifications() to wee5_app;

CREATE OR REPLACE FUNCTION public.forget_reward_key(p_community_id text, p_reward_id uuid, p_lease_token uuid, p_pause_seconds double precision, p_last_error text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_state text;
begin
  perform public.require_community(p_community_id);
  -- Before the row, as whoever begins one: days given back while another finds none left would be missed by it.
  perform pg_advisory_xact_lock(9, hashtext(p_community_id));
  update public.rewards r set
    state = case when r.level_lost_at is null then 'confirmed' else 'cancelled' end,
    cancelled_because = case when r.level_lost_at is not null then 'level_lost' end, level_lost_at = null,
    idempotency_key = null, keyed_at = null, request = null, budget_month = null, code = null,
    failures = r.failures + 1, errors = 0, last_error = p_last_error, lease_token = null, leased_until = null,
    next_attempt_at = now() + make_interval(secs => p_pause_seconds), updated_at = now()
  where r.community_id = p_community_id and r.reward_id = p_reward_id and r.lease_token = p_lease_token and r.state = 'sending'
  returning r.state into v_state;
  return v_state;
end
$function$;
comment on function forget_reward_key(text,uuid,uuid,double precision,text) is 'Nothing has come of the key and nothing can any more: the reward is as before its first call, or cancelled where its level has been lost since. Null when the lease was lost.';
grant execute on function forget_reward_key(text,uuid,uuid,double precision,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.forget_said()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  new.request := null;
  new.idempotency_key := null;
  new.keyed_at := null;
  return new;
end
$function$;
comment on function forget_said() is 'What a reply said is not kept once it has come to its end: a board names others, who may leave it or have themselves deleted.';

CREATE OR REPLACE FUNCTION public.forget_sync()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_forgotten integer;
begin
  -- Of a forum all that Whop still shows is kept: new comments may come to the oldest post.
  delete from public.sync_items i
  where case i.kind when 'message' then i.occurred_at < now() - interval '4 days'
    else i.occurred_at < now() - interval '90 days' and coalesce(i.checked_at < now() - interval '7 days', true) end;
  with gone as (
    update public.sync_communities s set forgotten_at = now()
    where s.paused_at < now() - interval '30 days' and s.forgotten_at is null and (s.leased_until is null or s.leased_until <= now())
    returning s.community_id
  ), places as (
    delete from public.sync_places p using gone where p.community_id = gone.community_id
  ), features as (
    update public.sync_features f set caught_up_to = null, last_success_at = null, state = '{}'
    from gone where f.community_id = gone.community_id
  )
  select count(*) into v_forgotten from gone;
  return v_forgotten;
end
$function$;
comment on function forget_sync() is 'Forgets what is too old to be looked for, and what had been read of communities that have been away for 30 days. Answers of how many.';
grant execute on function forget_sync() to wee5_app;

CREATE OR REPLACE FUNCTION public.grant_reward(p_community_id text, p_by text, p_user_id text, p_type text, p_value jsonb, p_note text, p_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_key text := p_by || ':' || p_key;
  v_reward public.rewards;
begin
  perform public.require_community(p_community_id);
  select * into v_reward from public.rewards r where r.community_id = p_community_id and r.grant_key = v_key;
  if not found then
    if not exists (select from public.communities c
      where c.community_id = p_community_id and c.rewards_confirmed_at is not null)
    then
      return jsonb_build_object('outcome', 'not_confirmed');
    end if;
    insert into public.users (community_id, user_id) values (p_community_id, p_user_id) on conflict do nothing;
    insert into public.rewards (community_id, user_id, type, value, note, granted_by, grant_key, state)
    values (p_community_id, p_user_id, p_type, p_value, p_note, p_by, v_key, 'confirmed')
    on conflict (community_id, grant_key) do nothing returning * into v_reward;
    if found then
      perform public.queue_sending(p_community_id);
      if not exists (select from public.profiles p where p.community_id = p_community_id and p.user_id = p_user_id) then
        perform graphile_worker.add_job('fetch_profile', json_build_object('communityId', p_community_id, 'userId', p_user_id),
          job_key => 'profile:' || p_community_id || ':' || p_user_id);
      end if;
      perform public.write_audit(p_community_id, p_by, 'reward.granted', p_user_id, jsonb_strip_nulls(jsonb_build_object(
        'rewardId', v_reward.reward_id, 'type', p_type, 'value', p_value, 'note', p_note)));
      return jsonb_build_object('outcome', 'granted', 'rewardId', v_reward.reward_id);
    end if;
    -- Of another request with the same key, which has just ended.
    select * into strict v_reward from public.rewards r where r.community_id = p_community_id and r.grant_key = v_key;
  end if;
  return jsonb_build_object('rewardId', v_reward.reward_id, 'outcome',
    case when (v_reward.user_id, v_reward.type, v_reward.value) = (p_user_id, p_type, p_value)
      and v_reward.note is not distinct from p_note then 'repeated' else 'other' end);
end
$function$;
comment on function grant_reward(text,text,text,text,jsonb,text,text) is 'A reward by hand, once per key of who grants. Returns { outcome: granted, repeated, other (the key stands for another reward) or not_confirmed, rewardId }.';
grant execute on function grant_reward(text,text,text,text,jsonb,text,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.hold_back_fill(p_community_id text, p_token uuid, p_state text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.back_fills b set leased_until = now() + interval '60 seconds', updated_at = now()
  where b.community_id = p_community_id and b.lease_token = p_token and b.state = p_state;
  return found;
end
$function$;
comment on function hold_back_fill(text,uuid,text) is 'Whether it is still the holder''s turn, and still at that; then for another 60 s, and nobody else''s until the transaction ends.';

CREATE OR REPLACE FUNCTION public.hold_sync(p_community_id text, p_lease_token uuid, p_lease_seconds double precision)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  update public.sync_communities s set leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
  where s.community_id = p_community_id and s.lease_token = p_lease_token and s.leased_until > clock_timestamp();
  if not found then
    raise exception 'the lease of % is over', p_community_id using errcode = 'W5L01';
  end if;
end
$function$;
comment on function hold_sync(text,uuid,double precision) is 'Renews the lease, or fails where another may have it: in the transaction of every write, so that a worker that was frozen writes nothing.';
grant execute on function hold_sync(text,uuid,double precision) to wee5_app;

CREATE OR REPLACE FUNCTION public.keep_back_fill_batch(p_community_id text, p_token uuid, p_activity_ids text[], p_recorded integer, p_xp bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_counted integer;
begin
  perform public.require_community(p_community_id);
  if not public.hold_back_fill(p_community_id, p_token, 'counting') then
    return false;
  end if;
  delete from public.back_fill_items i where i.community_id = p_community_id and i.activity_id = any (p_activity_ids);
  get diagnostics v_counted = row_count;
  update public.back_fills b set counted = b.counted + v_counted, recorded = b.recorded + p_recorded, xp = b.xp + p_xp,
    moved_at = now(), failures = 0, last_error = null
  where b.community_id = p_community_id;
  return true;
end
$function$;
comment on function keep_back_fill_batch(text,uuid,text[],integer,bigint) is 'In the transaction that has counted them: these activities are done. False when the lease is another''s, who counts them: then nothing of it may be committed.';
grant execute on function keep_back_fill_batch(text,uuid,text[],integer,bigint) to wee5_app;

CREATE OR REPLACE FUNCTION public.keep_back_fill_page(p_community_id text, p_token uuid, p_place_id text, p_page jsonb)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_place public.back_fill_places;
  v_is_last boolean := (p_page ->> 'isLast')::boolean;
  v_new integer;
begin
  perform public.require_community(p_community_id);
  if not public.hold_back_fill(p_community_id, p_token, 'reading') then
    return null;
  end if;
  select * into v_place from public.back_fill_places p
  where p.community_id = p_community_id and p.place_id = p_place_id and not p.is_read;
  if not found then
    return null;
  elsif not v_is_last and v_place.last_page = p_page ->> 'mark' then
    return 'again';
  end if;
  update public.back_fill_places p set cursor = p_page ->> 'nextCursor', is_read = v_is_last, pages = p.pages + 1,
    expected_pages = greatest(p.expected_pages, p.pages + case when v_is_last then 1 else 2 end),
    read_back_to = coalesce((p_page ->> 'readBackTo')::timestamptz, p.read_back_to), last_page = p_page ->> 'mark'
  where p.community_id = p_community_id and p.place_id = p_place_id;
  insert into public.back_fill_items (community_id, activity_id, user_id, action, occurred_at, experience_id, content_length, content_hash)
  select p_community_id, e."activityId", e."userId", e."action", e."occurredAt", e."experienceId", e."contentLength",
    decode(e."contentHash", 'hex')
  from jsonb_to_recordset(p_page -> 'activities') as e (
    "activityId" text, "userId" text, "action" text, "occurredAt" timestamptz, "experienceId" text, "contentLength" integer,
    "contentHash" text)
  on conflict do nothing;
  get diagnostics v_new = row_count;
  insert into public.back_fill_places (community_id, place_id, kind, experience_id, expected_pages)
  select p_community_id, e.id, 'comments', v_place.experience_id, greatest(1, e.pages)
  from jsonb_to_recordset(p_page -> 'posts') as e (id text, pages integer)
  on conflict do nothing;
  update public.back_fills b set read = b.read + v_new, requests = b.requests + 1 where b.community_id = p_community_id;
  if v_new > 0 then
    update public.back_fills b set moved_at = now(), failures = 0, last_error = null where b.community_id = p_community_id;
  end if;
  return 'kept';
end
$function$;
comment on function keep_back_fill_page(text,uuid,text,jsonb) is 'Sets down what a page held {activities, posts: those whose comments are to be read, nextCursor, isLast, readBackTo, mark}, all or nothing: kept. again when it is the page before once more; null when the lease is another''s.';
grant execute on function keep_back_fill_page(text,uuid,text,jsonb) to wee5_app;

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

CREATE OR REPLACE FUNCTION public.keep_on_board()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update public.users u set on_board = not u.on_board, board_changed_at = now()
  where u.community_id = new.community_id and u.user_id = new.user_id
    and u.on_board <> public.stands_on_board(u.community_id, u.visibility, u.membership);
  return null;
end
$function$;
comment on function keep_on_board() is 'A member has chosen whether to be seen: the boards follow.';

CREATE OR REPLACE FUNCTION public.leavers_of(p_settings jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
  select coalesce(p_settings -> 'leavers', '{"left": "hide", "banned": "hide", "resetAfterDays": 3}')
$function$;
comment on function leavers_of(jsonb) is 'What becomes of who has left, under some settings. Versions from before it was known say what DEFAULT_LEAVERS does.';

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

CREATE OR REPLACE FUNCTION public.list_back_fill_places(p_community_id text, p_token uuid, p_places jsonb, p_refused text[])
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  if not public.hold_back_fill(p_community_id, p_token, 'reading') then
    return false;
  end if;
  insert into public.back_fill_places (community_id, place_id, kind, experience_id, name)
  select p_community_id, e.id, e.kind, e.experience, coalesce(e.name, '')
  from jsonb_to_recordset(p_places) as e (id text, kind text, experience text, name text)
  on conflict do nothing;
  update public.back_fills b set listed_at = now(), refused = p_refused, moved_at = now(), failures = 0, last_error = null
  where b.community_id = p_community_id;
  return true;
end
$function$;
comment on function list_back_fill_places(text,uuid,jsonb,text[]) is 'Notes down the places that are to be read ({id, kind, experience, name}), and what may not be read. False when the lease is another''s.';
grant execute on function list_back_fill_places(text,uuid,jsonb,text[]) to wee5_app;

CREATE OR REPLACE FUNCTION public.list_communities_to_compare()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select c.community_id from public.communities c
  order by greatest(c.rewards_compared_at, c.rewards_unread_at) nulls first, c.community_id
$function$;
comment on function list_communities_to_compare() is 'Whose rewards were longest not compared with Whop come first: a run that was cut short goes on where it ended.';
grant execute on function list_communities_to_compare() to wee5_app;

CREATE OR REPLACE FUNCTION public.list_communities_to_settle()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select distinct u.community_id from public.users u where u.membership <> 'member' order by 1
$function$;
comment on function list_communities_to_settle() is 'For the worker: communities with somebody who is away; ids only.';
grant execute on function list_communities_to_settle() to wee5_app;

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

CREATE OR REPLACE FUNCTION public.makes_day_active(p_action text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (p_action = ANY (ARRAY['message'::text, 'post'::text, 'comment'::text, 'reaction'::text, 'lesson'::text, 'daily_visit'::text]));
comment on function makes_day_active(text) is 'What a member does by themselves: a day on which it paid is active. What others give and what comes by itself makes none.';

CREATE OR REPLACE FUNCTION public.membership_of(p_community_id text, p_user_id text, p_now timestamp with time zone, OUT membership text, OUT left_at timestamp with time zone, OUT reset_at timestamp with time zone)
 RETURNS record
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_event record;
  v_open text[];
  v_known boolean := false;
  v_banned boolean := false;
begin
  membership := 'member';
  -- A membership of which the end is the first that is known had begun before.
  v_open := array(select f.membership_id from (
      select distinct on (e.membership_id) e.membership_id, e.kind from public.membership_events e
      where e.community_id = p_community_id and e.user_id = p_user_id and e.kind in ('joined', 'left') and e.membership_id is not null
      order by e.membership_id, e.occurred_at, e.kind desc
    ) f where f.kind = 'left');
  for v_event in
    select e.kind, coalesce(e.membership_id, '') as membership_id, e.occurred_at from public.membership_events e
    where e.community_id = p_community_id and e.user_id = p_user_id
    -- At one moment: out before in.
    order by e.occurred_at, e.kind in ('joined', 'unbanned'), e.event_id collate "C"
  loop
    v_known := v_known or v_event.kind in ('joined', 'left');
    case v_event.kind
      when 'joined' then v_open := v_open || v_event.membership_id;
      -- Of a member who is there by a membership that nobody named, the next one that ends is taken to be it.
      when 'left' then v_open := case when v_event.membership_id = '' then '{}'
        else array_remove(array_remove(v_open, v_event.membership_id), '') end;
      else v_banned := v_event.kind = 'banned';
    end case;
    if not v_banned and (not v_known or cardinality(v_open) > 0) then
      -- Back: whether the absence has reset anything is settled by what held then, once and for all.
      if left_at is not null and public.absence_resets(
        (select s.settings from public.settings_at(p_community_id, v_event.occurred_at) s), membership, left_at, v_event.occurred_at
      ) then
        reset_at := left_at;
      end if;
      membership := 'member';
      left_at := null;
    else
      membership := case when v_banned then 'banned' else 'left' end;
      left_at := coalesce(left_at, v_event.occurred_at);
    end if;
  end loop;
  if left_at is not null and public.absence_resets(
    (select s.settings from public.communities c
      join public.settings_versions s on s.community_id = c.community_id and s.version = c.settings_version
      where c.community_id = p_community_id), membership, left_at, p_now
  ) then
    reset_at := left_at;
  end if;
end
$function$;
comment on function membership_of(text,text,timestamp with time zone) is 'What the events make of a member: whether they are one at p_now, since when not, and from when their XP begin anew. The twin of services/xp/membership.ts.';

CREATE OR REPLACE FUNCTION public.missed_days(p_community_id text, p_after date, p_before date, p_pauses jsonb, p_at_most integer)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_missed integer := 0;
  v_day date := p_after + 1;
  v_at timestamptz;
  v_begin record;
  v_begin_until timestamptz := '-infinity';
  v_noon record;
  v_noon_until timestamptz := '-infinity';
begin
  while v_day < p_before and v_missed <= p_at_most loop
    v_at := v_day::timestamp at time zone 'UTC' - interval '14 hours';
    if v_at >= v_begin_until then
      v_begin := public.settings_at(p_community_id, v_at);
      v_begin_until := coalesce(v_begin.holds_until, 'infinity');
    end if;
    v_at := v_at + interval '24 hours';
    if v_at < v_begin_until then
      v_noon := v_begin;
    elsif v_at >= v_noon_until then
      v_noon := public.settings_at(p_community_id, v_at);
      v_noon_until := coalesce(v_noon.holds_until, 'infinity');
    end if;
    if coalesce((public.streak_rules(v_begin.settings) ->> 'enabled')::boolean, true)
      and not coalesce((v_begin.settings ->> 'paused')::boolean, false)
      and not coalesce((v_noon.settings ->> 'paused')::boolean, false)
      and not exists (
        select from jsonb_array_elements(p_pauses) p where v_day between (p ->> 'from')::date and (p ->> 'to')::date)
    then
      v_missed := v_missed + 1;
    end if;
    v_day := v_day + 1;
  end loop;
  return v_missed;
end
$function$;
comment on function missed_days(text,date,date,jsonb,integer) is 'Days between two days on which a member could have kept the streak: not in a pause, XP not paused, streaks not off. Counts no further than one more than p_at_most.';

CREATE OR REPLACE FUNCTION public.month_of(p_at timestamp with time zone, p_time_zone text)
 RETURNS date
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select date_trunc('month', p_at at time zone p_time_zone)::date
$function$;
comment on function month_of(timestamp with time zone,text) is 'First day of the month that it is then in the time zone.';

CREATE OR REPLACE FUNCTION public.multiplied_xp(p_multipliers jsonb, p_base_xp bigint, p_experience_id text, p_role text, p_at timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  v_product numeric := p_base_xp;
  v_whole numeric := 1;
  v_percent integer;
begin
  if p_multipliers = '{"channels": {}, "roles": {}, "boosts": []}' then
    return p_base_xp;
  end if;
  for v_percent in
    select (p_multipliers -> 'channels' ->> p_experience_id)::integer
    union all
    select (p_multipliers -> 'roles' ->> coalesce(p_role, 'member'))::integer
    union all
    select (b ->> 'percent')::integer from jsonb_array_elements(p_multipliers -> 'boosts') b
    where (b ->> 'startsAt')::timestamptz <= p_at and p_at < (b ->> 'endsAt')::timestamptz
  loop
    if v_percent is not null then
      v_product := v_product * v_percent;
      v_whole := v_whole * 100;
    end if;
  end loop;
  -- Rounded half up, in whole numbers: a division of its own would have rounded before.
  return least(div(2 * v_product + v_whole, 2 * v_whole), 1000000);
end
$function$;
comment on function multiplied_xp(jsonb,bigint,text,text,timestamp with time zone) is 'An amount times every multiplier that holds, rounded half up once; at most 1,000,000. Twin of services/xp/rules/multiplier.ts.';

CREATE OR REPLACE FUNCTION public.name_channel(p_community_id text, p_notification_id uuid, p_token uuid, p_channel_id text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  update public.told_levels t set direct_channel_id = p_channel_id
  where t.community_id = p_community_id and t.user_id = (select n.user_id from public.notifications n
    where n.community_id = p_community_id and n.notification_id = p_notification_id and n.lease_token = p_token);
  return found;
end
$function$;
comment on function name_channel(text,uuid,uuid,text) is 'Where direct messages to a member are written from now on; null when that place is gone. False when the lease is another''s.';
grant execute on function name_channel(text,uuid,uuid,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.name_lost_streak()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  new.cancelled_because := 'streak_lost';
  return new;
end
$function$;
comment on function name_lost_streak() is 'What takes back a reward under way asks only whether what earned it is lost; of a streak it is the streak.';

CREATE OR REPLACE FUNCTION public.note_unread_rewards(p_community_id text, p_at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  update public.communities c set rewards_unread_at = p_at where c.community_id = p_community_id;
end
$function$;
comment on function note_unread_rewards(text,timestamp with time zone) is 'Says that Whop could not be asked; what was found before stays.';
grant execute on function note_unread_rewards(text,timestamp with time zone) to wee5_app;

CREATE OR REPLACE FUNCTION public.offer_streak_rewards(p_community_id text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into public.reward_rules (community_id, streak_days, type, value, active) values
    (p_community_id, 30, 'free_days', '{"days": 3}', false), (p_community_id, 100, 'free_days', '{"days": 7}', false),
    (p_community_id, 365, 'free_days', '{"days": 30}', false)
$function$;
comment on function offer_streak_rewards(text) is 'Rules for days in a row that the creator may switch on.';

CREATE OR REPLACE FUNCTION public.park_reward(p_community_id text, p_reward_id uuid, p_lease_token uuid, p_pause_seconds double precision)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  update public.rewards r set state = 'waiting', waits_for = 'membership', failures = 0, errors = 0, last_error = null,
    lease_token = null, leased_until = null, next_attempt_at = now() + make_interval(secs => p_pause_seconds),
    updated_at = case when r.state = 'waiting' then r.updated_at else now() end
  where r.community_id = p_community_id and r.reward_id = p_reward_id and r.lease_token = p_lease_token
    and r.state in ('confirmed', 'waiting');
  return found;
end
$function$;
comment on function park_reward(text,uuid,uuid,double precision) is 'The member has no membership that days could be added to: looked at again later, and at once when one begins.';
grant execute on function park_reward(text,uuid,uuid,double precision) to wee5_app;

CREATE OR REPLACE FUNCTION public.pause_back_fill(p_community_id text, p_token uuid, p_seconds double precision, p_error text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  update public.back_fills b set next_turn_at = now() + make_interval(secs => p_seconds), last_error = p_error,
    failures = case when p_error is null then b.failures else b.failures + 1 end, lease_token = null, leased_until = null,
    updated_at = now()
  where b.community_id = p_community_id and b.lease_token = p_token;
  return found;
end
$function$;
comment on function pause_back_fill(text,uuid,double precision,text) is 'Ends a turn; the next one comes in so many seconds at the earliest. With an error the turn has failed. False when the lease is another''s.';
grant execute on function pause_back_fill(text,uuid,double precision,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.pause_whop(p_operation text, p_seconds double precision)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  insert into public.whop_pauses as p (operation, paused_until) values (left(p_operation, 60), now() + make_interval(secs => p_seconds))
  on conflict (operation) do update set paused_until = greatest(p.paused_until, excluded.paused_until)
$function$;
comment on function pause_whop(text,double precision) is 'Whop has said "too many": nobody calls the operation for so long.';
grant execute on function pause_whop(text,double precision) to wee5_app;

CREATE OR REPLACE FUNCTION public.pays_streak_bonus(p_rules jsonb, p_days integer)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN jsonb_path_exists((p_rules -> 'milestones'::text), '$[*]?(@."days" == $"days" && @."xp" > 0)'::jsonpath, jsonb_build_object('days', p_days));

CREATE OR REPLACE FUNCTION public.period_reached_at(p_community_id text, p_user_id text, p_period text, p_starts_on date)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return coalesce(
    (select a.occurred_at
    from public.activities a
    where a.community_id = p_community_id and a.user_id = p_user_id
      and a.occurred_at >= p_starts_on::timestamp at time zone 'UTC' - interval '1 day'
      and a.occurred_at < (p_starts_on + case p_period when 'week' then interval '9 days' else interval '33 days' end) at time zone 'UTC'
      and a.xp <> 0 and date_trunc(p_period, public.activity_day(p_community_id, a.occurred_at))::date = p_starts_on
    order by a.occurred_at desc limit 1),
    -- A week or month may reach back over the edge of the retention.
    (select (o.period_reached ->> (p_period || '/' || p_starts_on))::timestamptz
    from public.openings o
    where o.community_id = p_community_id and o.user_id = p_user_id));
end
$function$;
comment on function period_reached_at(text,text,text,date) is 'When the member''s XP of a week or month last changed, read from the log and the opening balance.';

CREATE OR REPLACE FUNCTION public.postpone_notification(p_community_id text, p_notification_id uuid, p_token uuid, p_seconds double precision, p_quiet_until timestamp with time zone, p_error text, p_failed boolean, p_by_us boolean)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  update public.notifications n set
    next_attempt_at = coalesce(p_quiet_until, now() + p_seconds * interval '1 second'),
    -- Quiet hours do not make it old.
    expires_at = n.expires_at + coalesce(greatest(p_quiet_until - now(), interval '0'), interval '0'),
    failures = case when p_failed then n.failures + 1 else n.failures end,
    errors = case when p_by_us then n.errors + 1 else 0 end,
    last_error = coalesce(p_error, n.last_error), lease_token = null, leased_until = null, updated_at = now()
  where n.community_id = p_community_id and n.notification_id = p_notification_id and n.lease_token = p_token
    and n.state in ('due', 'sending');
  if not found then
    return false;
  end if;
  if p_quiet_until is null and p_seconds <= 60 then
    -- Sooner than the next look at all communities.
    perform graphile_worker.add_job('send_notifications', json_build_object('communityId', p_community_id),
      job_key => 'send_notifications_soon:' || p_community_id, run_at => now() + p_seconds * interval '1 second');
  end if;
  return true;
end
$function$;
comment on function postpone_notification(text,uuid,uuid,double precision,timestamp with time zone,text,boolean,boolean) is 'Gives a message back for later: in so many seconds of this clock, or when quiet hours end. False when the lease is another''s.';
grant execute on function postpone_notification(text,uuid,uuid,double precision,timestamp with time zone,text,boolean,boolean) to wee5_app;

CREATE OR REPLACE FUNCTION public.pull_sync_again(p_community_id text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  update public.sync_communities s set pulled_to = least(s.pulled_to, now() - interval '48 hours') where s.community_id = p_community_id;
end
$function$;
comment on function pull_sync_again(text) is 'A place is new: what was recorded there before it was known is pulled too.';
grant execute on function pull_sync_again(text) to wee5_app;

CREATE OR REPLACE FUNCTION public.pull_sync_items(p_community_id text, p_lease_token uuid, p_lease_seconds double precision)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_sync public.sync_communities;
  v_recorded integer;
begin
  perform public.hold_sync(p_community_id, p_lease_token, p_lease_seconds);
  select * into strict v_sync from public.sync_communities s where s.community_id = p_community_id;
  with recorded as materialized (
    select l.activity_id, l.action, l.experience_id, l.occurred_at, l.recorded_at, l.source, l.outcome
    from public.activity_log l
    -- By the index on the time alone: the key's would be read over the whole community for what came in the last minutes.
    where l.community_id || '' = p_community_id and l.recorded_at > v_sync.pulled_to and l.occurred_at > now() - interval '90 days'
  ), pulled as (
    insert into public.sync_items (community_id, kind, item_id, place_id, occurred_at)
    select p_community_id, r.action, substr(r.activity_id, length(r.action) + 2), p.place_id, r.occurred_at
    from recorded r
    cross join lateral (select p.place_id from public.sync_places p
      where p.community_id = p_community_id and (p.experience_id = r.experience_id or p.place_id = r.experience_id)
      order by p.place_id limit 1) p
    where r.action in ('message', 'post', 'comment') and r.source in ('webhook', 'sync', 'history')
      and r.outcome not in ('bad_time', 'too_old')
      and (r.action <> 'message' or r.occurred_at > now() - interval '49 hours')
    on conflict do nothing
  )
  select count(*) into v_recorded from recorded r where r.recorded_at > v_sync.pulled_to + interval '1 minute';
  update public.sync_communities s set
    -- What is being recorded right now is not seen yet; no transaction takes a minute.
    pulled_to = greatest(s.pulled_to, now() - interval '1 minute'),
    busy = least(1e6, s.busy * exp(-extract(epoch from now() - coalesce(s.last_run_at, now())) / 3600) + v_recorded),
    last_run_at = now()
  where s.community_id = p_community_id;
end
$function$;
comment on function pull_sync_items(text,uuid,double precision) is 'Begins a turn: what has been recorded since the last one is to be looked for from now on, and says how busy the community is.';
grant execute on function pull_sync_items(text,uuid,double precision) to wee5_app;

CREATE OR REPLACE FUNCTION public.put_off_job(p_job_id bigint, p_worker_id text, p_locked_at timestamp with time zone, p_key text, p_error text, p_pause_seconds double precision, p_max_attempts integer)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_job graphile_worker._private_jobs;
begin
  select j.* into v_job from graphile_worker._private_jobs j
  where j.id = p_job_id and j.locked_by = p_worker_id
    and j.locked_at between p_locked_at - interval '2 milliseconds' and p_locked_at + interval '2 milliseconds'
  for update;
  if not found then
    return 'lost';
  end if;
  perform public.unlock_queue(v_job.job_queue_id, p_worker_id);
  if v_job.key is null and p_key is not null then
    delete from graphile_worker._private_jobs j where j.id = p_job_id;
    return 'replaced';
  end if;
  update graphile_worker._private_jobs j
  set locked_by = null, locked_at = null, last_error = left(p_error, 2000), max_attempts = p_max_attempts,
    attempts = least(j.attempts, p_max_attempts), run_at = now() + make_interval(secs => p_pause_seconds), updated_at = now()
  where j.id = p_job_id;
  if v_job.attempts < p_max_attempts then
    return 'again';
  end if;
  -- The newest one of the same says it all.
  delete from graphile_worker._private_jobs j
  where j.task_id = v_job.task_id and j.payload::text = v_job.payload::text and j.id < p_job_id
    and j.locked_by is null and j.attempts >= j.max_attempts;
  return 'over';
end
$function$;
comment on function put_off_job(bigint,text,timestamp with time zone,text,text,double precision,integer) is 'After a failure: the job runs again after the pause, or is over when that was its last attempt; one that a later job of its key has replaced is gone. Changes nothing for a worker that has lost it.';

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

CREATE OR REPLACE FUNCTION public.queue_level_up(p_community_id text, p_user_id text, p_old_level integer, p_new_level integer, p_caused_by text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_told integer;
  v_settings jsonb;
  v_is_seen boolean;
begin
  select t.level into v_told from public.told_levels t
  where t.community_id = p_community_id and t.user_id = p_user_id for no key update;
  v_told := coalesce(v_told, p_old_level);
  if p_new_level <= v_told then
    return;
  end if;
  insert into public.told_levels as t (community_id, user_id, level) values (p_community_id, p_user_id, p_new_level)
  on conflict (community_id, user_id) do update set level = excluded.level;

  -- History that came later, by a replay, from before yesterday, by a back-fill or out of a seed, is no news.
  if not exists (
    select from public.activity_identities i
    join public.activity_log l on l.community_id = i.community_id and l.user_id = i.user_id and l.occurred_at = i.occurred_at
      and l.activity_id = i.activity_id
    where i.community_id = p_community_id and i.activity_id = p_caused_by and i.user_id = p_user_id
      and i.occurred_at > now() - interval '24 hours' and l.source not in ('seed', 'history')
  ) or exists (
    select from public.notification_preferences p
    where p.community_id = p_community_id and p.user_id = p_user_id and not p.notifications
  ) then
    return;
  end if;

  -- Whom others do not see, by their own wish or because they have left, nobody speaks of.
  select s.settings, u.visibility = 'public' and u.on_board into v_settings, v_is_seen
  from public.notification_settings s join public.users u on u.community_id = s.community_id and u.user_id = p_user_id
  where s.community_id = p_community_id;
  -- What is due to the member on a channel and has not been said yet says it all at once.
  insert into public.notifications as n (community_id, user_id, about, channel, from_level, to_level)
  select p_community_id, p_user_id, 'level_up', wanted.channel, v_told, p_new_level
  from (values
    ('push', (v_settings ->> 'levelUpPush')::boolean),
    ('announcement', (v_settings -> 'announcement' ->> 'enabled')::boolean and v_is_seen),
    ('direct_message', (v_settings -> 'directMessage' ->> 'enabled')::boolean)
  ) wanted (channel, is_on)
  where wanted.is_on
  on conflict (community_id, user_id, channel) where about = 'level_up' and state = 'due'
    do update set to_level = excluded.to_level, expires_at = excluded.expires_at, updated_at = now();
  if found then
    perform public.queue_notifications(p_community_id);
  end if;
end
$function$;
comment on function queue_level_up(text,text,integer,integer,text) is 'Messages about levels that a member has reached for the first time: one for each way that is switched on, however many levels. None for history, nor for who wants none.';

CREATE OR REPLACE FUNCTION public.queue_notifications(p_community_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform public.wake_worker('send_notifications', p_community_id);
end
$function$;
comment on function queue_notifications(text) is 'Wakes a worker for messages that may be sent. The rows say what is to be done; the job only that it is time to look.';

CREATE OR REPLACE FUNCTION public.queue_reply(p_community_id text, p_user_id text, p_message_id text, p_replying_to_id text, p_channel_id text, p_experience_id text, p_command text, p_asked_at timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_commands jsonb;
  v_cooldown interval;
begin
  perform public.require_community(p_community_id);
  -- One of a member at a time, or two at once would both find that nothing had been asked before.
  perform pg_advisory_xact_lock(10, hashtext(p_community_id || ' ' || p_user_id));
  if exists (
    select from public.notifications n
    where n.community_id = p_community_id and n.dedupe_key = 'command:' || p_message_id
  ) then
    return 'repeated';
  end if;
  -- To who asked a minute ago an answer is noise.
  if p_asked_at <= now() - interval '60 seconds' then
    return 'too_late';
  end if;

  select s.settings -> 'commands' into v_commands from public.notification_settings s where s.community_id = p_community_id;
  if not coalesce((v_commands ->> 'enabled')::boolean, true) or coalesce(v_commands -> 'disabledExperienceIds' ? p_experience_id, false) then
    return 'off';
  end if;
  -- By when they were asked: in whichever order two messages come, one of them is answered, and a repetition changes nothing.
  v_cooldown := make_interval(secs => coalesce((v_commands ->> 'cooldownSeconds')::double precision, 15));
  if exists (
    select from public.notifications n
    where n.community_id = p_community_id and n.user_id = p_user_id and n.about = 'command'
      and (n.payload ->> 'askedAt')::timestamptz > p_asked_at - v_cooldown
      and (n.payload ->> 'askedAt')::timestamptz < p_asked_at + v_cooldown
  ) then
    return 'cooling_down';
  end if;

  insert into public.notifications (community_id, user_id, about, channel, dedupe_key, expires_at, payload)
  values (p_community_id, p_user_id, 'command', 'reply', 'command:' || p_message_id,
    least(p_asked_at, now()) + interval '60 seconds',
    jsonb_build_object('command', p_command, 'channelId', p_channel_id, 'replyingToId', p_replying_to_id, 'askedAt', p_asked_at))
  on conflict (community_id, dedupe_key) do nothing;
  if not found then
    return 'repeated';
  end if;
  perform public.queue_notifications(p_community_id);
  return 'queued';
end
$function$;
comment on function queue_reply(text,text,text,text,text,text,text,timestamp with time zone) is 'Decides whether a command is answered, and if so notes the reply down to be sent: queued, or why not. Commands and channels can be switched off; between two of a member that are answered lies the cooldown.';
grant execute on function queue_reply(text,text,text,text,text,text,text,timestamp with time zone) to wee5_app;

CREATE OR REPLACE FUNCTION public.queue_reward_news(p_community_id text, p_reward_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.notifications as n (community_id, user_id, about, channel, reward_id, dedupe_key)
  select r.community_id, r.user_id, 'reward', 'push', r.reward_id, 'reward:' || r.reward_id
  from public.rewards r
  join public.notification_settings s on s.community_id = r.community_id
  where r.community_id = p_community_id and r.reward_id = p_reward_id and r.state = 'delivered'
    and (s.settings ->> 'rewardPush')::boolean
    -- Found days after it was sent: the member has had it since.
    and coalesce(r.keyed_at, now()) > now() - interval '24 hours'
    and not exists (
      select from public.notification_preferences p
      where p.community_id = r.community_id and p.user_id = r.user_id and not p.notifications)
    -- Earned by what a back-fill has counted: of that nobody is told.
    and not exists (
      select from public.activity_identities i
      join public.activity_log l on l.community_id = i.community_id and l.user_id = i.user_id and l.occurred_at = i.occurred_at
        and l.activity_id = i.activity_id
      where i.community_id = r.community_id and i.activity_id = r.caused_by and l.source = 'history')
    -- What comes with its level needs no second message: that of the level has just named it.
    and not exists (
      select from public.notifications u
      join public.communities c on c.community_id = u.community_id and c.rewards_confirmed_at <= u.created_at
      where u.community_id = r.community_id and u.user_id = r.user_id and u.about = 'level_up' and u.channel = 'push'
        and u.from_level < r.level and u.to_level >= r.level and u.state <> 'cancelled' and u.created_at > now() - interval '1 hour')
  on conflict (community_id, dedupe_key) do nothing;
  if found then
    perform public.queue_notifications(p_community_id);
  end if;
end
$function$;
comment on function queue_reward_news(text,uuid) is 'A message to the member whose reward has just been delivered; called where that is written down. Once for a reward, and not for one that a back-fill has brought.';

CREATE OR REPLACE FUNCTION public.queue_sending(p_community_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform public.wake_worker('send_rewards', p_community_id);
end
$function$;
comment on function queue_sending(text) is 'Wakes a worker for rewards that may be sent. The rows say what is to be done; the job only that it is time to look.';

CREATE OR REPLACE FUNCTION public.queue_streak_warnings(p_community_id text, p_day date, p_until timestamp with time zone, p_members jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_queued integer;
begin
  perform public.require_community(p_community_id);
  insert into public.notifications (community_id, user_id, about, channel, dedupe_key, expires_at, payload)
  select p_community_id, m."userId", 'streak_warning', 'push', 'streak:' || m."userId" || ':' || p_day, p_until,
    jsonb_build_object('day', p_day, 'until', p_until, 'days', m.days, 'freezes', m.freezes)
  from jsonb_to_recordset(p_members) as m("userId" text, days integer, freezes integer)
  -- Asked of the rows themselves: somebody may have been active, or changed their mind, since they were read.
  join public.users u on u.community_id = p_community_id and u.user_id = m."userId" and u.streak_day < p_day
  join public.notification_preferences p on p.community_id = p_community_id and p.user_id = m."userId"
    and p.streak_warning and p.notifications
  order by m."userId"
  on conflict (community_id, dedupe_key) do nothing;
  get diagnostics v_queued = row_count;
  if v_queued > 0 then
    perform public.queue_notifications(p_community_id);
  end if;
  return v_queued;
end
$function$;
comment on function queue_streak_warnings(text,date,timestamp with time zone,jsonb) is 'Notes down that members [{userId, days, freezes}] are told that nothing has been counted for them on a day that ends then. Once for a member and day. Returns how many.';
grant execute on function queue_streak_warnings(text,date,timestamp with time zone,jsonb) to wee5_app;

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
  v_role text;
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  select c.thresholds into v_thresholds from public.level_curves c where c.community_id = p_community_id;
  select * into v_user from public.users u where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  if not found then
    raise exception 'no member % in %', p_user_id, p_community_id using errcode = 'W5N01';
  end if;
  select * into v_opening from public.openings o where o.community_id = p_community_id and o.user_id = p_user_id;
  v_paid := coalesce(v_opening.last_paid, '{}');
  select coalesce(jsonb_object_agg(o.day || '/' || o.action, o.xp), '{}') into v_used
  from public.opening_days o
  where o.community_id = p_community_id and o.user_id = p_user_id and o.day >= v_opening.closed_before::date - 2
    and o.action not in ('adjustment', 'streak_bonus');

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
    -- Before the member's life here began anew nothing counts. Bonuses of streaks follow from the days, when these are known.
    if v_row.occurred_at < v_user.reset_at or v_row.action = 'streak_bonus' then
      if v_row.occurred_at < v_user.reset_at and v_row.outcome <> 'reset' then
        insert into public.corrections (community_id, user_id, occurred_at, activity_id, sequence, settings_version, outcome,
          base_xp, xp, xp_difference, cause)
        values (p_community_id, p_user_id, v_row.occurred_at, v_row.activity_id, v_row.corrections + 1, v_now.version,
          'reset', 0, 0, -v_row.xp, p_cause);
        v_corrected := v_corrected + 1;
      elsif v_row.outcome = 'awarded' then
        insert into pg_temp.rebuilt_days values (v_day, v_row.action, 1, 1, v_row.xp, v_row.occurred_at);
      end if;
      continue;
    end if;
    v_role := null;
    if v_now.settings -> 'multipliers' -> 'roles' <> '{}' then
      v_role := public.role_at(p_community_id, p_user_id, v_row.occurred_at);
    end if;
    v_key := v_day || '/' || v_row.action;
    v_decision := public.decide_activity(v_now.settings, p_community_id, v_row.activity_id, v_row.action, p_user_id,
      v_row.experience_id, v_row.subject_user_id, v_row.content_length, v_row.amount, v_row.occurred_at,
      (v_paid ->> v_row.action)::timestamptz, coalesce((v_used ->> v_key)::bigint, 0),
      coalesce((select sum(value::bigint) from jsonb_each_text(v_used) where starts_with(key, v_day || '/')), 0)::bigint, v_role);
    if v_decision.outcome = 'awarded' and v_row.amount is null then
      v_paid := jsonb_set(v_paid, array[v_row.action], to_jsonb(v_row.occurred_at));
      v_used := jsonb_set(v_used, array[v_key], to_jsonb(coalesce((v_used ->> v_key)::bigint, 0) + v_decision.xp));
      if jsonb_array_length(jsonb_path_query_array(v_used, '$.*')) > 64 then
        select coalesce(jsonb_object_agg(key, value), '{}') into v_used from jsonb_each(v_used)
        where split_part(key, '/', 1)::date >= v_day - 2;
      end if;
    end if;
    if v_decision.outcome <> v_row.outcome or v_decision.xp <> v_row.xp or v_decision.base_xp <> v_row.base_xp then
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
  v_edge := coalesce((select o.closed_before::date - 1 from public.opening_balances o
    where o.community_id = p_community_id and o.user_id = p_user_id), '1970-01-01'::date);
  delete from public.daily_rollups r where r.community_id = p_community_id and r.user_id = p_user_id and r.day >= v_edge;
  insert into public.daily_rollups (community_id, user_id, day, action, activities, paid, xp)
  select p_community_id, p_user_id, d.day, d.action, sum(d.activities), sum(d.paid), sum(d.xp) from (
    select day, action, activities, paid, xp from pg_temp.rebuilt_days
    union all
    select o.day, o.action, o.activities, o.paid, o.xp from public.opening_days o
    where o.community_id = p_community_id and o.user_id = p_user_id and o.day >= v_edge and v_opening.user_id is not null
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
  where a.community_id = p_community_id and a.user_id = p_user_id and a.outcome <> 'bad_time' and a.action <> 'streak_bonus'
  order by a.action, a.occurred_at desc, a.activity_id desc
  on conflict (community_id, user_id, action) do update
    set last_paid_at = excluded.last_paid_at,
      newest_at = greatest(member_actions.newest_at, excluded.newest_at),
      newest_id = case when (member_actions.newest_at, member_actions.newest_id) > (excluded.newest_at, excluded.newest_id)
        then member_actions.newest_id else excluded.newest_id end;

  -- Of actions that are only in closed months.
  update public.member_actions m set last_paid_at = (v_paid ->> m.action)::timestamptz
  where m.community_id = p_community_id and m.user_id = p_user_id
    and m.last_paid_at is distinct from (v_paid ->> m.action)::timestamptz;

  select coalesce(v_opening.xp, 0) + coalesce(sum(xp), 0) into v_xp from pg_temp.rebuilt_days;
  v_xp := v_xp + public.settle_streak(p_community_id, p_user_id, p_cause, null);
  v_level := public.level_at(v_thresholds, v_xp);
  update public.users u set
    xp = v_xp,
    xp_bucket = public.xp_bucket_of(v_xp),
    level = v_level,
    total_messages = coalesce(v_opening.total_messages, 0) + (select count(*) from pg_temp.rebuilt_days where action = 'message'),
    total_posts = coalesce(v_opening.total_posts, 0) + (select count(*) from pg_temp.rebuilt_days where action = 'post'),
    total_reactions = coalesce(v_opening.total_reactions, 0) + (select count(*) from pg_temp.rebuilt_days where action = 'reaction'),
    last_activity_at = coalesce(
      (select a.occurred_at from public.activities a where a.community_id = p_community_id and a.user_id = p_user_id
        and a.outcome not in ('bad_time', 'reversed', 'reset') and a.action <> 'streak_bonus'
        order by a.occurred_at desc limit 1), v_opening.last_activity_at),
    updated_at = now()
  where u.community_id = p_community_id and u.user_id = p_user_id;
  perform public.settle_reached_at(p_community_id, p_user_id);
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

CREATE OR REPLACE FUNCTION public.record_membership(p_community_id text, p_user_id text, p_event_id text, p_membership_id text, p_kind text, p_occurred_at timestamp with time zone, p_source text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_settled jsonb;
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock(13, hashtext(p_community_id || ' ' || p_user_id));
  -- What a wrong clock dates far ahead would outweigh all that comes until then.
  insert into public.membership_events (community_id, user_id, event_id, membership_id, kind, occurred_at, source)
  values (p_community_id, p_user_id, p_event_id, p_membership_id, p_kind,
    case when p_occurred_at > now() + interval '5 minutes' then now() else p_occurred_at end, p_source)
  on conflict do nothing;
  v_settled := public.settle_membership(p_community_id, p_user_id);
  if p_kind in ('joined', 'unbanned') then
    perform public.resume_waiting(p_community_id, p_user_id);
  end if;
  return v_settled;
end
$function$;
comment on function record_membership(text,text,text,text,text,timestamp with time zone,text) is 'Records once that somebody came, went, was banned or let in again, and settles what follows from it. What waited for a membership is looked at again, told once or again.';
grant execute on function record_membership(text,text,text,text,text,timestamp with time zone,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.recover_dead_jobs(p_silent_seconds double precision)
 RETURNS TABLE(job_id bigint, task text, is_over boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_since timestamptz := now() - make_interval(secs => p_silent_seconds);
  v_dead text[];
begin
  delete from public.worker_heartbeats w where w.seen_at < v_since;
  -- Somebody who has only just begun may not have said so yet.
  select array_agg(held.locked_by) into v_dead from (
    select h.locked_by from (
      select j.locked_by, j.locked_at from graphile_worker._private_jobs j
      union all select q.locked_by, q.locked_at from graphile_worker._private_job_queues q
    ) h where h.locked_by is not null group by h.locked_by having max(h.locked_at) < v_since
  ) held
  where not exists (select from public.worker_heartbeats w where w.worker_id = held.locked_by);

  -- A later job of the same key has taken the place of such a one.
  delete from graphile_worker._private_jobs j
  where j.locked_by = any(v_dead) and j.key is null and j.attempts >= j.max_attempts and j.updated_at > j.locked_at;

  -- Behind those that wait, and later each time after some, for it may be what kills its workers.
  return query
  update graphile_worker._private_jobs j
  set locked_by = null, locked_at = null,
    run_at = greatest(j.run_at, now()) + greatest(0, j.attempts - 4) * interval '1 minute',
    last_error = 'Its worker was killed or frozen while it worked on this.', updated_at = now()
  from graphile_worker._private_tasks t
  where j.locked_by = any(v_dead) and t.id = j.task_id
  returning j.id, t.identifier, j.attempts >= j.max_attempts;

  perform graphile_worker.force_unlock_workers(v_dead);
end
$function$;
comment on function recover_dead_jobs(double precision) is 'Gives back the jobs of workers that nothing has been heard of for so many seconds, and tells which.';
grant execute on function recover_dead_jobs(double precision) to wee5_app;

CREATE OR REPLACE FUNCTION public.refer_reward(p_community_id text, p_reward_id uuid, p_lease_token uuid, p_problem text, p_last_error text, p_nothing_sent boolean)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  if p_nothing_sent then
    perform pg_advisory_xact_lock(9, hashtext(p_community_id));
  end if;
  update public.rewards r set state = 'needs_attention', problem = p_problem, last_error = p_last_error, waits_for = null,
    idempotency_key = case when not p_nothing_sent then r.idempotency_key end,
    keyed_at = case when not p_nothing_sent then r.keyed_at end,
    request = case when not p_nothing_sent then r.request end,
    code = case when not p_nothing_sent then r.code end,
    budget_month = case when not p_nothing_sent then r.budget_month end,
    errors = 0, lease_token = null, leased_until = null, updated_at = now()
  where r.community_id = p_community_id and r.reward_id = p_reward_id and r.lease_token = p_lease_token
    and r.state in ('confirmed', 'sending', 'waiting');
  return found;
end
$function$;
comment on function refer_reward(text,uuid,uuid,text,text,boolean) is 'To a person. Where it is certain that nothing was sent the key goes with it: Whop would repeat its refusal under it, and the days are free for others.';
grant execute on function refer_reward(text,uuid,uuid,text,text,boolean) to wee5_app;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'W5A01';
end
$function$;

CREATE OR REPLACE FUNCTION public.release_reward(p_community_id text, p_reward_id uuid, p_lease_token uuid, p_pause_seconds double precision, p_last_error text, p_because text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  update public.rewards r set
    -- Turned away at the door a call cannot have had an effect.
    calls = r.calls - (p_because = 'turned_away')::integer,
    failures = r.failures + (p_because <> 'not_now')::integer,
    errors = case p_because when 'error' then r.errors + 1 when 'not_now' then r.errors else 0 end,
    state = case when p_because = 'error' and r.errors >= 7 then 'needs_attention' else r.state end,
    problem = case when p_because = 'error' and r.errors >= 7 then 'error' end,
    waits_for = case when p_because = 'error' and r.errors >= 7 then null else r.waits_for end,
    last_error = coalesce(p_last_error, r.last_error), lease_token = null, leased_until = null,
    next_attempt_at = now() + make_interval(secs => p_pause_seconds),
    updated_at = case when p_because = 'error' and r.errors >= 7 then now() else r.updated_at end
  where r.community_id = p_community_id and r.reward_id = p_reward_id and r.lease_token = p_lease_token
    and r.state in ('confirmed', 'sending', 'waiting');
  return found;
end
$function$;
comment on function release_reward(text,uuid,uuid,double precision,text,text) is 'Puts it back until later because of: failed (a call or a read came to nothing) | turned_away (429: that call does not count) | error (our own; the eighth in a row is for a person) | not_now (no attempt was made).';
grant execute on function release_reward(text,uuid,uuid,double precision,text,text) to wee5_app;

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

CREATE OR REPLACE FUNCTION public.replace_reward_differences(p_community_id text, p_found jsonb, p_at timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_new integer;
begin
  perform public.require_community(p_community_id);
  -- Two runs at once end one after the other.
  update public.communities c set rewards_compared_at = p_at, rewards_unread_at = null where c.community_id = p_community_id;
  with found as (
    select distinct on (f.kind, f.subject) f.*
    from jsonb_to_recordset(p_found) as f(kind text, subject text, severity text, reward_id uuid, whop_id text, code_end text,
      expected_until timestamptz, found_until timestamptz)
    where f.reward_id is null
      or exists (select from public.rewards r where r.community_id = p_community_id and r.reward_id = f.reward_id)
  ), gone as (
    delete from public.reward_differences d where d.community_id = p_community_id
      and not exists (select from found f where f.kind = d.kind and f.subject = d.subject)
  ), kept as (
    insert into public.reward_differences as d (community_id, kind, subject, severity, reward_id, whop_id, code_end,
      expected_until, found_until, first_seen_at)
    select p_community_id, f.kind, f.subject, f.severity, f.reward_id, f.whop_id, f.code_end, f.expected_until, f.found_until, p_at
    from found f
    on conflict (community_id, kind, subject) do update set severity = excluded.severity, reward_id = excluded.reward_id,
      whop_id = excluded.whop_id, code_end = excluded.code_end, expected_until = excluded.expected_until,
      found_until = excluded.found_until
    returning d.first_seen_at
  )
  select count(*) into v_new from kept k where k.first_seen_at = p_at;
  return v_new;
end
$function$;
comment on function replace_reward_differences(text,jsonb,timestamp with time zone) is 'Writes what a comparison with Whop has found; what was found before keeps when it was first seen. Returns how many are new.';
grant execute on function replace_reward_differences(text,jsonb,timestamp with time zone) to wee5_app;

CREATE OR REPLACE FUNCTION public.replay_member(p_community_id text, p_user_id text, p_activity activities, p_change text, OUT outcome text, OUT base_xp bigint, OUT xp bigint, OUT settings_version integer, OUT day date, OUT xp_difference bigint, OUT paid_changed boolean)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_total_cap boolean;
  v_any_cap boolean;
  v_roles boolean;
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
      or jsonb_path_exists(s.settings, '$.actions.*.dailyXpCap ? (@ != null)')), false),
    coalesce(bool_or(s.settings -> 'multipliers' -> 'roles' <> '{}'), false)
  into v_total_cap, v_any_cap, v_roles
  from public.settings_versions s where s.community_id = p_community_id;
  xp_difference := 0;
  paid_changed := false;

  -- A day, in whatever time zones the versions name, lies within fifty hours.
  if v_any_cap then
    v_from := p_activity.occurred_at - interval '3 days';
    select coalesce(jsonb_object_agg(o.day || '/' || o.action, o.xp), '{}') into v_used_old
    from public.opening_days o
    where o.community_id = p_community_id and o.user_id = p_user_id and o.day >= v_from::date - 1
      and o.action not in ('adjustment', 'streak_bonus')
      and exists (select from public.openings b where b.community_id = o.community_id and b.user_id = o.user_id);
  end if;

  select coalesce(jsonb_object_agg(last.action, last.at), '{}') into v_paid_old from (
    select m.action, coalesce(
      (select a.occurred_at from public.activities a
        where a.community_id = p_community_id and a.user_id = p_user_id and a.action = m.action and a.outcome = 'awarded'
          and a.amount is null and a.occurred_at < v_from
        order by a.occurred_at desc limit 1),
      (select (o.last_paid ->> m.action)::timestamptz from public.openings o
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
      coalesce((select sum(value::bigint) from jsonb_each_text(v_used_new) where starts_with(key, day || '/')), 0)::bigint,
      case when v_roles then public.role_at(p_community_id, p_user_id, p_activity.occurred_at) end);
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
        and a.outcome not in ('bad_time', 'reversed', 'reset') and a.amount is null and (v_total_cap or a.action = p_activity.action)
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
        coalesce((select sum(value::bigint) from jsonb_each_text(v_used_new) where starts_with(key, v_day || '/')), 0)::bigint,
        case when v_roles then public.role_at(p_community_id, p_user_id, v_row.occurred_at) end);
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
        paid_changed := paid_changed or v_decision.outcome is distinct from v_row.outcome;
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

CREATE OR REPLACE FUNCTION public.request_sync(p_community_id text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  insert into public.sync_communities (community_id, counts_from)
  select c.community_id, greatest(c.created_at, now() - interval '1 day') from public.communities c where c.community_id = p_community_id
  on conflict do nothing;
  update public.sync_features f set due_at = least(f.due_at, now())
  where f.community_id = p_community_id and f.problem is distinct from 'rate_limited';
  update public.sync_communities s set next_run_at = least(s.next_run_at, now()) where s.community_id = p_community_id;
  perform public.wake_worker('sync_community', p_community_id);
end
$function$;
comment on function request_sync(text) is 'A creator wants it read now, also what was refused before.';
grant execute on function request_sync(text) to wee5_app;

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

CREATE OR REPLACE FUNCTION public.reread_back_fill_place(p_community_id text, p_token uuid, p_place_id text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  if not public.hold_back_fill(p_community_id, p_token, 'reading') then
    return false;
  end if;
  update public.back_fill_places p set cursor = null, pages = 0, read_back_to = null, last_page = null
  where p.community_id = p_community_id and p.place_id = p_place_id;
  return true;
end
$function$;
comment on function reread_back_fill_place(text,uuid,text) is 'Begins a place anew, where its cursor leads nowhere or Whop has forgotten it. What has been set down is not set down twice.';
grant execute on function reread_back_fill_place(text,uuid,text) to wee5_app;

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

CREATE OR REPLACE FUNCTION public.resume_waiting(p_community_id text, p_user_id text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_resumed integer;
begin
  perform public.require_community(p_community_id);
  update public.rewards r set next_attempt_at = now()
  where r.community_id = p_community_id and r.user_id = p_user_id and r.state = 'waiting' and r.next_attempt_at > now();
  get diagnostics v_resumed = row_count;
  if v_resumed > 0 then
    perform public.queue_sending(p_community_id);
  end if;
  return v_resumed;
end
$function$;
comment on function resume_waiting(text,text) is 'A membership of the member has begun: what waited for one is looked at now.';
grant execute on function resume_waiting(text,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.reward_actions(p_reward rewards)
 RETURNS text[]
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select case p_reward.state
    when 'due' then array['cancel']
    when 'confirmed' then
      case when p_reward.next_attempt_at > now() and p_reward.waits_for is distinct from 'budget' then array['retry'] else '{}' end
        || array['cancel']
    when 'waiting' then array['retry', 'cancel']
    when 'sending' then case when p_reward.next_attempt_at > now() then array['retry'] else '{}' end
    when 'needs_attention' then
      case when p_reward.level_lost_at is null then array['retry'] else '{}' end || array['settle_sent']
        || case when p_reward.idempotency_key is not null then array['settle_not_sent'] else '{}' end || array['cancel']
    else '{}'
  end
$function$;
comment on function reward_actions(rewards) is 'What a person may do with a reward. One that is being sent may have arrived: nobody cancels it before it is known. Where a key was used a person may say that nothing came of it; where none counts, nothing has.';
grant execute on function reward_actions(rewards) to wee5_app;

CREATE OR REPLACE FUNCTION public.role_at(p_community_id text, p_user_id text, p_at timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return coalesce(
    (select r.role from public.member_roles r
      where r.community_id = p_community_id and r.user_id = p_user_id and r.valid_from <= p_at
      order by r.valid_from desc limit 1), 'member');
end
$function$;
comment on function role_at(text,text,timestamp with time zone) is 'The role a member had at a moment.';

CREATE OR REPLACE FUNCTION public.save_notification_settings(p_community_id text, p_by text, p_settings jsonb, p_seen integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_stored public.notification_settings;
begin
  perform public.require_community(p_community_id);
  select * into v_stored from public.notification_settings s where s.community_id = p_community_id for no key update;
  if not found then
    raise exception 'no community %', p_community_id using errcode = 'W5N01';
  end if;
  if v_stored.settings = p_settings then
    return v_stored.version;
  end if;
  if v_stored.version <> p_seen then
    raise exception 'notification settings of % are at version %, not %', p_community_id, v_stored.version, p_seen using errcode = 'W5S01';
  end if;
  update public.notification_settings s set settings = p_settings, version = s.version + 1, updated_at = now()
  where s.community_id = p_community_id;
  perform public.write_audit(p_community_id, p_by, 'notifications.changed', null, jsonb_build_object('version', v_stored.version + 1,
    'changed', (select jsonb_object_agg(n.key, n.value) from jsonb_each(p_settings) n where v_stored.settings -> n.key is distinct from n.value)));
  return v_stored.version + 1;
end
$function$;
comment on function save_notification_settings(text,text,jsonb,integer) is 'Stores what a community tells its members and returns the version. The same again changes nothing; a change made of another version than the stored one is refused.';
grant execute on function save_notification_settings(text,text,jsonb,integer) to wee5_app;

CREATE OR REPLACE FUNCTION public.set_free_days_budget(p_community_id text, p_by text, p_days integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_before integer;
begin
  perform public.require_community(p_community_id);
  -- Whoever begins a reward decides before or after, never on the old number while this one is written.
  perform pg_advisory_xact_lock(9, hashtext(p_community_id));
  select c.free_days_per_month into v_before from public.communities c where c.community_id = p_community_id for no key update;
  if not found or v_before is not distinct from p_days then
    return false;
  end if;
  update public.communities c set free_days_per_month = p_days, updated_at = now() where c.community_id = p_community_id;
  if p_days is null or p_days > v_before then
    update public.rewards r set next_attempt_at = now()
    where r.community_id = p_community_id and r.state = 'confirmed' and r.waits_for = 'budget';
    if found then
      perform public.queue_sending(p_community_id);
    end if;
  end if;
  perform public.write_audit(p_community_id, p_by, 'reward.budget', null,
    jsonb_build_object('freeDaysPerMonth', p_days, 'before', v_before));
  return true;
end
$function$;
comment on function set_free_days_budget(text,text,integer) is 'How many free days a month may cost; null for no limit. More of them wakes what waits for the next month. Returns whether it is another number than before.';
grant execute on function set_free_days_budget(text,text,integer) to wee5_app;

CREATE OR REPLACE FUNCTION public.set_member_role(p_community_id text, p_user_id text, p_role text, p_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_at timestamptz := date_trunc('milliseconds', p_at);
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  if public.role_at(p_community_id, p_user_id, v_at) = p_role then
    return false;
  end if;
  -- The row is what awards of the member wait for, also the first.
  insert into public.users (community_id, user_id) values (p_community_id, p_user_id) on conflict do nothing;
  perform 1 from public.users u where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  if public.role_at(p_community_id, p_user_id, v_at) = p_role then
    return false;
  end if;
  insert into public.member_roles (community_id, user_id, valid_from, role) values (p_community_id, p_user_id, v_at, p_role)
  on conflict (community_id, user_id, valid_from) do update set role = excluded.role;
  if exists (select from public.settings_versions s
      where s.community_id = p_community_id and s.settings -> 'multipliers' -> 'roles' <> '{}')
    and exists (select from public.activity_log l
      where l.community_id = p_community_id and l.user_id = p_user_id and l.occurred_at >= v_at) then
    perform public.rebuild_member(p_community_id, p_user_id, 'role');
  end if;
  return true;
end
$function$;
comment on function set_member_role(text,text,text,timestamp with time zone) is 'Says which role a member has from a moment on, and folds anew what it priced otherwise. Whether that was news; the same again changes nothing.';
grant execute on function set_member_role(text,text,text,timestamp with time zone) to wee5_app;

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
  if starts_with(p_activity_id, 'streak_bonus:') then
    raise exception 'a streak bonus follows from the days and is not taken out by itself: %', p_activity_id using errcode = 'W5B01';
  end if;
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
  if v_activity.occurred_at < v_user.reset_at then
    -- It had no effect, and has none now.
    insert into public.corrections (community_id, user_id, occurred_at, activity_id, sequence, settings_version, outcome, base_xp,
      xp, xp_difference, cause, caused_by)
    values (p_community_id, v_activity.user_id, v_activity.occurred_at, p_activity_id, v_activity.corrections + 1,
      v_activity.settings_version, case when p_removed then 'reversed' else 'reset' end, 0, 0, 0,
      case when p_removed then 'removed' else 'restored' end, p_activity_id);
    return public.stored_receipt(p_community_id, p_activity_id) || jsonb_build_object('duplicate', false,
      'state', case when p_removed then 'removed' else 'restored' end);
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
  if v_decision.paid_changed or v_decision.outcome <> v_activity.outcome and public.makes_day_active(v_activity.action) then
    v_difference := v_difference + public.settle_streak(p_community_id, v_activity.user_id,
      case when p_removed then 'removed' else 'restored' end, p_activity_id);
  end if;
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
        where m.community_id = p_community_id and m.user_id = v_activity.user_id
          and m.outcome not in ('bad_time', 'reversed', 'reset') and m.action <> 'streak_bonus'
        order by m.occurred_at desc limit 1),
      (select o.last_activity_at from public.openings o
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

CREATE OR REPLACE FUNCTION public.set_streak_bonus(p_community_id text, p_user_id text, p_activity_id text, p_at timestamp with time zone, p_xp bigint, p_cause text, p_caused_by text)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_stored public.activities;
  v_difference bigint := 0;
begin
  select a.* into v_stored from public.activity_identities i
  join public.activities a on a.community_id = i.community_id and a.user_id = i.user_id and a.occurred_at = i.occurred_at
    and a.activity_id = i.activity_id
  where i.community_id = p_community_id and i.activity_id = p_activity_id and i.user_id = p_user_id;
  if v_stored.outcome = 'awarded' and v_stored.occurred_at is distinct from p_at then
    v_difference := public.correct_streak_bonus(v_stored, 'reversed', 0, p_cause, p_caused_by);
  end if;
  if p_at is null then
    return v_difference;
  end if;

  insert into public.activity_identities (community_id, activity_id, user_id, occurred_at)
  values (p_community_id, p_activity_id, p_user_id, p_at)
  on conflict (community_id, activity_id) do update
    set user_id = excluded.user_id, occurred_at = excluded.occurred_at, removed_at = null;
  select * into v_stored from public.activities a
  where a.community_id = p_community_id and a.user_id = p_user_id and a.occurred_at = p_at and a.activity_id = p_activity_id;
  if not found then
    insert into public.activity_log (community_id, user_id, occurred_at, activity_id, action, amount, source, settings_version,
      outcome, base_xp, xp)
    values (p_community_id, p_user_id, p_at, p_activity_id, 'streak_bonus', p_xp, 'api',
      (select s.version from public.settings_at(p_community_id, p_at) s), 'awarded', p_xp, p_xp);
    perform public.count_streak_bonus(p_community_id, p_user_id, p_at, 1, 1, p_xp);
    return v_difference + p_xp;
  elsif v_stored.outcome <> 'awarded' or v_stored.xp <> p_xp then
    return v_difference + public.correct_streak_bonus(v_stored, 'awarded', p_xp, p_cause, p_caused_by);
  end if;
  return v_difference;
end
$function$;
comment on function set_streak_bonus(text,text,text,timestamp with time zone,bigint,text,text) is 'Makes the bonus of a milestone what it must be: of that amount at that time, or not there (p_at null). Returns the difference in XP.';

CREATE OR REPLACE FUNCTION public.settings_at(p_community_id text, p_at timestamp with time zone, OUT version integer, OUT settings jsonb, OUT holds_until timestamp with time zone)
 RETURNS record
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  select s.version, s.settings || '{}' into settings_at.version, settings_at.settings
  from public.settings_versions s
  where s.community_id = p_community_id and s.valid_from <= p_at
  order by s.version desc limit 1;
  select min(s.valid_from) into holds_until
  from public.settings_versions s
  where s.community_id = p_community_id and s.valid_from > p_at and s.version > settings_at.version;
end
$function$;
comment on function settings_at(text,timestamp with time zone) is 'The settings in force at a moment and until when (null: no end yet).';

CREATE OR REPLACE FUNCTION public.settle_member_streak(p_community_id text, p_user_id text)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_user public.users;
  v_difference bigint;
  v_level integer;
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  select * into v_user from public.users u where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  if not found then
    return 0;
  end if;
  v_difference := public.settle_streak(p_community_id, p_user_id, 'settings', null);
  if v_difference <> 0 then
    select public.level_at(c.thresholds, v_user.xp + v_difference) into v_level
    from public.level_curves c where c.community_id = p_community_id;
    update public.users u set xp = u.xp + v_difference, xp_bucket = public.xp_bucket_of(u.xp + v_difference), level = v_level,
      updated_at = now()
    where u.community_id = p_community_id and u.user_id = p_user_id;
    if v_level <> v_user.level then
      perform public.settle_rewards(p_community_id, p_user_id, v_user.level, v_level, null);
    end if;
  end if;
  return v_difference;
end
$function$;
comment on function settle_member_streak(text,text) is 'Settles the streak of a member whose activities have not changed, as once when streaks came. Returns the XP that made.';
grant execute on function settle_member_streak(text,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.settle_membership(p_community_id text, p_user_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_state record;
  v_user public.users;
  v_on_board boolean;
  v_rebuilt jsonb;
begin
  perform public.require_community(p_community_id);
  -- Who records an event holds it as well: of two at once the second to settle sees both, also where the member has no row yet.
  perform pg_advisory_xact_lock(13, hashtext(p_community_id || ' ' || p_user_id));
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  v_state := public.membership_of(p_community_id, p_user_id, now());
  select * into v_user from public.users u where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  if not found then
    if v_state.membership = 'member' and v_state.reset_at is null then
      return jsonb_build_object('userId', p_user_id, 'membership', 'member', 'moved', false);
    end if;
    insert into public.users (community_id, user_id) values (p_community_id, p_user_id) on conflict do nothing;
    select * into strict v_user from public.users u
    where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  end if;

  if v_state.reset_at is distinct from v_user.reset_at then
    update public.users u set reset_at = v_state.reset_at, updated_at = now()
    where u.community_id = p_community_id and u.user_id = p_user_id;
    v_rebuilt := public.rebuild_member(p_community_id, p_user_id, 'membership');
    perform public.write_audit(p_community_id, 'wee5', 'member.reset', p_user_id, jsonb_build_object('resetAt', v_state.reset_at,
      'before', v_user.reset_at, 'membership', v_state.membership, 'xp', v_rebuilt -> 'xp', 'oldXp', v_rebuilt -> 'oldXp'));
  end if;
  v_on_board := public.stands_on_board(p_community_id, v_user.visibility, v_state.membership);
  if (v_state.membership, v_state.left_at, v_on_board) is distinct from (v_user.membership, v_user.left_at, v_user.on_board) then
    update public.users u set membership = v_state.membership, left_at = v_state.left_at, on_board = v_on_board,
      board_changed_at = case when v_on_board = v_user.on_board then u.board_changed_at else now() end, updated_at = now()
    where u.community_id = p_community_id and u.user_id = p_user_id;
  end if;
  return jsonb_build_object('userId', p_user_id, 'membership', v_state.membership,
    'moved', v_on_board <> v_user.on_board or v_rebuilt is not null);
end
$function$;
comment on function settle_membership(text,text) is 'Makes of a member what their events and the community''s choice say: membership, place on the boards, and from when XP begin anew. Repeating it changes nothing.';
grant execute on function settle_membership(text,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.settle_reached_at(p_community_id text, p_user_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.users u set xp_reached_at = coalesce(
    (select a.occurred_at from public.activities a
      where a.community_id = p_community_id and a.user_id = p_user_id and a.xp <> 0 order by a.occurred_at desc, a.activity_id desc limit 1),
    (select o.xp_reached_at from public.openings o where o.community_id = p_community_id and o.user_id = p_user_id))
  where u.community_id = p_community_id and u.user_id = p_user_id;
end
$function$;

CREATE OR REPLACE FUNCTION public.settle_rewards(p_community_id text, p_user_id text, p_old_level integer, p_new_level integer, p_caused_by text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_due jsonb := '[]';
  v_state text;
begin
  if p_new_level > p_old_level then
    select case when c.rewards_confirmed_at is null then 'due' else 'confirmed' end into v_state
    from public.communities c where c.community_id = p_community_id;
    with due as (
      insert into public.rewards as r (community_id, user_id, rule_id, level, type, value, caused_by, state)
      select p_community_id, p_user_id, rule.rule_id, rule.level, rule.type, rule.value, p_caused_by, v_state
      from public.reward_rules rule
      where rule.community_id = p_community_id and rule.active and rule.level > p_old_level and rule.level <= p_new_level
      order by rule.level, rule.rule_id
      on conflict (community_id, user_id, rule_id) do update
        set state = excluded.state, cancelled_because = null, caused_by = excluded.caused_by, due_at = now(),
          next_attempt_at = now(), updated_at = now()
        where r.state = 'cancelled' and r.cancelled_because = 'level_lost'
      returning r.reward_id, r.level, r.type, r.value
    )
    select coalesce(jsonb_agg(jsonb_build_object('rewardId', reward_id, 'level', level, 'type', type, 'value', value)
      order by level, reward_id), '[]') into v_due from due;
    update public.rewards set level_lost_at = null, updated_at = now()
    where community_id = p_community_id and user_id = p_user_id and level_lost_at is not null and level <= p_new_level;
    if v_state = 'confirmed' and v_due <> '[]' then
      perform public.queue_sending(p_community_id);
    end if;
    perform public.queue_level_up(p_community_id, p_user_id, p_old_level, p_new_level, p_caused_by);
  elsif p_new_level < p_old_level then
    update public.rewards set state = 'cancelled', cancelled_because = 'level_lost', waits_for = null, lease_token = null,
      leased_until = null, updated_at = now()
    where community_id = p_community_id and user_id = p_user_id and level > p_new_level
      and state in ('due', 'confirmed', 'waiting');
    update public.rewards set level_lost_at = now(), updated_at = now()
    where community_id = p_community_id and user_id = p_user_id and level > p_new_level and level_lost_at is null
      and state in ('sending', 'delivered', 'needs_attention');
  end if;
  return v_due;
end
$function$;
comment on function settle_rewards(text,text,integer,integer,text) is 'Rewards of the levels between two levels: due on the way up (each once, also on a jump), confirmed where the creator has agreed to pay. On the way down unsent ones are cancelled and sent ones marked.';

CREATE OR REPLACE FUNCTION public.settle_streak(p_community_id text, p_user_id text, p_cause text, p_caused_by text, p_day date DEFAULT NULL::date)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_user public.users;
  v_from date;
  v_step boolean;
  v_days date[];
  v_day date;
  v_at timestamptz;
  v_now record;
  v_now_until timestamptz := '-infinity';
  v_rules jsonb;
  v_last date;
  v_streak record;
  v_edge timestamptz;
  v_ids text[] := '{}';
  v_times timestamptz[] := '{}';
  v_amounts bigint[] := '{}';
  v_bonus record;
  v_difference bigint := 0;
  v_changed boolean := false;
begin
  select * into strict v_user from public.users u where u.community_id = p_community_id and u.user_id = p_user_id;
  if v_user.reset_at is not null then
    v_from := public.activity_day(p_community_id, v_user.reset_at);
  end if;
  -- No bonus before it may change: its months are closed, or will be tonight.
  v_edge := greatest(date_trunc('month', now() - interval '90 days', 'UTC'), (
    select o.closed_before from public.opening_balances o where o.community_id = p_community_id and o.user_id = p_user_id));
  -- A day after all others changes nothing before it.
  v_step := coalesce(p_day >= v_user.streak_day, false);
  if v_step then
    if p_day = v_user.streak_day or p_day < v_from then
      return 0;
    end if;
    v_days := array[p_day];
    v_last := v_user.streak_day;
    select v_user.streak_days as days, v_user.streak_longest as longest, v_user.streak_freezes as freezes into v_streak;
  else
    select 0 as days, 0 as longest, 0 as freezes into v_streak;
    v_days := array(
      select distinct r.day from public.daily_rollups r
      where r.community_id = p_community_id and r.user_id = p_user_id and r.day >= coalesce(v_from, '-infinity')
        and r.paid > 0 and public.makes_day_active(r.action)
      order by 1);
  end if;

  foreach v_day in array v_days loop
    -- The rules of a day are those at its first moment on Earth, so that they are the same for all that happens in it.
    v_at := v_day::timestamp at time zone 'UTC' - interval '14 hours';
    if v_at >= v_now_until then
      v_now := public.settings_at(p_community_id, v_at);
      v_now_until := coalesce(v_now.holds_until, 'infinity');
      v_rules := public.streak_rules(v_now.settings);
    end if;
    continue when not (v_rules ->> 'enabled')::boolean;
    v_streak := public.streak_step(p_community_id, v_rules, v_last, v_day, v_streak.days, v_streak.longest, v_streak.freezes);
    v_last := v_day;
    if public.pays_streak_bonus(v_rules, v_streak.days) then
      v_at := v_day::timestamp at time zone (v_now.settings ->> 'timeZone');
      if v_at >= v_edge then
        v_ids := v_ids || format('streak_bonus:%s:%s:%s', p_user_id, to_char(v_day, 'YYYY-MM-DD'), v_streak.days);
        v_times := v_times || v_at;
        v_amounts := v_amounts || (select max((m ->> 'xp')::bigint) from jsonb_array_elements(v_rules -> 'milestones') m
          where (m ->> 'days')::integer = v_streak.days);
      end if;
    end if;
  end loop;

  for v_bonus in
    select coalesce(w.id, s.activity_id) as id, w.at, w.xp
    from unnest(v_ids, v_times, v_amounts) w(id, at, xp)
    full join (
      select i.activity_id, i.occurred_at from public.activity_identities i
      where not v_step and i.community_id = p_community_id and i.user_id = p_user_id
        and i.activity_id >= format('streak_bonus:%s:', p_user_id) collate "C"
        and i.activity_id < format('streak_bonus:%s;', p_user_id) collate "C"
    ) s on s.activity_id = w.id
    where s.occurred_at is null or s.occurred_at >= v_edge
    order by 1
  loop
    v_difference := v_difference + public.set_streak_bonus(p_community_id, p_user_id, v_bonus.id, v_bonus.at, v_bonus.xp, p_cause,
      p_caused_by);
    v_changed := true;
  end loop;
  if v_changed then
    perform public.settle_reached_at(p_community_id, p_user_id);
  end if;

  if (v_user.streak_days, v_user.streak_day, v_user.streak_longest, v_user.streak_freezes)
    is distinct from (v_streak.days, v_last, v_streak.longest, v_streak.freezes)
  then
    update public.users u set streak_days = v_streak.days, streak_day = v_last, streak_longest = v_streak.longest,
      streak_freezes = v_streak.freezes, updated_at = now()
    where u.community_id = p_community_id and u.user_id = p_user_id;
  end if;
  if v_streak.longest <> v_user.streak_longest then
    perform public.settle_streak_rewards(p_community_id, p_user_id, v_user.streak_longest, v_streak.longest, p_caused_by);
  end if;
  if p_cause = 'repair' then
    -- Whatever the stored streak was worth, as rebuild_member does for levels.
    perform public.settle_streak_rewards(p_community_id, p_user_id, 2147483647, v_streak.longest, null);
    insert into public.rewards (community_id, user_id, rule_id, streak_days, type, value)
    select p_community_id, p_user_id, rule.rule_id, rule.streak_days, rule.type, rule.value
    from public.reward_rules rule
    where rule.community_id = p_community_id and rule.active and rule.streak_days <= v_streak.longest and rule.created_at <= v_user.created_at
    on conflict do nothing;
    update public.rewards r set state = 'due', cancelled_because = null, due_at = now(), updated_at = now()
    where r.community_id = p_community_id and r.user_id = p_user_id and r.streak_days <= v_streak.longest and r.state = 'cancelled'
      and r.cancelled_because = 'streak_lost';
  end if;
  return v_difference;
end
$function$;
comment on function settle_streak(text,text,text,text,date) is 'Makes a member''s streak, its bonuses and rewards what the days of the roll-ups say. The caller holds the member''s row, has written the roll-ups, and adds the XP that it returns. With p_day, the day that has just become active, one step is enough where that is the last one.';

CREATE OR REPLACE FUNCTION public.settle_streak_rewards(p_community_id text, p_user_id text, p_old_days integer, p_new_days integer, p_caused_by text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_due jsonb := '[]';
  v_state text;
begin
  if p_new_days > p_old_days then
    -- Mostly there is nothing between the two. Rules are never deleted, so that a reward has one as well.
    if not exists (select from public.reward_rules rule
      where rule.community_id = p_community_id and rule.streak_days > p_old_days and rule.streak_days <= p_new_days)
    then
      return v_due;
    end if;
    select case when c.rewards_confirmed_at is null then 'due' else 'confirmed' end into v_state
    from public.communities c where c.community_id = p_community_id;
    with due as (
      insert into public.rewards as r (community_id, user_id, rule_id, streak_days, type, value, caused_by, state)
      select p_community_id, p_user_id, rule.rule_id, rule.streak_days, rule.type, rule.value, p_caused_by, v_state
      from public.reward_rules rule
      where rule.community_id = p_community_id and rule.active and rule.streak_days > p_old_days and rule.streak_days <= p_new_days
      order by rule.streak_days, rule.rule_id
      on conflict (community_id, user_id, rule_id) do update
        set state = excluded.state, cancelled_because = null, caused_by = excluded.caused_by, due_at = now(),
          next_attempt_at = now(), updated_at = now()
        where r.state = 'cancelled' and r.cancelled_because = 'streak_lost'
      returning r.reward_id, r.streak_days, r.type, r.value
    )
    select coalesce(jsonb_agg(jsonb_build_object('rewardId', reward_id, 'streakDays', streak_days, 'type', type, 'value', value)
      order by streak_days, reward_id), '[]') into v_due from due;
    update public.rewards set level_lost_at = null, updated_at = now()
    where community_id = p_community_id and user_id = p_user_id and level_lost_at is not null and streak_days <= p_new_days;
    if v_state = 'confirmed' and v_due <> '[]' then
      perform public.queue_sending(p_community_id);
    end if;
  elsif p_new_days < p_old_days then
    update public.rewards set state = 'cancelled', cancelled_because = 'streak_lost', waits_for = null, lease_token = null,
      leased_until = null, updated_at = now()
    where community_id = p_community_id and user_id = p_user_id and streak_days > p_new_days
      and state in ('due', 'confirmed', 'waiting');
    update public.rewards set level_lost_at = now(), updated_at = now()
    where community_id = p_community_id and user_id = p_user_id and streak_days > p_new_days and level_lost_at is null
      and state in ('sending', 'delivered', 'needs_attention');
  end if;
  return v_due;
end
$function$;
comment on function settle_streak_rewards(text,text,integer,integer,text) is 'As settle_rewards, for rules that ask for days in a row, between two longest streaks of a member.';

CREATE OR REPLACE FUNCTION public.skip_back_fill_places(p_community_id text, p_token uuid, p_place_id text, p_refused text, p_problem text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  if not public.hold_back_fill(p_community_id, p_token, 'reading') then
    return false;
  end if;
  update public.back_fill_places p set is_read = true
  where p.community_id = p_community_id and (p_problem is not null or p.place_id = p_place_id
    or p.kind = any (case p_refused when 'chat' then array['chat'] when 'forum' then array['forum', 'comments'] end));
  update public.back_fills b set refused = array(select distinct r from unnest(b.refused || p_refused) r where r is not null order by 1),
    problem = coalesce(p_problem, b.problem), moved_at = now(), failures = 0
  where b.community_id = p_community_id;
  return true;
end
$function$;
comment on function skip_back_fill_places(text,uuid,text,text,text) is 'Leaves a place that is gone, everything of a kind that Whop does not let us read (p_refused: chat, forum), or all that is left (p_problem). What has been read is counted.';
grant execute on function skip_back_fill_places(text,uuid,text,text,text) to wee5_app;

CREATE OR REPLACE FUNCTION public.stands_on_board(p_community_id text, p_visibility text, p_membership text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select p_visibility <> 'hidden' and (p_membership = 'member' or (
    select public.leavers_of(s.settings) ->> p_membership = 'keep'
    from public.communities c
    join public.settings_versions s on s.community_id = c.community_id and s.version = c.settings_version
    where c.community_id = p_community_id))
$function$;

CREATE OR REPLACE FUNCTION public.start_back_fill(p_community_id text, p_by text, p_days integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform public.require_community(p_community_id);
  perform 1 from public.communities c where c.community_id = p_community_id for no key update;
  if not found then
    raise exception 'no community %', p_community_id using errcode = 'W5N01';
  end if;
  if exists (select from public.back_fills b where b.community_id = p_community_id and b.state in ('reading', 'counting')) then
    return false;
  end if;
  delete from public.back_fills b where b.community_id = p_community_id;
  insert into public.back_fills (community_id, since, started_by)
  values (p_community_id, now() - make_interval(days => p_days), p_by);
  perform public.write_audit(p_community_id, p_by, 'back_fill.started', null, jsonb_build_object('days', p_days));
  perform public.wake_worker('back_fill', p_community_id);
  return true;
end
$function$;
comment on function start_back_fill(text,text,integer) is 'Begins a back-fill over so many days. False while one is under way: that one goes on. What an earlier one has counted is not counted twice.';
grant execute on function start_back_fill(text,text,integer) to wee5_app;

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

CREATE OR REPLACE FUNCTION public.streak_rules(p_settings jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN COALESCE((p_settings -> 'streaks'::text), '{"pauses": [], "enabled": true, "maxFreezes": 2, "milestones": [{"xp": 0, "days": 7}, {"xp": 0, "days": 30}, {"xp": 0, "days": 100}, {"xp": 0, "days": 365}], "freezeEveryDays": 7}'::jsonb);
comment on function streak_rules(jsonb) is 'The part of the settings that streaks go by; versions from before it was known have the defaults.';

CREATE OR REPLACE FUNCTION public.streak_step(p_community_id text, p_rules jsonb, p_last date, p_day date, INOUT days integer, INOUT longest integer, INOUT freezes integer)
 RETURNS record
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_every integer := (p_rules ->> 'freezeEveryDays')::integer;
  v_missed integer := 0;
begin
  if p_last < p_day - 1 then
    v_missed := public.missed_days(p_community_id, p_last, p_day, p_rules -> 'pauses', freezes);
  end if;
  if v_missed <= freezes then
    freezes := freezes - v_missed;
    days := days + 1;
  else
    freezes := 0;
    days := 1;
  end if;
  if v_every > 0 and days % v_every = 0 then
    freezes := least((p_rules ->> 'maxFreezes')::integer, freezes + 1);
  end if;
  longest := greatest(longest, days);
end
$function$;
comment on function streak_step(text,jsonb,date,date,integer,integer,integer) is 'What an active day makes of the streak that its last one, p_last (null: none), has left. p_rules are those of the day, which have streaks on.';

CREATE OR REPLACE FUNCTION public.sync_health()
 RETURNS TABLE(communities integer, waiting_seconds integer, lag_seconds integer, failing_features integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select count(distinct s.community_id)::integer,
    greatest(0, coalesce(max(extract(epoch from now() - greatest(s.next_run_at, s.leased_until))), 0))::integer,
    greatest(0, coalesce(max(extract(epoch from now() - coalesce(f.caught_up_to, s.counts_from)) - coalesce(f.every_seconds, 0))
      filter (where f.problem is null or f.problem not in ('no_permission', 'not_found')), 0))::integer,
    count(f.problem)::integer
  from public.sync_communities s left join public.sync_features f on f.community_id = s.community_id
  where s.paused_at is null
$function$;
comment on function sync_health() is 'How many communities are being read, how long the first in the line has waited for its turn, how far behind the worst is (of what we may read), and how many features have a problem. Numbers only.';
grant execute on function sync_health() to wee5_app;

CREATE OR REPLACE FUNCTION public.unlock_queue(p_queue_id integer, p_worker_id text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update graphile_worker._private_job_queues q set locked_by = null, locked_at = null
  where q.id = p_queue_id and q.locked_by = p_worker_id
$function$;
comment on function unlock_queue(integer,text) is 'Jobs of one named queue run one after the other: the next may run.';

CREATE OR REPLACE FUNCTION public.wake_for_budget()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.rewards r set next_attempt_at = now()
  where r.community_id = new.community_id and r.reward_id = any (array(
    select w.reward_id from public.rewards w where w.community_id = new.community_id and w.state = 'confirmed'
      and w.waits_for = 'budget' order by w.reward_id for no key update skip locked));
  if found then
    perform public.queue_sending(new.community_id);
  end if;
  return null;
end
$function$;
comment on function wake_for_budget() is 'Days have come back into the budget: what waits for it is tried now, and waits again where it still does not fit.';

CREATE OR REPLACE FUNCTION public.wake_worker(p_task text, p_community_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_job graphile_worker._private_jobs;
begin
  -- Awards of several members wake for rewards and messages in any order: each would wait for the other's job.
  perform pg_advisory_xact_lock(11, hashtext(p_community_id));
  loop
    v_job := graphile_worker.add_job(p_task, json_build_object('communityId', p_community_id),
      job_key => p_task || ':' || p_community_id);
    exit when v_job.id is not null;
  end loop;
end
$function$;
comment on function wake_worker(text,text) is 'Lets a worker look what there is to do for a community, certainly after the caller''s commit. The rows say what; the job only that it is time.';

CREATE OR REPLACE FUNCTION public.whop_pause_seconds(p_operation text)
 RETURNS double precision
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select greatest(0, coalesce((select extract(epoch from p.paused_until - now()) from public.whop_pauses p
    where p.operation = left(p_operation, 60)), 0))::double precision
$function$;
comment on function whop_pause_seconds(text) is 'For how long an operation must not be called yet; 0 where it may.';
grant execute on function whop_pause_seconds(text) to wee5_app;

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
