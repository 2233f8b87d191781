create function public.xp_bucket_of(p_xp bigint) returns integer
language sql immutable parallel safe
return case when p_xp <= 0 then -1 else least(p_xp / 256, 2147483647)::integer end;
comment on function public.xp_bucket_of is
  'XP in steps of 256, -1 without XP: what the boards are indexed by. Its body is bound when it is made, so it needs no search_path and is inlined.';
revoke execute on function public.xp_bucket_of(bigint) from public, anon, authenticated;

create table public.daily_rollups (
  community_id text not null,
  user_id text not null,
  day date not null,
  action text not null,
  activities integer not null default 0,
  paid integer not null default 0,
  xp bigint not null default 0,
  primary key (community_id, user_id, day, action)
) with (fillfactor = 80);
comment on table public.daily_rollups is 'Per member, action and day of the community''s time zone. Daily caps are read from here.';

create table public.period_rollups (
  community_id text not null,
  period text not null,
  starts_on date not null,
  user_id text not null,
  activities integer not null default 0,
  xp bigint not null default 0,
  xp_reached_at timestamptz,
  xp_bucket integer not null default -1,
  primary key (community_id, period, starts_on, user_id)
) with (fillfactor = 80);
comment on table public.period_rollups is 'Per member and period, ''week'' (from Monday) or ''month'': the boards of a period read one maintained row, not a sum of days.';
-- Partial, so that no look-up of one member can use it: to the planner it is as good as the key, until a period has members.
create index period_rollups_board on public.period_rollups (community_id, period, starts_on, xp_bucket desc) where xp_bucket >= 0;

alter table public.daily_rollups enable row level security;
alter table public.period_rollups enable row level security;
create policy own_community on public.daily_rollups for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.period_rollups for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
revoke all on public.daily_rollups, public.period_rollups from anon, authenticated;
grant select on public.daily_rollups, public.period_rollups to wee5_app;
