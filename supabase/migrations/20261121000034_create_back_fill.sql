-- Counting what members did before the app came, once and where a creator asks for it: read from Whop, newest first, set down
-- without any content, then counted oldest first, so that each activity comes in order.

create table public.back_fills (
  community_id text primary key references public.communities on delete cascade,
  state text not null default 'reading' check (state in ('reading', 'counting', 'done', 'failed', 'cancelled')),
  since timestamptz not null,
  started_at timestamptz not null default now(),
  started_by text not null,
  listed_at timestamptz,
  read integer not null default 0,
  counted integer not null default 0,
  recorded integer not null default 0,
  xp bigint not null default 0,
  requests integer not null default 0,
  refused text[] not null default '{}' check (refused <@ array['chat', 'forum']),
  problem text check (problem in ('no_permission', 'unavailable', 'error')),
  last_error text,
  failures integer not null default 0,
  next_turn_at timestamptz not null default now(),
  last_turn_at timestamptz,
  moved_at timestamptz not null default now(),
  lease_token uuid,
  leased_until timestamptz,
  finished_at timestamptz,
  updated_at timestamptz not null default now(),
  check ((lease_token is null) = (leased_until is null)),
  check ((state in ('reading', 'counting')) = (finished_at is null)),
  check ((state = 'failed') <= (problem is not null))
);
comment on table public.back_fills is 'The newest back-fill of a community: how far it has come and what became of it.';
comment on column public.back_fills.since is 'Nothing older is read.';
comment on column public.back_fills.listed_at is 'When Whop had said which places there are; null before.';
comment on column public.back_fills.read is 'Activities that have been set down.';
comment on column public.back_fills.counted is 'Of those read, how many have been gone through. What live activity had counted already is among them, and not counted twice.';
comment on column public.back_fills.recorded is 'Of those counted, how many were new.';
comment on column public.back_fills.refused is 'What Whop does not let us read there. The rest is counted all the same.';
comment on column public.back_fills.problem is 'Why it has failed. While it is under way: why it will not end whole.';
comment on column public.back_fills.failures is 'Turns in a row that came to nothing; the pauses between them grow with it.';
comment on column public.back_fills.moved_at is 'When it last came forward: pages that hold nothing new do not count.';
comment on column public.back_fills.lease_token is 'Of the worker whose turn it is until leased_until. Whoever took it over since has another: late writes are refused.';
create index back_fills_to_do on public.back_fills (next_turn_at) where state in ('reading', 'counting');

create table public.back_fill_places (
  community_id text not null references public.back_fills on delete cascade,
  place_id text not null,
  kind text not null check (kind in ('chat', 'forum', 'comments')),
  experience_id text not null,
  name text not null default '',
  cursor text,
  pages integer not null default 0,
  expected_pages integer not null default 1,
  read_back_to timestamptz,
  last_page text,
  is_read boolean not null default false,
  primary key (community_id, place_id)
);
comment on table public.back_fill_places is 'What is to be read: chats, forums, and the posts that have comments. Gone when the back-fill has ended.';
comment on column public.back_fill_places.place_id is 'The channel, the experience of the forum, or the post.';
comment on column public.back_fill_places.cursor is 'Where the next page begins.';
comment on column public.back_fill_places.last_page is 'By which the page that was read last is known, should it come again.';
comment on column public.back_fill_places.read_back_to is 'Time of the oldest message read, where Whop lists by time.';
create index back_fill_places_to_read on public.back_fill_places (community_id, kind) where not is_read;

create table public.back_fill_items (
  community_id text not null references public.back_fills on delete cascade,
  activity_id text collate "C" not null,
  user_id text not null,
  action text not null,
  occurred_at timestamptz not null,
  experience_id text,
  content_length integer,
  content_hash bytea,
  primary key (community_id, activity_id)
);
comment on table public.back_fill_items is 'Activities that have been read and wait to be counted, without any content. Each is deleted when it is counted.';
create index back_fill_items_in_order on public.back_fill_items (community_id, occurred_at, activity_id);

-- Of who has had their data deleted, nothing older is counted again.
create index audit_log_erasures on public.audit_log (community_id, subject, occurred_at) where action = 'member.erased';

alter table public.back_fills enable row level security;
alter table public.back_fill_places enable row level security;
alter table public.back_fill_items enable row level security;
create policy own_community on public.back_fills for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.back_fill_places for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.back_fill_items for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
revoke all on public.back_fills, public.back_fill_places, public.back_fill_items from anon, authenticated;
grant select on public.back_fills, public.back_fill_places, public.back_fill_items to wee5_app;

create function public.start_back_fill(p_community_id text, p_by text, p_days integer) returns boolean
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.start_back_fill is
  'Begins a back-fill over so many days. False while one is under way: that one goes on. What an earlier one has counted is not counted twice.';

create function public.cancel_back_fill(p_community_id text, p_by text) returns boolean
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.cancel_back_fill is 'Ends a back-fill. What it has counted stays. False when none is under way.';

create function public.forget_back_fill_work(p_community_id text) returns void
language sql set search_path = '' as $$
  delete from public.back_fill_items i where i.community_id = p_community_id;
  delete from public.back_fill_places p where p.community_id = p_community_id
$$;
comment on function public.forget_back_fill_work is 'What had been read and not counted, and what was still to be read.';

create function public.claim_back_fills(p_token uuid, p_limit integer, p_only text) returns setof text
language sql security definer set search_path = '' as $$
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
$$;
comment on function public.claim_back_fills is
  'Gives the holder of the token the next turns, for 60 s: who has waited longest for one comes first. Of one community, or of all (null).';

create function public.hold_back_fill(p_community_id text, p_token uuid, p_state text) returns boolean
language plpgsql set search_path = '' as $$
begin
  update public.back_fills b set leased_until = now() + interval '60 seconds', updated_at = now()
  where b.community_id = p_community_id and b.lease_token = p_token and b.state = p_state;
  return found;
end
$$;
comment on function public.hold_back_fill is 'Whether it is still the holder''s turn, and still at that; then for another 60 s, and nobody else''s until the transaction ends.';

create function public.list_back_fill_places(p_community_id text, p_token uuid, p_places jsonb, p_refused text[]) returns boolean
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.list_back_fill_places is
  'Notes down the places that are to be read ({id, kind, experience, name}), and what may not be read. False when the lease is another''s.';

create function public.keep_back_fill_page(
  p_community_id text, p_token uuid, p_place_id text, p_page jsonb
) returns text
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.keep_back_fill_page is
  'Sets down what a page held {activities, posts: those whose comments are to be read, nextCursor, isLast, readBackTo, mark}, all or nothing: kept. again when it is the page before once more; null when the lease is another''s.';

create function public.reread_back_fill_place(p_community_id text, p_token uuid, p_place_id text) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  if not public.hold_back_fill(p_community_id, p_token, 'reading') then
    return false;
  end if;
  update public.back_fill_places p set cursor = null, pages = 0, read_back_to = null, last_page = null
  where p.community_id = p_community_id and p.place_id = p_place_id;
  return true;
end
$$;
comment on function public.reread_back_fill_place is 'Begins a place anew, where its cursor leads nowhere or Whop has forgotten it. What has been set down is not set down twice.';

create function public.skip_back_fill_places(
  p_community_id text, p_token uuid, p_place_id text, p_refused text, p_problem text
) returns boolean
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.skip_back_fill_places is
  'Leaves a place that is gone, everything of a kind that Whop does not let us read (p_refused: chat, forum), or all that is left (p_problem). What has been read is counted.';

create function public.begin_counting(p_community_id text, p_token uuid) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  update public.back_fills b set state = 'counting', moved_at = now(), updated_at = now()
  where b.community_id = p_community_id and b.lease_token = p_token and b.state = 'reading' and b.listed_at is not null
    and not exists (select from public.back_fill_places p where p.community_id = p_community_id and not p.is_read);
  return found;
end
$$;
comment on function public.begin_counting is 'All has been read. False when that is not so, or the lease is another''s.';

create function public.keep_back_fill_batch(
  p_community_id text, p_token uuid, p_activity_ids text[], p_recorded integer, p_xp bigint
) returns boolean
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.keep_back_fill_batch is
  'In the transaction that has counted them: these activities are done. False when the lease is another''s, who counts them: then nothing of it may be committed.';

create function public.pause_back_fill(p_community_id text, p_token uuid, p_seconds double precision, p_error text) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  update public.back_fills b set next_turn_at = now() + make_interval(secs => p_seconds), last_error = p_error,
    failures = case when p_error is null then b.failures else b.failures + 1 end, lease_token = null, leased_until = null,
    updated_at = now()
  where b.community_id = p_community_id and b.lease_token = p_token;
  return found;
end
$$;
comment on function public.pause_back_fill is 'Ends a turn; the next one comes in so many seconds at the earliest. With an error the turn has failed. False when the lease is another''s.';

create function public.end_back_fill(p_community_id text, p_token uuid, p_problem text, p_error text) returns boolean
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.end_back_fill is 'Done, or failed for good (p_problem). What is counted stays. False when the lease is another''s, or something is left to be counted.';

create or replace function public.queue_level_up(
  p_community_id text, p_user_id text, p_old_level integer, p_new_level integer, p_caused_by text
) returns void
language plpgsql set search_path = '' as $$
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
$$;
comment on function public.queue_level_up is
  'Messages about levels that a member has reached for the first time: one for each way that is switched on, however many levels. None for history, nor for who wants none.';

create or replace function public.queue_reward_news(p_community_id text, p_reward_id uuid) returns void
language plpgsql set search_path = '' as $$
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
$$;
comment on function public.queue_reward_news is 'A message to the member whose reward has just been delivered; called where that is written down. Once for a reward, and not for one that a back-fill has brought.';

revoke execute on function public.start_back_fill(text, text, integer) from public, anon, authenticated;
revoke execute on function public.cancel_back_fill(text, text) from public, anon, authenticated;
revoke execute on function public.forget_back_fill_work(text) from public, anon, authenticated;
revoke execute on function public.claim_back_fills(uuid, integer, text) from public, anon, authenticated;
revoke execute on function public.hold_back_fill(text, uuid, text) from public, anon, authenticated;
revoke execute on function public.list_back_fill_places(text, uuid, jsonb, text[]) from public, anon, authenticated;
revoke execute on function public.keep_back_fill_page(text, uuid, text, jsonb) from public, anon, authenticated;
revoke execute on function public.reread_back_fill_place(text, uuid, text) from public, anon, authenticated;
revoke execute on function public.skip_back_fill_places(text, uuid, text, text, text) from public, anon, authenticated;
revoke execute on function public.begin_counting(text, uuid) from public, anon, authenticated;
revoke execute on function public.keep_back_fill_batch(text, uuid, text[], integer, bigint) from public, anon, authenticated;
revoke execute on function public.pause_back_fill(text, uuid, double precision, text) from public, anon, authenticated;
revoke execute on function public.end_back_fill(text, uuid, text, text) from public, anon, authenticated;
grant execute on function public.start_back_fill(text, text, integer) to wee5_app;
grant execute on function public.cancel_back_fill(text, text) to wee5_app;
grant execute on function public.claim_back_fills(uuid, integer, text) to wee5_app;
grant execute on function public.list_back_fill_places(text, uuid, jsonb, text[]) to wee5_app;
grant execute on function public.keep_back_fill_page(text, uuid, text, jsonb) to wee5_app;
grant execute on function public.reread_back_fill_place(text, uuid, text) to wee5_app;
grant execute on function public.skip_back_fill_places(text, uuid, text, text, text) to wee5_app;
grant execute on function public.begin_counting(text, uuid) to wee5_app;
grant execute on function public.keep_back_fill_batch(text, uuid, text[], integer, bigint) to wee5_app;
grant execute on function public.pause_back_fill(text, uuid, double precision, text) to wee5_app;
grant execute on function public.end_back_fill(text, uuid, text, text) to wee5_app;
