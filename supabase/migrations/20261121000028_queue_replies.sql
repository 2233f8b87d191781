-- Replies to what members ask in a chat.

create function public.queue_reply(
  p_community_id text, p_user_id text, p_message_id text, p_replying_to_id text, p_channel_id text, p_experience_id text,
  p_command text, p_asked_at timestamptz
) returns text
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.queue_reply is
  'Decides whether a command is answered, and if so notes the reply down to be sent: queued, or why not. Commands and channels can be switched off; between two of a member that are answered lies the cooldown.';

create function public.claim_replies(p_community_id text, p_token uuid, p_limit integer) returns setof uuid
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function public.claim_replies is
  'As claim_notifications, replies alone: who has asked waits behind nothing else that the community has to say.';

create function public.forget_said() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.request := null;
  new.idempotency_key := null;
  new.keyed_at := null;
  return new;
end
$$;
comment on function public.forget_said is
  'What a reply said is not kept once it has come to its end: a board names others, who may leave it or have themselves deleted.';
create trigger forget_said before update on public.notifications for each row
  when (new.channel = 'reply' and new.state in ('sent', 'cancelled', 'failed')) execute function public.forget_said();

revoke execute on function public.queue_reply(text, text, text, text, text, text, text, timestamptz) from public, anon, authenticated;
revoke execute on function public.claim_replies(text, uuid, integer) from public, anon, authenticated;
revoke execute on function public.forget_said() from public, anon, authenticated;
grant execute on function public.queue_reply(text, text, text, text, text, text, text, timestamptz) to wee5_app;
grant execute on function public.claim_replies(text, uuid, integer) to wee5_app;
