create domain public.visibility as text check (value in ('public', 'anonymous', 'hidden'));

create table public.users (
  community_id text not null references public.communities on delete cascade,
  user_id text not null,
  xp bigint not null default 0,
  xp_bucket integer not null default -1,
  level integer not null default 1,
  total_messages integer not null default 0,
  total_posts integer not null default 0,
  total_reactions integer not null default 0,
  xp_reached_at timestamptz,
  last_activity_at timestamptz,
  visibility public.visibility not null default 'public',
  visibility_changed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (community_id, user_id)
) with (fillfactor = 80);
comment on table public.users is
  'A member of a community. XP, level and counters are the fold over the member''s activities, written by the award functions alone. No check constraint and no generated column: Postgres parses each anew in every award.';
comment on column public.users.xp is 'Exact sum; may be below zero after an adjustment. Shown as max(0, xp).';
comment on column public.users.xp_reached_at is 'When the newest activity that changed the XP happened: who got there first stands first among equals.';
comment on column public.users.xp_bucket is
  'xp_bucket_of(xp). The board''s index is on this and not on xp, which every award changes: an index there would end heap-only updates.';
create index users_board on public.users (community_id, xp_bucket desc) where xp_bucket >= 0 and visibility <> 'hidden';
create index users_hidden on public.users (community_id, user_id) where visibility = 'hidden';
comment on column public.users.visibility_changed_at is
  'When the member last came onto the boards or left them: with the log and its corrections all that moves a rank, so that the sets in Redis can catch up.';
create index users_visibility_changed on public.users (community_id, visibility_changed_at) where visibility_changed_at is not null;

create table public.member_actions (
  community_id text not null,
  user_id text not null,
  action text not null,
  newest_at timestamptz not null,
  newest_id text collate "C" not null,
  last_paid_at timestamptz,
  primary key (community_id, user_id, action),
  foreign key (community_id, user_id) references public.users on delete cascade
) with (fillfactor = 80);
comment on table public.member_actions is
  'What the constant-time step needs of a member and an action: the newest activity recorded (to know whether another is late) and the last paid one (cooldown).';

create table public.profiles (
  community_id text not null,
  user_id text not null,
  username text,
  name text,
  picture_url text,
  fetched_at timestamptz not null,
  primary key (community_id, user_id),
  foreign key (community_id, user_id) references public.users on delete cascade
);
comment on table public.profiles is 'Name and picture as Whop last gave them. Kept out of `users`, whose row every award rewrites.';

alter table public.users enable row level security;
alter table public.member_actions enable row level security;
alter table public.profiles enable row level security;

create policy own_community on public.users for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
-- A member may choose before earning anything: the row then begins with the choice. XP stay the award functions' alone.
create policy own_community_insert on public.users for insert to wee5_app
  with check (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community_update on public.users for update to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)))
  with check (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.member_actions for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.profiles for all to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)))
  with check (community_id = (select current_setting('wee5.community_id', true)));

revoke all on public.users, public.member_actions, public.profiles from anon, authenticated;
grant select on public.users, public.member_actions to wee5_app;
grant insert (community_id, user_id, visibility, visibility_changed_at), update (visibility, visibility_changed_at, updated_at)
  on public.users to wee5_app;
grant select, insert, update, delete on public.profiles to wee5_app;
