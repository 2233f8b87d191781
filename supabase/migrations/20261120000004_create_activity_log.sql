create table public.activity_identities (
  community_id text not null,
  activity_id text collate "C" not null,
  user_id text,
  occurred_at timestamptz,
  removed_at timestamptz,
  primary key (community_id, activity_id)
);
comment on table public.activity_identities is
  'Every activity younger than the retention, in one index: the same one never counts twice, however late. It is apart from the log because a unique index on a partitioned table must hold the partition key.';
comment on column public.activity_identities.user_id is 'Null when the removal arrived before the activity itself.';

create table public.activity_log (
  community_id text not null,
  user_id text not null,
  occurred_at timestamptz not null,
  activity_id text collate "C" not null,
  action text not null,
  experience_id text,
  subject_user_id text,
  content_length integer,
  content_hash bytea,
  amount bigint,
  claimed_at timestamptz,
  source text not null,
  settings_version integer not null,
  outcome text not null,
  base_xp bigint not null,
  xp bigint not null,
  recorded_at timestamptz not null default now(),
  primary key (community_id, user_id, occurred_at, activity_id)
) partition by range (occurred_at);
comment on table public.activity_log is
  'One row per activity: the fact and its first outcome, never changed. The content itself is never stored. No foreign keys: only the award function writes here, and each check would cost every award.';
comment on column public.activity_log.subject_user_id is 'The other member, where there is one: the author of the message that was reacted to.';
comment on column public.activity_log.content_hash is 'Keyed hash of the normalised text.';
comment on column public.activity_log.amount is 'XP of an adjustment; null for everything that has a rate.';
comment on column public.activity_log.claimed_at is 'Outcome bad_time only: the time the sender claimed. occurred_at is then when it arrived.';
create index activity_log_recorded on public.activity_log using brin (recorded_at) with (pages_per_range = 16, autosummarize = on);

create table public.corrections (
  community_id text not null,
  user_id text not null,
  occurred_at timestamptz not null,
  activity_id text collate "C" not null,
  sequence integer not null check (sequence >= 1),
  settings_version integer not null,
  outcome text not null,
  base_xp bigint not null,
  xp bigint not null,
  xp_difference bigint not null,
  cause text not null check (cause in ('late', 'removed', 'restored', 'settings', 'repair')),
  caused_by text,
  recorded_at timestamptz not null default now(),
  primary key (community_id, user_id, occurred_at, activity_id, sequence)
) partition by range (occurred_at);
comment on table public.corrections is 'What a replay decided otherwise than the log. The newest correction of an activity is its outcome now.';
create index corrections_recorded on public.corrections using brin (recorded_at) with (pages_per_range = 16, autosummarize = on);

create table public.opening_balances (
  community_id text not null,
  user_id text not null,
  closed_before timestamptz not null,
  xp bigint not null,
  total_messages integer not null,
  total_posts integer not null,
  total_reactions integer not null,
  last_paid jsonb not null default '{}',
  period_reached jsonb not null default '{}',
  xp_reached_at timestamptz,
  last_activity_at timestamptz,
  primary key (community_id, user_id),
  foreign key (community_id, user_id) references public.users on delete cascade
);
comment on table public.opening_balances is 'The effect of the months that have left the retention. Replay, removal and what-if end at closed_before.';
comment on column public.opening_balances.last_paid is 'Action to the time of its last paid activity before the edge: a cooldown may reach across it.';
comment on column public.opening_balances.period_reached is 'Week or month (as in week/2026-11-16) to the time its XP last changed before the edge, for those that may reach across it.';

create table public.opening_days (
  community_id text not null,
  user_id text not null,
  day date not null,
  action text not null,
  activities integer not null,
  paid integer not null,
  xp bigint not null,
  primary key (community_id, user_id, day, action),
  foreign key (community_id, user_id) references public.users on delete cascade
);
comment on table public.opening_days is 'What closed months put into days, weeks and months that are still open at the edge.';

alter table public.activity_identities enable row level security;
alter table public.activity_log enable row level security;
alter table public.corrections enable row level security;
alter table public.opening_balances enable row level security;
alter table public.opening_days enable row level security;

create policy own_community on public.activity_identities for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.activity_log for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.corrections for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.opening_balances for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.opening_days for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));

revoke all on public.activity_identities, public.activity_log, public.corrections, public.opening_balances, public.opening_days
  from anon, authenticated;
grant select on public.activity_identities, public.activity_log, public.corrections, public.opening_balances, public.opening_days
  to wee5_app;

-- The log is a ledger: also the owner changes it only by appending.
create function public.refuse_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'W5A01';
end
$$;
revoke execute on function public.refuse_change() from public, anon, authenticated;
create trigger append_only before update on public.activity_log for each row execute function public.refuse_change();
create trigger append_only before update on public.corrections for each row execute function public.refuse_change();

-- Partitions by month of the time it happened, made ahead; called by the migration, at each start of the worker and daily.
create function public.ensure_partitions(p_from date, p_to date) returns integer
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.ensure_partitions is 'Makes the monthly partitions that are missing between two dates; returns how many.';
revoke execute on function public.ensure_partitions(date, date) from public, anon, authenticated;
grant execute on function public.ensure_partitions(date, date) to wee5_app;
