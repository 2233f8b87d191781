-- What people do with rewards: decide about one, grant one, set the budget; and what Whop has otherwise.

alter table public.rewards
  add column grant_key text,
  add constraint rewards_once_per_grant unique (community_id, grant_key),
  add check (grant_key is null or granted_by is not null);
comment on column public.rewards.grant_key is 'Who granted it and under which key of theirs: the same key again is the same reward.';
create index rewards_open on public.rewards (community_id, updated_at desc)
  where state in ('due', 'confirmed', 'sending', 'waiting', 'needs_attention');

alter table public.communities
  add column rewards_compared_at timestamptz,
  add column rewards_unread_at timestamptz;
comment on column public.communities.rewards_compared_at is 'When what was delivered was last compared with Whop, to the end.';
comment on column public.communities.rewards_unread_at is 'When Whop could not be asked since then; what was found earlier still stands.';

create function public.confirm_due_reward() returns trigger
language plpgsql set search_path = '' as $$
begin
  if exists (select from public.communities c
    where c.community_id = new.community_id and c.rewards_confirmed_at is not null)
  then
    new.state := 'confirmed';
    new.next_attempt_at := now();
    perform public.queue_sending(new.community_id);
  end if;
  return new;
end
$$;
comment on function public.confirm_due_reward is
  'What comes due where rewards are confirmed is confirmed. Awards see to it by themselves; what a repair brings back nobody would confirm later.';
create trigger confirm_due_reward before insert or update of state on public.rewards for each row
  when (new.state = 'due') execute function public.confirm_due_reward();

create function public.reward_actions(p_reward public.rewards) returns text[]
language sql stable set search_path = '' as $$
  select case p_reward.state
    when 'due' then array['cancel']
    when 'confirmed' then
      case when p_reward.next_attempt_at > now() and p_reward.waits_for is distinct from 'budget' then array['retry'] else '{}' end
        || array['cancel']
    when 'waiting' then array['retry', 'cancel']
    when 'sending' then case when p_reward.next_attempt_at > now() then array['retry'] else '{}' end
    when 'needs_attention' then
      case when p_reward.level_lost_at is null then array['retry'] else '{}' end || array['settle_sent']
        || case when p_reward.idempotency_key is not null then array['settle_not_sent'] else '{}' end || array['cancel']
    else '{}'
  end
$$;
comment on function public.reward_actions is
  'What a person may do with a reward. One that is being sent may have arrived: nobody cancels it before it is known. Where a key was used a person may say that nothing came of it; where none counts, nothing has.';

create function public.budget_month_now(p_community_id text) returns date
language sql stable set search_path = '' as $$
  select date_trunc('month', now() at time zone (s.settings ->> 'timeZone'))::date
  from public.settings_versions s
  where s.community_id = p_community_id and s.valid_from <= now() order by s.version desc limit 1
$$;
comment on function public.budget_month_now is 'First day of the month that it is in the community''s time zone.';

create function public.decide_reward(p_community_id text, p_by text, p_reward_id uuid, p_action text, p_seen bigint) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_reward public.rewards;
  v_after public.rewards;
begin
  perform public.require_community(p_community_id);
  select * into v_reward from public.rewards r
  where r.community_id = p_community_id and r.reward_id = p_reward_id for update;
  if not found then
    return jsonb_build_object('outcome', 'missing');
  elsif (extract(epoch from v_reward.updated_at) * 1000000)::bigint is distinct from p_seen then
    return jsonb_build_object('outcome', 'changed');
  elsif v_reward.leased_until > clock_timestamp() then
    return jsonb_build_object('outcome', 'busy');
  elsif not p_action = any (public.reward_actions(v_reward)) then
    return jsonb_build_object('outcome', 'impossible');
  end if;
  if p_action = 'retry' and v_reward.type = 'free_days' and v_reward.idempotency_key is not null then
    -- Its call is looked for in the membership's end, which another one on its way would move. No claim is made meanwhile.
    perform pg_advisory_xact_lock(8, 0);
    if exists (select from public.rewards other
      where other.community_id = p_community_id and other.user_id = v_reward.user_id and other.type = 'free_days'
        and other.reward_id <> p_reward_id and (other.state = 'sending' or other.leased_until > clock_timestamp()))
    then
      return jsonb_build_object('outcome', 'busy');
    end if;
  end if;

  v_after := v_reward;
  v_after.lease_token := null;
  v_after.leased_until := null;
  v_after.updated_at := greatest(clock_timestamp(), v_reward.updated_at + interval '1 microsecond');
  if p_action = 'settle_not_sent' and v_reward.level_lost_at is not null then
    v_after.state := 'cancelled';
    v_after.cancelled_because := 'level_lost';
    v_after.level_lost_at := null;
  elsif p_action = 'cancel' then
    v_after.state := 'cancelled';
    v_after.cancelled_because := 'by_creator';
  elsif p_action = 'settle_sent' then
    v_after.state := 'delivered';
    v_after.delivered_at := v_after.updated_at;
    v_after.delivered_how := 'by_hand';
    if v_reward.type = 'free_days' and v_reward.budget_month is null then
      v_after.budget_month := public.budget_month_now(p_community_id);
    end if;
  else
    -- A key that was used stays with its reward: what came of it is read before anything is sent.
    v_after.state := case
      when p_action = 'settle_not_sent' then 'confirmed'
      when v_reward.state = 'needs_attention' then
        case when v_reward.idempotency_key is null then 'confirmed' else 'sending' end
      else v_reward.state
    end;
    v_after.calls := case when v_reward.state = 'needs_attention' then 0 else v_reward.calls end;
    v_after.failures := 0;
    v_after.errors := 0;
    v_after.next_attempt_at := now();
  end if;
  v_after.problem := null;
  if v_after.state = 'cancelled' then
    v_after.waits_for := null;
  end if;
  if p_action = 'settle_not_sent' then
    v_after.idempotency_key := null;
    v_after.keyed_at := null;
    v_after.request := null;
    v_after.whop_id := null;
  end if;
  if v_after.idempotency_key is null then
    -- Nothing at Whop belongs to it, so that a code of before opens nothing.
    v_after.code := null;
    if v_after.state in ('confirmed', 'cancelled') then
      v_after.budget_month := null;
    end if;
  end if;

  update public.rewards r set (state, cancelled_because, level_lost_at, problem, waits_for, calls, failures, errors,
      next_attempt_at, lease_token, leased_until, idempotency_key, keyed_at, request, code, whop_id, budget_month, delivered_at,
      delivered_how, updated_at)
    = (v_after.state, v_after.cancelled_because, v_after.level_lost_at, v_after.problem, v_after.waits_for, v_after.calls,
      v_after.failures, v_after.errors, v_after.next_attempt_at, v_after.lease_token, v_after.leased_until,
      v_after.idempotency_key, v_after.keyed_at, v_after.request, v_after.code, v_after.whop_id, v_after.budget_month,
      v_after.delivered_at, v_after.delivered_how, v_after.updated_at)
  where r.community_id = p_community_id and r.reward_id = p_reward_id;
  if v_after.state = 'delivered' then
    perform public.queue_reward_news(p_community_id, p_reward_id);
  elsif v_after.state <> 'cancelled' then
    perform public.queue_sending(p_community_id);
  end if;
  perform public.write_audit(p_community_id, p_by, 'reward.' || p_action, v_reward.user_id,
    jsonb_strip_nulls(jsonb_build_object('rewardId', p_reward_id, 'type', v_reward.type, 'value', v_reward.value,
      'level', v_reward.level, 'from', v_reward.state, 'to', v_after.state, 'problem', v_reward.problem, 'calls', v_reward.calls)));
  return jsonb_build_object('outcome', 'done', 'userId', v_reward.user_id);
end
$$;
comment on function public.decide_reward is
  'A person''s decision about a reward that is as they saw it (p_seen: its updated_at in microseconds) and that no worker has. Returns { outcome: done, missing, changed, busy or impossible, userId }.';

create function public.grant_reward(
  p_community_id text, p_by text, p_user_id text, p_type text, p_value jsonb, p_note text, p_key text
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_key text := p_by || ':' || p_key;
  v_reward public.rewards;
begin
  perform public.require_community(p_community_id);
  select * into v_reward from public.rewards r where r.community_id = p_community_id and r.grant_key = v_key;
  if not found then
    if not exists (select from public.communities c
      where c.community_id = p_community_id and c.rewards_confirmed_at is not null)
    then
      return jsonb_build_object('outcome', 'not_confirmed');
    end if;
    insert into public.users (community_id, user_id) values (p_community_id, p_user_id) on conflict do nothing;
    insert into public.rewards (community_id, user_id, type, value, note, granted_by, grant_key, state)
    values (p_community_id, p_user_id, p_type, p_value, p_note, p_by, v_key, 'confirmed')
    on conflict (community_id, grant_key) do nothing returning * into v_reward;
    if found then
      perform public.queue_sending(p_community_id);
      if not exists (select from public.profiles p where p.community_id = p_community_id and p.user_id = p_user_id) then
        perform graphile_worker.add_job('fetch_profile', json_build_object('communityId', p_community_id, 'userId', p_user_id),
          job_key => 'profile:' || p_community_id || ':' || p_user_id);
      end if;
      perform public.write_audit(p_community_id, p_by, 'reward.granted', p_user_id, jsonb_strip_nulls(jsonb_build_object(
        'rewardId', v_reward.reward_id, 'type', p_type, 'value', p_value, 'note', p_note)));
      return jsonb_build_object('outcome', 'granted', 'rewardId', v_reward.reward_id);
    end if;
    -- Of another request with the same key, which has just ended.
    select * into strict v_reward from public.rewards r where r.community_id = p_community_id and r.grant_key = v_key;
  end if;
  return jsonb_build_object('rewardId', v_reward.reward_id, 'outcome',
    case when (v_reward.user_id, v_reward.type, v_reward.value) = (p_user_id, p_type, p_value)
      and v_reward.note is not distinct from p_note then 'repeated' else 'other' end);
end
$$;
comment on function public.grant_reward is
  'A reward by hand, once per key of who grants. Returns { outcome: granted, repeated, other (the key stands for another reward) or not_confirmed, rewardId }.';

create function public.set_free_days_budget(p_community_id text, p_by text, p_days integer) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_before integer;
begin
  perform public.require_community(p_community_id);
  -- Whoever begins a reward decides before or after, never on the old number while this one is written.
  perform pg_advisory_xact_lock(9, hashtext(p_community_id));
  select c.free_days_per_month into v_before from public.communities c where c.community_id = p_community_id for no key update;
  if not found or v_before is not distinct from p_days then
    return false;
  end if;
  update public.communities c set free_days_per_month = p_days, updated_at = now() where c.community_id = p_community_id;
  if p_days is null or p_days > v_before then
    update public.rewards r set next_attempt_at = now()
    where r.community_id = p_community_id and r.state = 'confirmed' and r.waits_for = 'budget';
    if found then
      perform public.queue_sending(p_community_id);
    end if;
  end if;
  perform public.write_audit(p_community_id, p_by, 'reward.budget', null,
    jsonb_build_object('freeDaysPerMonth', p_days, 'before', v_before));
  return true;
end
$$;
comment on function public.set_free_days_budget is 'How many free days a month may cost; null for no limit. More of them wakes what waits for the next month. Returns whether it is another number than before.';

create table public.reward_differences (
  community_id text not null references public.communities on delete cascade,
  kind text not null check (kind in ('promo_missing', 'promo_archived', 'promo_unknown', 'days_missing', 'membership_gone')),
  subject text not null check (length(subject) <= 100),
  severity text not null check (severity in ('warning', 'info')),
  reward_id uuid,
  whop_id text,
  code_end text check (length(code_end) <= 4),
  expected_until timestamptz,
  found_until timestamptz,
  first_seen_at timestamptz not null,
  primary key (community_id, kind, subject),
  foreign key (community_id, reward_id) references public.rewards on delete cascade
);
comment on table public.reward_differences is
  'What Whop had otherwise than it was delivered, when it was last asked. Each run replaces what the one before found; nothing is put right by itself.';
comment on column public.reward_differences.subject is 'The membership or promo code at Whop, or the reward where there is neither: by this a difference is the same as yesterday.';
alter table public.reward_differences enable row level security;
create policy own_community on public.reward_differences for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
revoke all on public.reward_differences from anon, authenticated;
grant select on public.reward_differences to wee5_app;

create function public.replace_reward_differences(p_community_id text, p_found jsonb, p_at timestamptz) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_new integer;
begin
  perform public.require_community(p_community_id);
  -- Two runs at once end one after the other.
  update public.communities c set rewards_compared_at = p_at, rewards_unread_at = null where c.community_id = p_community_id;
  with found as (
    select distinct on (f.kind, f.subject) f.*
    from jsonb_to_recordset(p_found) as f(kind text, subject text, severity text, reward_id uuid, whop_id text, code_end text,
      expected_until timestamptz, found_until timestamptz)
    where f.reward_id is null
      or exists (select from public.rewards r where r.community_id = p_community_id and r.reward_id = f.reward_id)
  ), gone as (
    delete from public.reward_differences d where d.community_id = p_community_id
      and not exists (select from found f where f.kind = d.kind and f.subject = d.subject)
  ), kept as (
    insert into public.reward_differences as d (community_id, kind, subject, severity, reward_id, whop_id, code_end,
      expected_until, found_until, first_seen_at)
    select p_community_id, f.kind, f.subject, f.severity, f.reward_id, f.whop_id, f.code_end, f.expected_until, f.found_until, p_at
    from found f
    on conflict (community_id, kind, subject) do update set severity = excluded.severity, reward_id = excluded.reward_id,
      whop_id = excluded.whop_id, code_end = excluded.code_end, expected_until = excluded.expected_until,
      found_until = excluded.found_until
    returning d.first_seen_at
  )
  select count(*) into v_new from kept k where k.first_seen_at = p_at;
  return v_new;
end
$$;
comment on function public.replace_reward_differences is
  'Writes what a comparison with Whop has found; what was found before keeps when it was first seen. Returns how many are new.';

create function public.list_communities_to_compare() returns setof text
language sql stable security definer set search_path = '' as $$
  select c.community_id from public.communities c
  order by greatest(c.rewards_compared_at, c.rewards_unread_at) nulls first, c.community_id
$$;
comment on function public.list_communities_to_compare is
  'Whose rewards were longest not compared with Whop come first: a run that was cut short goes on where it ended.';

create function public.note_unread_rewards(p_community_id text, p_at timestamptz) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  update public.communities c set rewards_unread_at = p_at where c.community_id = p_community_id;
end
$$;
comment on function public.note_unread_rewards is 'Says that Whop could not be asked; what was found before stays.';

revoke execute on function public.confirm_due_reward() from public, anon, authenticated;
revoke execute on function public.reward_actions(public.rewards) from public, anon, authenticated;
revoke execute on function public.budget_month_now(text) from public, anon, authenticated;
revoke execute on function public.decide_reward(text, text, uuid, text, bigint) from public, anon, authenticated;
revoke execute on function public.grant_reward(text, text, text, text, jsonb, text, text) from public, anon, authenticated;
revoke execute on function public.set_free_days_budget(text, text, integer) from public, anon, authenticated;
revoke execute on function public.replace_reward_differences(text, jsonb, timestamptz) from public, anon, authenticated;
revoke execute on function public.list_communities_to_compare() from public, anon, authenticated;
revoke execute on function public.note_unread_rewards(text, timestamptz) from public, anon, authenticated;
grant execute on function public.reward_actions(public.rewards) to wee5_app;
grant execute on function public.budget_month_now(text) to wee5_app;
grant execute on function public.decide_reward(text, text, uuid, text, bigint) to wee5_app;
grant execute on function public.grant_reward(text, text, text, text, jsonb, text, text) to wee5_app;
grant execute on function public.set_free_days_budget(text, text, integer) to wee5_app;
grant execute on function public.replace_reward_differences(text, jsonb, timestamptz) to wee5_app;
grant execute on function public.list_communities_to_compare() to wee5_app;
grant execute on function public.note_unread_rewards(text, timestamptz) to wee5_app;
