create table public.communities (
  community_id text primary key check (length(community_id) between 1 and 64),
  title text not null default '',
  settings_version integer not null default 1,
  board_public boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.communities is 'A Whop company (biz_…): the tenant. Every other row belongs to exactly one.';
comment on column public.communities.settings_version is 'The newest settings version. An award priced with another is refused.';
comment on column public.communities.board_public is 'Whether the leaderboard may be read without a member''s token.';

create table public.experiences (
  community_id text not null references public.communities on delete cascade,
  experience_id text not null check (length(experience_id) between 1 and 64),
  name text not null default '',
  created_at timestamptz not null default now(),
  primary key (community_id, experience_id),
  unique (experience_id)
);
comment on table public.experiences is 'Places in a community (exp_…, feed_…), remembered once Whop has said to whom they belong.';

create table public.settings_versions (
  community_id text not null references public.communities on delete cascade,
  version integer not null check (version >= 1),
  valid_from timestamptz not null,
  settings jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  primary key (community_id, version)
);
comment on table public.settings_versions is
  'Rates, caps, exclusions and time zone. At a moment the highest version whose valid_from is not later holds: a version replaces everything from its valid_from on.';

create table public.level_curves (
  community_id text primary key references public.communities on delete cascade,
  preset text not null default 'mee6' check (preset in ('mee6', 'custom')),
  thresholds bigint[],
  check ((preset = 'custom') = (thresholds is not null)),
  check (thresholds is null or (cardinality(thresholds) between 1 and 500 and thresholds[1] = 0))
);
comment on table public.level_curves is 'Total XP to level. `thresholds[L]` is the XP at which level L begins; null for the default formula.';

create table public.level_ranks (
  community_id text not null references public.communities on delete cascade,
  level integer not null check (level >= 1),
  name text not null check (length(name) between 1 and 40),
  icon text,
  color text,
  primary key (community_id, level)
);
comment on table public.level_ranks is 'A rank name holds from its level until the next one that is named.';

create table public.reward_rules (
  community_id text not null references public.communities on delete cascade,
  rule_id uuid not null default gen_random_uuid(),
  level integer not null check (level >= 2),
  type text not null check (type in ('free_days', 'promo_code', 'badge', 'custom')),
  value jsonb not null,
  active boolean not null default true,
  created_at timestamptz not null default now(),
  primary key (community_id, rule_id)
);
comment on table public.reward_rules is 'What a level pays. A rule that was ever active is switched off, never deleted: rewards point at it.';
create index reward_rules_by_level on public.reward_rules (community_id, level);

alter table public.communities enable row level security;
alter table public.experiences enable row level security;
alter table public.settings_versions enable row level security;
alter table public.level_curves enable row level security;
alter table public.level_ranks enable row level security;
alter table public.reward_rules enable row level security;

create policy own_community on public.communities for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.experiences for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.settings_versions for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.level_curves for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.level_ranks for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.reward_rules for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));

revoke all on public.communities, public.experiences, public.settings_versions, public.level_curves, public.level_ranks,
  public.reward_rules from anon, authenticated;
grant select on public.communities, public.experiences, public.settings_versions, public.level_curves, public.level_ranks,
  public.reward_rules to wee5_app;
