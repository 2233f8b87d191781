-- What the app says to members on Whop: pushes, announcements in a chat, direct messages, replies to commands.

create function public.default_notification_settings() returns jsonb
language sql immutable set search_path = '' as $$
  select '{
    "levelUpPush": true, "rewardPush": true,
    "announcement": {"enabled": false, "experienceId": null,
      "template": "{name} reached level {level}: {rank}. Reward: {reward}. {link}"},
    "directMessage": {"enabled": false,
      "template": "You reached level {level}: {rank}. Your reward: {reward}. Your rank card: {link}"},
    "quietHours": {"enabled": false, "from": "22:00", "to": "08:00", "zone": "member"},
    "commands": {"enabled": true, "cooldownSeconds": 15, "disabledExperienceIds": []}
  }'::jsonb
$$;
comment on function public.default_notification_settings is 'What a community starts with: members get pushes, and nothing is written into chats but what they ask for.';

create table public.notification_settings (
  community_id text primary key references public.communities on delete cascade,
  version integer not null default 1,
  settings jsonb not null default public.default_notification_settings(),
  updated_at timestamptz not null default now()
);
comment on table public.notification_settings is 'What a community tells its members, where and when. One row per community, made with it.';
comment on column public.notification_settings.version is 'Grows with each change: one made of an older version is refused.';

create function public.begin_notification_settings() returns trigger
language plpgsql set search_path = '' as $$
begin
  insert into public.notification_settings (community_id) values (new.community_id);
  return null;
end
$$;
create trigger begin_notification_settings after insert on public.communities
  for each row execute function public.begin_notification_settings();
insert into public.notification_settings (community_id) select c.community_id from public.communities c;

create table public.notification_preferences (
  community_id text not null,
  user_id text not null,
  notifications boolean not null default true,
  time_zone text,
  updated_at timestamptz not null default now(),
  primary key (community_id, user_id),
  foreign key (community_id, user_id) references public.users on delete cascade
);
comment on table public.notification_preferences is 'What a member wishes to be told. No row: everything, and nothing is known of the time zone.';

create table public.told_levels (
  community_id text not null,
  user_id text not null,
  level integer not null,
  direct_channel_id text,
  primary key (community_id, user_id),
  foreign key (community_id, user_id) references public.users on delete cascade
);
comment on column public.told_levels.direct_channel_id is 'Where direct messages to the member are written, once there has been one: Whop would make another channel each time.';
comment on table public.told_levels is
  'The highest level of a member that is no news any more: told, about to be told, or reached in history that came later. Losing a level and reaching it again tells nothing.';

create table public.notifications (
  community_id text not null references public.communities on delete cascade,
  notification_id uuid not null default gen_random_uuid(),
  user_id text not null,
  about text not null check (about in ('level_up', 'reward', 'command')),
  channel text not null check (channel in ('push', 'announcement', 'direct_message', 'reply')),
  state text not null default 'due' check (state in ('due', 'sending', 'sent', 'cancelled', 'failed')),
  cancelled_because text check (cancelled_because in ('opted_out', 'switched_off', 'not_public', 'level_lost', 'expired')),
  problem text check (problem in ('unknown_outcome', 'not_taken', 'refused', 'no_permission', 'error')),
  from_level integer,
  to_level integer,
  reward_id uuid,
  payload jsonb not null default '{}',
  dedupe_key text,
  request jsonb,
  idempotency_key text,
  keyed_at timestamptz,
  whop_id text,
  lease_token uuid,
  leased_until timestamptz,
  calls integer not null default 0,
  failures integer not null default 0,
  errors integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '24 hours',
  last_error text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  sent_at timestamptz,
  primary key (community_id, notification_id),
  unique (community_id, dedupe_key),
  unique (community_id, whop_id),
  check ((about = 'level_up') = (to_level is not null) and (to_level is null) = (from_level is null)),
  check ((about = 'reward') = (reward_id is not null)),
  check ((state = 'cancelled') = (cancelled_because is not null)),
  check ((state = 'failed') = (problem is not null)),
  check ((state = 'sent') = (sent_at is not null)),
  check ((lease_token is null) = (leased_until is null)),
  check ((idempotency_key is null) = (keyed_at is null) and (idempotency_key is null) = (request is null))
);
comment on table public.notifications is
  'Messages to members on their way and what became of them. Without a key to `users`: who has earned nothing yet may ask by command as well.';
comment on column public.notifications.from_level is 'A level-up tells of all levels above this one, up to to_level, in one message.';
comment on column public.notifications.payload is
  'A reply: {channelId, content, replyingToId}. Empty for all others, whose words are made when they are sent.';
comment on column public.notifications.dedupe_key is
  'One message for one reward or command. Level-ups have none: told_levels and the index of those that are due guard them.';
comment on column public.notifications.request is 'What is sent, in the words of the first call: the same on each retry.';
comment on column public.notifications.idempotency_key is 'Written before the first call to Whop and sent with each.';
comment on column public.notifications.keyed_at is 'When the key was first used. Whop forgets it after 24 hours: then nothing is sent again.';
comment on column public.notifications.whop_id is 'The message at Whop, so that no other row takes it for its own.';
comment on column public.notifications.lease_token is 'Of the worker that has it until leased_until. Whoever took it over since has another: late writes are refused.';
comment on column public.notifications.failures is 'Attempts in a row that came to nothing; the pauses between attempts grow with it.';
comment on column public.notifications.errors is 'How often in a row our own code has failed on it.';
comment on column public.notifications.expires_at is 'News that is older is not told any more.';
create index notifications_to_send on public.notifications (community_id, next_attempt_at) where state in ('due', 'sending');
create unique index notifications_level_up_due on public.notifications (community_id, user_id, channel)
  where about = 'level_up' and state = 'due';
create index notifications_of_member on public.notifications (community_id, user_id);
create index notifications_failed on public.notifications (community_id, updated_at) where state = 'failed';

alter table public.notification_settings enable row level security;
alter table public.notification_preferences enable row level security;
alter table public.told_levels enable row level security;
alter table public.notifications enable row level security;
create policy own_community on public.notification_settings for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.notification_preferences for all to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)))
  with check (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.told_levels for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
create policy own_community on public.notifications for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
revoke all on public.notification_settings, public.notification_preferences, public.told_levels, public.notifications
  from anon, authenticated;
grant select on public.notification_settings, public.told_levels, public.notifications to wee5_app;
grant select, insert, update on public.notification_preferences to wee5_app;

create function public.save_notification_settings(p_community_id text, p_by text, p_settings jsonb, p_seen integer) returns integer
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.save_notification_settings is
  'Stores what a community tells its members and returns the version. The same again changes nothing; a change made of another version than the stored one is refused.';

create function public.queue_notifications(p_community_id text) returns void
language plpgsql set search_path = '' as $$
begin
  perform public.wake_worker('send_notifications', p_community_id);
end
$$;
comment on function public.queue_notifications is 'Wakes a worker for messages that may be sent. The rows say what is to be done; the job only that it is time to look.';

create function public.queue_level_up(
  p_community_id text, p_user_id text, p_old_level integer, p_new_level integer, p_caused_by text
) returns void
language plpgsql set search_path = '' as $$
declare
  v_told integer;
  v_settings jsonb;
  v_visibility text;
begin
  select t.level into v_told from public.told_levels t
  where t.community_id = p_community_id and t.user_id = p_user_id for no key update;
  v_told := coalesce(v_told, p_old_level);
  if p_new_level <= v_told then
    return;
  end if;
  insert into public.told_levels as t (community_id, user_id, level) values (p_community_id, p_user_id, p_new_level)
  on conflict (community_id, user_id) do update set level = excluded.level;

  -- History that came later, by a replay, from before yesterday or out of a seed, is no news.
  if not exists (
    select from public.activity_identities i
    join public.activity_log l on l.community_id = i.community_id and l.user_id = i.user_id and l.occurred_at = i.occurred_at
      and l.activity_id = i.activity_id
    where i.community_id = p_community_id and i.activity_id = p_caused_by and i.user_id = p_user_id
      and i.occurred_at > now() - interval '24 hours' and l.source <> 'seed'
  ) or exists (
    select from public.notification_preferences p
    where p.community_id = p_community_id and p.user_id = p_user_id and not p.notifications
  ) then
    return;
  end if;

  select s.settings, u.visibility into v_settings, v_visibility
  from public.notification_settings s join public.users u on u.community_id = s.community_id and u.user_id = p_user_id
  where s.community_id = p_community_id;
  -- What is due to the member on a channel and has not been said yet says it all at once.
  insert into public.notifications as n (community_id, user_id, about, channel, from_level, to_level)
  select p_community_id, p_user_id, 'level_up', wanted.channel, v_told, p_new_level
  from (values
    ('push', (v_settings ->> 'levelUpPush')::boolean),
    ('announcement', (v_settings -> 'announcement' ->> 'enabled')::boolean and v_visibility = 'public'),
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

create function public.queue_reward_news(p_community_id text, p_reward_id uuid) returns void
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
comment on function public.queue_reward_news is 'A message to the member whose reward has just been delivered; called where that is written down. Once for a reward.';

create function public.claim_notifications(p_token uuid, p_limit integer, p_only text)
returns table (community_id text, notification_id uuid)
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.claim_notifications is
  'Up to so many messages that may be sent now, for the holder of the token alone for 60 s: replies first, then communities in turns. Of one community, or of all (null).';

create function public.begin_notification(
  p_community_id text, p_notification_id uuid, p_token uuid, p_to_level integer, p_request jsonb, p_key text
) returns text
language plpgsql security definer set search_path = '' as $$
declare
  v_row public.notifications;
  v_level integer;
  v_visibility text;
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

  select u.level, u.visibility into v_level, v_visibility from public.users u
  where u.community_id = p_community_id and u.user_id = v_row.user_id;
  v_because := case
    when v_row.about <> 'command' and exists (select from public.notification_preferences p
      where p.community_id = p_community_id and p.user_id = v_row.user_id and not p.notifications) then 'opted_out'
    when v_row.channel = 'announcement' and v_visibility is distinct from 'public' then 'not_public'
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
$$;
comment on function public.begin_notification is
  'Before each call to Whop: whether it is still to be made. go: the key and the words are written, call. changed: the level is another than the words say. busy: the same words are under way there. cancelled, lost: leave it.';

create function public.name_channel(p_community_id text, p_notification_id uuid, p_token uuid, p_channel_id text) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  update public.told_levels t set direct_channel_id = p_channel_id
  where t.community_id = p_community_id and t.user_id = (select n.user_id from public.notifications n
    where n.community_id = p_community_id and n.notification_id = p_notification_id and n.lease_token = p_token);
  return found;
end
$$;
comment on function public.name_channel is
  'Where direct messages to a member are written from now on; null when that place is gone. False when the lease is another''s.';

create function public.end_notification(
  p_community_id text, p_notification_id uuid, p_token uuid, p_state text, p_because text, p_whop_id text, p_error text
) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  update public.notifications n set state = p_state, cancelled_because = case when p_state = 'cancelled' then p_because end,
    problem = case when p_state = 'failed' then p_because end, whop_id = p_whop_id, last_error = p_error,
    sent_at = case when p_state = 'sent' then now() end, lease_token = null, leased_until = null, updated_at = now()
  where n.community_id = p_community_id and n.notification_id = p_notification_id and n.lease_token = p_token
    and n.state in ('due', 'sending');
  return found;
end
$$;
comment on function public.end_notification is 'What became of a message, by the holder of the lease. False when it is another''s.';

create function public.postpone_notification(
  p_community_id text, p_notification_id uuid, p_token uuid, p_seconds double precision, p_quiet_until timestamptz, p_error text,
  p_failed boolean, p_by_us boolean
) returns boolean
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.postpone_notification is
  'Gives a message back for later: in so many seconds of this clock, or when quiet hours end. False when the lease is another''s.';

create function public.forget_notifications() returns bigint
language sql security definer set search_path = '' as $$
  with gone as (
    delete from public.notifications n
    where n.state in ('sent', 'cancelled', 'failed') and n.updated_at < now() - interval '30 days' returning 1
  )
  select count(*) from gone
$$;
comment on function public.forget_notifications is 'Deletes messages that came to their end 30 days ago; told_levels remembers what was told. Returns how many.';

revoke execute on function public.default_notification_settings() from public, anon, authenticated;
revoke execute on function public.begin_notification_settings() from public, anon, authenticated;
revoke execute on function public.save_notification_settings(text, text, jsonb, integer) from public, anon, authenticated;
revoke execute on function public.queue_notifications(text) from public, anon, authenticated;
revoke execute on function public.queue_level_up(text, text, integer, integer, text) from public, anon, authenticated;
revoke execute on function public.queue_reward_news(text, uuid) from public, anon, authenticated;
revoke execute on function public.claim_notifications(uuid, integer, text) from public, anon, authenticated;
revoke execute on function public.begin_notification(text, uuid, uuid, integer, jsonb, text) from public, anon, authenticated;
revoke execute on function public.name_channel(text, uuid, uuid, text) from public, anon, authenticated;
revoke execute on function public.end_notification(text, uuid, uuid, text, text, text, text) from public, anon, authenticated;
revoke execute on function public.postpone_notification(text, uuid, uuid, double precision, timestamptz, text, boolean, boolean)
  from public, anon, authenticated;
revoke execute on function public.forget_notifications() from public, anon, authenticated;
grant execute on function public.save_notification_settings(text, text, jsonb, integer) to wee5_app;
grant execute on function public.claim_notifications(uuid, integer, text) to wee5_app;
grant execute on function public.begin_notification(text, uuid, uuid, integer, jsonb, text) to wee5_app;
grant execute on function public.name_channel(text, uuid, uuid, text) to wee5_app;
grant execute on function public.end_notification(text, uuid, uuid, text, text, text, text) to wee5_app;
grant execute on function public.postpone_notification(text, uuid, uuid, double precision, timestamptz, text, boolean, boolean)
  to wee5_app;
grant execute on function public.forget_notifications() to wee5_app;
