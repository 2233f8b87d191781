create table public.rewards (
  community_id text not null,
  user_id text not null,
  rule_id uuid not null,
  reward_id uuid not null default gen_random_uuid(),
  level integer not null,
  type text not null,
  value jsonb not null,
  state text not null default 'due'
    check (state in ('due', 'confirmed', 'sending', 'delivered', 'waiting', 'needs_attention', 'cancelled')),
  cancelled_because text check (cancelled_because in ('level_lost')),
  caused_by text,
  due_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (community_id, user_id, rule_id),
  unique (reward_id),
  foreign key (community_id, user_id) references public.users on delete cascade,
  foreign key (community_id, rule_id) references public.reward_rules on delete restrict,
  check ((state = 'cancelled') = (cancelled_because is not null))
);
comment on table public.rewards is 'A member''s earned instance of a rule: at most one, for ever. Losing the level cancels what was not sent; reaching it again revives the same row.';
alter table public.rewards enable row level security;
create policy own_community on public.rewards for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
revoke all on public.rewards from anon, authenticated;
grant select on public.rewards to wee5_app;
