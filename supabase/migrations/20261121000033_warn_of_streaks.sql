-- A word in the evening to members who want one, before a streak would end at midnight.

alter table public.notification_preferences add column streak_warning boolean not null default false;
comment on column public.notification_preferences.streak_warning is
  'Told in the evening when a streak would end at midnight. Off until the member asks for it.';
create index notification_preferences_streaks on public.notification_preferences (community_id, user_id)
  where streak_warning and notifications;

alter table public.notifications
  drop constraint notifications_about_check,
  add constraint notifications_about_check check (about in ('level_up', 'reward', 'command', 'streak_warning')),
  drop constraint notifications_cancelled_because_check,
  add constraint notifications_cancelled_because_check
    check (cancelled_because in ('opted_out', 'switched_off', 'not_public', 'level_lost', 'expired', 'streak_kept'));
comment on column public.notifications.payload is
  'A reply: {channelId, content, replyingToId}. A streak warning: {day, until, days, freezes}, the day that is not active yet, its end, and the streak. Empty for all others, whose words are made when they are sent.';
comment on column public.notifications.dedupe_key is
  'One message for one reward or command, and for one member''s streak on one day. Level-ups have none: told_levels and the index of those that are due guard them.';

create function public.queue_streak_warnings(p_community_id text, p_day date, p_until timestamptz, p_members jsonb) returns integer
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.queue_streak_warnings is
  'Notes down that members [{userId, days, freezes}] are told that nothing has been counted for them on a day that ends then. Once for a member and day. Returns how many.';

create or replace function public.begin_notification(
  p_community_id text, p_notification_id uuid, p_token uuid, p_to_level integer, p_request jsonb, p_key text
) returns text
language plpgsql security definer set search_path = '' as $$
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
$$;

revoke execute on function public.queue_streak_warnings(text, date, timestamptz, jsonb) from public, anon, authenticated;
grant execute on function public.queue_streak_warnings(text, date, timestamptz, jsonb) to wee5_app;
