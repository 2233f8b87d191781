-- What Whop shows is read again and again: forum, reactions, and the chat once more for what webhooks have missed. Here is how far
-- that has come, for each community under the lease of the one worker that reads it. What members wrote, and who, is not kept.

create table public.sync_communities (
  community_id text primary key references public.communities on delete cascade,
  counts_from timestamptz not null,
  next_run_at timestamptz not null default now(),
  lease_token uuid,
  leased_until timestamptz,
  last_run_at timestamptz,
  busy double precision not null default 0,
  pulled_to timestamptz not null default now() - interval '48 hours',
  paused_because text check (paused_because in ('uninstalled')),
  paused_at timestamptz,
  forgotten_at timestamptz,
  check ((lease_token is null) = (leased_until is null)),
  check ((paused_because is null) = (paused_at is null))
);
comment on table public.sync_communities is 'When each community is read the next time, and who is reading it now.';
comment on column public.sync_communities.counts_from is 'What happened before is history: only a back-fill counts it.';
comment on column public.sync_communities.busy is 'Activities recorded lately, each forgotten with a half-life of some 40 minutes: the busier, the sooner its turn.';
comment on column public.sync_communities.pulled_to is 'The log has been looked through for what it recorded up to then, so that deletions are also found of what only a webhook has told.';
comment on column public.sync_communities.paused_because is 'Whop shows us nothing of the company any more: it is only asked again each hour.';
comment on column public.sync_communities.forgotten_at is 'When what we had read was forgotten, 30 days after the pause. XP and members are kept.';
create index sync_communities_to_claim on public.sync_communities (next_run_at);

create table public.sync_features (
  community_id text not null references public.sync_communities on delete cascade,
  feature text not null check (feature ~ '^[a-z_]{1,20}$'),
  due_at timestamptz not null default now(),
  every_seconds integer not null default 0,
  last_run_at timestamptz,
  last_success_at timestamptz,
  caught_up_to timestamptz,
  read bigint not null default 0,
  recorded bigint not null default 0,
  removed bigint not null default 0,
  requests bigint not null default 0,
  failures integer not null default 0,
  problem text check (problem in ('no_permission', 'not_found', 'unavailable', 'rate_limited', 'error')),
  problem_since timestamptz,
  last_error text check (length(last_error) <= 200),
  state jsonb not null default '{}',
  primary key (community_id, feature)
);
comment on table public.sync_features is 'How far one kind of thing has been read in a community, and what stands in its way.';
comment on column public.sync_features.caught_up_to is 'All that Whop showed until then has been read.';
comment on column public.sync_features.last_error is 'A code, nothing of what members wrote. Kept after it is over.';
comment on column public.sync_features.state is 'What the feature itself wants to know the next time.';

create table public.sync_places (
  community_id text not null references public.sync_communities on delete cascade,
  place_id text not null check (length(place_id) between 1 and 64),
  feature text not null,
  experience_id text not null,
  name text not null default '',
  is_listed boolean not null default true,
  listed_at timestamptz not null default now(),
  newest_at timestamptz,
  caught_up_to timestamptz,
  window_read_at timestamptz,
  window_pages integer not null default 0,
  walk jsonb,
  primary key (community_id, place_id)
);
comment on table public.sync_places is 'Chats and forums, and how far each has been read. A place is what Whop is asked by; activities name its experience.';
comment on column public.sync_places.is_listed is 'False for one that Whop no longer lists: it is not read, and nothing in it is judged.';
comment on column public.sync_places.newest_at is 'By Whop''s clock, the newest that the last complete read has shown: the next one reads back to a little before it.';
comment on column public.sync_places.caught_up_to is 'By our clock, when the last complete read began.';
comment on column public.sync_places.window_read_at is 'When the last read of the whole window began, by which deletions are found.';
comment on column public.sync_places.walk is 'A read that is under way, page by page; null between two.';

create table public.sync_items (
  community_id text not null,
  kind text not null check (kind in ('message', 'post', 'comment')),
  item_id text not null,
  place_id text not null,
  parent_id text,
  occurred_at timestamptz not null,
  reactions integer not null default 0,
  reactions_read integer not null default 0,
  comments integer not null default 0,
  comments_read integer not null default 0,
  checked_at timestamptz,
  missing_since timestamptz,
  unknown_since timestamptz,
  removed_at timestamptz,
  primary key (community_id, kind, item_id),
  foreign key (community_id, place_id) references public.sync_places on delete cascade
);
comment on table public.sync_items is 'What has been recorded and is young enough to be looked for again: whether it is still there, and whether reactions or comments have come. Neither text nor author.';
comment on column public.sync_items.reactions is 'As Whop last counted them; reactions_read is the count as they were last read.';
comment on column public.sync_items.checked_at is 'When Whop last showed it; null for what only a webhook has told so far.';
comment on column public.sync_items.missing_since is 'A complete read did not show it: to be asked for by itself.';
comment on column public.sync_items.unknown_since is 'Asked for by itself, Whop did not know it; where that was after missing_since, it is taken out once its place has been seen after that.';
comment on column public.sync_items.removed_at is 'Taken out because Whop said that it is gone; put back if it ever shows it again.';
create index sync_items_by_place on public.sync_items (community_id, place_id, occurred_at);
create index sync_items_missing on public.sync_items (community_id, place_id) where missing_since is not null;
create index sync_items_to_read on public.sync_items (community_id, kind, occurred_at) where reactions <> reactions_read or comments <> comments_read;

create table public.whop_pauses (
  operation text primary key check (length(operation) <= 60),
  paused_until timestamptz not null
);
comment on table public.whop_pauses is 'Operations of which Whop has said that there were too many calls: nobody in the background calls them until then. Belongs to no community.';

alter table public.sync_communities enable row level security;
alter table public.sync_features enable row level security;
alter table public.sync_places enable row level security;
alter table public.sync_items enable row level security;
alter table public.whop_pauses enable row level security;
create policy own_community on public.sync_communities for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.sync_features to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)))
  with check (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.sync_places to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)))
  with check (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.sync_items to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)))
  with check (community_id = (select current_setting('wee5.community_id', true)));
revoke all on public.sync_communities, public.sync_features, public.sync_places, public.sync_items, public.whop_pauses
  from anon, authenticated;
grant select on public.sync_communities to wee5_app;
grant select, insert, update on public.sync_features to wee5_app;
grant select, insert, update, delete on public.sync_places, public.sync_items to wee5_app;

create function public.claim_sync(p_limit integer, p_lease_seconds double precision, p_only_community text default null)
returns table (community_id text, lease_token uuid)
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.claim_sync is
  'Gives the caller communities that are due to be read, for so long: who has waited longest first, the busier a little sooner. Makes the rows of new ones. Ids only.';

create function public.hold_sync(p_community_id text, p_lease_token uuid, p_lease_seconds double precision) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  update public.sync_communities s set leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
  where s.community_id = p_community_id and s.lease_token = p_lease_token and s.leased_until > clock_timestamp();
  if not found then
    raise exception 'the lease of % is over', p_community_id using errcode = 'W5L01';
  end if;
end
$$;
comment on function public.hold_sync is
  'Renews the lease, or fails where another may have it: in the transaction of every write, so that a worker that was frozen writes nothing.';

create function public.pull_sync_items(p_community_id text, p_lease_token uuid, p_lease_seconds double precision) returns void
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.pull_sync_items is
  'Begins a turn: what has been recorded since the last one is to be looked for from now on, and says how busy the community is.';

create function public.pull_sync_again(p_community_id text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  update public.sync_communities s set pulled_to = least(s.pulled_to, now() - interval '48 hours') where s.community_id = p_community_id;
end
$$;
comment on function public.pull_sync_again is 'A place is new: what was recorded there before it was known is pulled too.';

create function public.finish_sync(p_community_id text, p_lease_token uuid, p_pause_seconds double precision) returns boolean
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.finish_sync is 'Ends a turn: the next one comes after the pause. Where Whop shows us nothing at all any more, the community is paused.';

create function public.request_sync(p_community_id text) returns void
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.request_sync is 'A creator wants it read now, also what was refused before.';

create function public.pause_whop(p_operation text, p_seconds double precision) returns void
language sql security definer set search_path = '' as $$
  insert into public.whop_pauses as p (operation, paused_until) values (left(p_operation, 60), now() + make_interval(secs => p_seconds))
  on conflict (operation) do update set paused_until = greatest(p.paused_until, excluded.paused_until)
$$;
comment on function public.pause_whop is 'Whop has said "too many": nobody calls the operation for so long.';

create function public.whop_pause_seconds(p_operation text) returns double precision
language sql stable security definer set search_path = '' as $$
  select greatest(0, coalesce((select extract(epoch from p.paused_until - now()) from public.whop_pauses p
    where p.operation = left(p_operation, 60)), 0))::double precision
$$;
comment on function public.whop_pause_seconds is 'For how long an operation must not be called yet; 0 where it may.';

create function public.forget_sync() returns integer
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.forget_sync is
  'Forgets what is too old to be looked for, and what had been read of communities that have been away for 30 days. Answers of how many.';

create function public.sync_health()
returns table (communities integer, waiting_seconds integer, lag_seconds integer, failing_features integer)
language sql stable security definer set search_path = '' as $$
  select count(distinct s.community_id)::integer,
    greatest(0, coalesce(max(extract(epoch from now() - greatest(s.next_run_at, s.leased_until))), 0))::integer,
    greatest(0, coalesce(max(extract(epoch from now() - coalesce(f.caught_up_to, s.counts_from)) - coalesce(f.every_seconds, 0))
      filter (where f.problem is null or f.problem not in ('no_permission', 'not_found')), 0))::integer,
    count(f.problem)::integer
  from public.sync_communities s left join public.sync_features f on f.community_id = s.community_id
  where s.paused_at is null
$$;
comment on function public.sync_health is
  'How many communities are being read, how long the first in the line has waited for its turn, how far behind the worst is (of what we may read), and how many features have a problem. Numbers only.';

revoke execute on function public.claim_sync(integer, double precision, text) from public, anon, authenticated;
revoke execute on function public.hold_sync(text, uuid, double precision) from public, anon, authenticated;
revoke execute on function public.pull_sync_items(text, uuid, double precision) from public, anon, authenticated;
revoke execute on function public.pull_sync_again(text) from public, anon, authenticated;
revoke execute on function public.finish_sync(text, uuid, double precision) from public, anon, authenticated;
revoke execute on function public.request_sync(text) from public, anon, authenticated;
revoke execute on function public.pause_whop(text, double precision) from public, anon, authenticated;
revoke execute on function public.whop_pause_seconds(text) from public, anon, authenticated;
revoke execute on function public.forget_sync() from public, anon, authenticated;
revoke execute on function public.sync_health() from public, anon, authenticated;
grant execute on function public.claim_sync(integer, double precision, text) to wee5_app;
grant execute on function public.hold_sync(text, uuid, double precision) to wee5_app;
grant execute on function public.pull_sync_items(text, uuid, double precision) to wee5_app;
grant execute on function public.pull_sync_again(text) to wee5_app;
grant execute on function public.finish_sync(text, uuid, double precision) to wee5_app;
grant execute on function public.request_sync(text) to wee5_app;
grant execute on function public.pause_whop(text, double precision) to wee5_app;
grant execute on function public.whop_pause_seconds(text) to wee5_app;
grant execute on function public.forget_sync() to wee5_app;
grant execute on function public.sync_health() to wee5_app;
