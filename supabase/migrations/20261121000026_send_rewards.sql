-- Sending rewards: who may work on which, and every step of one under the lease of the worker that has it. What can be lost
-- on the way, and why nothing is sent twice, is in docs/decisions/0011-rewards-exactly-once.md.

alter table public.rewards add column errors integer not null default 0;
comment on column public.rewards.errors is 'Exceptions of our own in a row: what fails for itself, and not for Whop''s sake, ends with a person.';
create index rewards_to_claim on public.rewards (community_id, next_attempt_at) where state in ('confirmed', 'sending', 'waiting');
create index rewards_leased on public.rewards (community_id) where lease_token is not null;

create function public.claim_rewards(p_limit integer, p_lease_seconds double precision, p_only_community text default null)
returns table (community_id text, reward_id uuid, lease_token uuid)
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
begin
  -- One claim at a time, each in a statement of its own: the next one sees these leases.
  perform pg_advisory_xact_lock(8, 0);
  return query
  with recursive community as (
    -- From one to the next by the index, so that a long queue of one costs the others nothing.
    select (select min(r.community_id) from public.rewards r
      where r.state in ('confirmed', 'sending', 'waiting') and (p_only_community is null or r.community_id = p_only_community)) as id
    union all
    select (select min(r.community_id) from public.rewards r
      where r.state in ('confirmed', 'sending', 'waiting') and r.community_id > c.id and p_only_community is null)
    from community c where c.id is not null
  ), ready as (
    select own.*,
      -- Of a member only one that gives free days: two at once, and the membership's end would not tell which took effect.
      case when own.type = 'free_days'
        then row_number() over (partition by own.community_id, own.user_id, own.type order by own.due_at, own.reward_id) else 1 end as place
    from community c
    cross join lateral (
      select r.community_id, r.user_id, r.reward_id, r.type, r.next_attempt_at, r.due_at
      from public.rewards r
      where r.community_id = c.id and r.state in ('confirmed', 'sending', 'waiting') and r.next_attempt_at <= now()
        and (r.leased_until is null or r.leased_until <= now())
        and (r.type <> 'free_days' or not exists (
          select from public.rewards other
          where other.community_id = r.community_id and other.user_id = r.user_id and other.type = 'free_days'
            and other.reward_id <> r.reward_id and (other.state = 'sending' or other.leased_until > now())))
      order by r.next_attempt_at limit p_limit
    ) own
  ), held as (
    select r.community_id, count(*) as rewards from public.rewards r
    where r.lease_token is not null and r.leased_until > now() group by r.community_id
  ), ranked as (
    select d.community_id, d.reward_id, coalesce(h.rewards, 0)
      + row_number() over (partition by d.community_id order by d.next_attempt_at, d.due_at, d.reward_id) as turn
    from ready d left join held h on h.community_id = d.community_id where d.place = 1
  ), chosen as (
    select r.community_id, r.reward_id
    from public.rewards r join ranked k on k.community_id = r.community_id and k.reward_id = r.reward_id
    -- Asked again of the row itself: somebody may have decided about it since.
    where r.state in ('confirmed', 'sending', 'waiting') and r.next_attempt_at <= now()
      and (r.leased_until is null or r.leased_until <= now())
    -- Each community's first before anybody's second. Among equals chance decides, so that no community is always the last.
    order by k.turn, random()
    limit p_limit
    for no key update of r skip locked
  )
  update public.rewards r
  set lease_token = gen_random_uuid(), leased_until = now() + make_interval(secs => p_lease_seconds)
  from chosen where r.community_id = chosen.community_id and r.reward_id = chosen.reward_id
  returning r.community_id, r.reward_id, r.lease_token;
end
$$;
comment on function public.claim_rewards is
  'Gives the caller rewards that may be worked on now, for so long; communities take turns. Ids only: a row is read in its own community.';

create function public.month_of(p_at timestamptz, p_time_zone text) returns date
language sql stable set search_path = '' as $$
  select date_trunc('month', p_at at time zone p_time_zone)::date
$$;
comment on function public.month_of is 'First day of the month that it is then in the time zone.';

create function public.begin_reward(
  p_community_id text, p_reward_id uuid, p_lease_token uuid, p_lease_seconds double precision, p_key text, p_request jsonb
) returns text
language plpgsql security definer set search_path = '' as $$
declare
  v_reward public.rewards;
  v_budget integer;
  v_zone text;
  v_month date;
begin
  perform public.require_community(p_community_id);
  -- One at a time: each counts the days of those before it.
  perform pg_advisory_xact_lock(9, hashtext(p_community_id));
  select * into v_reward from public.rewards r where r.community_id = p_community_id and r.reward_id = p_reward_id for no key update;
  if not found or v_reward.lease_token is distinct from p_lease_token or v_reward.leased_until <= now()
    or v_reward.state not in ('confirmed', 'waiting') or v_reward.idempotency_key is not null
  then
    return 'lost';
  end if;
  if v_reward.level > (select u.level from public.users u where u.community_id = p_community_id and u.user_id = v_reward.user_id) then
    update public.rewards r set state = 'cancelled', cancelled_because = 'level_lost', waits_for = null, lease_token = null,
      leased_until = null, updated_at = now()
    where r.community_id = p_community_id and r.reward_id = p_reward_id;
    return 'cancelled';
  end if;
  if v_reward.calls >= 20 then
    return 'too_many';
  end if;

  if v_reward.type = 'free_days' then
    if exists (select from public.rewards other
      where other.community_id = p_community_id and other.user_id = v_reward.user_id and other.type = 'free_days'
        and other.reward_id <> p_reward_id and other.state = 'sending')
    then
      return 'busy';
    end if;
    select c.free_days_per_month, s.settings ->> 'timeZone' into v_budget, v_zone
    from public.communities c
    join public.settings_versions s on s.community_id = c.community_id and s.version = c.settings_version
    where c.community_id = p_community_id;
    v_month := public.month_of(now(), v_zone);
    if v_budget is not null and (v_reward.value ->> 'days')::integer + (
      select coalesce(sum((r.value ->> 'days')::integer), 0) from public.rewards r
      where r.community_id = p_community_id and r.budget_month = v_month and r.reward_id <> p_reward_id) > v_budget
    then
      update public.rewards r set state = 'confirmed', waits_for = 'budget', budget_month = null, lease_token = null,
        leased_until = null, failures = 0, next_attempt_at = (v_month + interval '1 month') at time zone v_zone,
        updated_at = case when r.waits_for = 'budget' then r.updated_at else now() end
      where r.community_id = p_community_id and r.reward_id = p_reward_id;
      return 'no_budget';
    end if;
  end if;

  update public.rewards r set state = 'sending', waits_for = null, idempotency_key = p_key, keyed_at = now(), request = p_request,
    code = coalesce(p_request ->> 'code', r.code), calls = r.calls + 1, budget_month = v_month,
    leased_until = now() + make_interval(secs => p_lease_seconds), updated_at = now()
  where r.community_id = p_community_id and r.reward_id = p_reward_id;
  return 'begun';
end
$$;
comment on function public.begin_reward is
  'Written before the first call to Whop: the key, what will be asked, and the budget it is taken from. begun | lost (the lease, or to a decision) | cancelled (the level is lost) | too_many (calls) | no_budget | busy (another reward of the member is on its way).';

create function public.call_reward_again(
  p_community_id text, p_reward_id uuid, p_lease_token uuid, p_lease_seconds double precision, p_new_key text
) returns text
language plpgsql security definer set search_path = '' as $$
declare
  v_reward public.rewards;
  v_age interval;
begin
  perform public.require_community(p_community_id);
  select * into v_reward from public.rewards r where r.community_id = p_community_id and r.reward_id = p_reward_id for no key update;
  if not found or v_reward.lease_token is distinct from p_lease_token or v_reward.leased_until <= now()
    or v_reward.state <> 'sending' or v_reward.idempotency_key is null
  then
    return 'lost';
  end if;
  v_age := now() - v_reward.keyed_at;
  if v_age >= interval '23 hours' and v_age < interval '24 hours 1 minute' then
    update public.rewards r set lease_token = null, leased_until = null,
      next_attempt_at = v_reward.keyed_at + interval '24 hours 1 minute'
    where r.community_id = p_community_id and r.reward_id = p_reward_id;
    return 'between';
  end if;
  if v_reward.calls >= 20 then
    return 'too_many';
  end if;
  update public.rewards r set calls = r.calls + 1,
    idempotency_key = case when v_age < interval '23 hours' then r.idempotency_key else p_new_key end,
    keyed_at = case when v_age < interval '23 hours' then r.keyed_at else now() end,
    leased_until = now() + make_interval(secs => p_lease_seconds)
  where r.community_id = p_community_id and r.reward_id = p_reward_id;
  return case when v_age < interval '23 hours' then v_reward.idempotency_key else p_new_key end;
end
$$;
comment on function public.call_reward_again is
  'Once reading has shown that no call took effect: the key to call under. The same while Whop remembers it; another once Whop has surely forgotten it, at the earliest 24 hours after the first call under it; in the hour before neither ("between", and the reward waits). Else lost | too_many.';

create function public.forget_reward_key(
  p_community_id text, p_reward_id uuid, p_lease_token uuid, p_pause_seconds double precision, p_last_error text
) returns text
language plpgsql security definer set search_path = '' as $$
declare
  v_state text;
begin
  perform public.require_community(p_community_id);
  -- Before the row, as whoever begins one: days given back while another finds none left would be missed by it.
  perform pg_advisory_xact_lock(9, hashtext(p_community_id));
  update public.rewards r set
    state = case when r.level_lost_at is null then 'confirmed' else 'cancelled' end,
    cancelled_because = case when r.level_lost_at is not null then 'level_lost' end, level_lost_at = null,
    idempotency_key = null, keyed_at = null, request = null, budget_month = null, code = null,
    failures = r.failures + 1, errors = 0, last_error = p_last_error, lease_token = null, leased_until = null,
    next_attempt_at = now() + make_interval(secs => p_pause_seconds), updated_at = now()
  where r.community_id = p_community_id and r.reward_id = p_reward_id and r.lease_token = p_lease_token and r.state = 'sending'
  returning r.state into v_state;
  return v_state;
end
$$;
comment on function public.forget_reward_key is
  'Nothing has come of the key and nothing can any more: the reward is as before its first call, or cancelled where its level has been lost since. Null when the lease was lost.';

create function public.deliver_reward(
  p_community_id text, p_reward_id uuid, p_lease_token uuid, p_how text, p_whop_id text, p_read jsonb
) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  update public.rewards r set state = 'delivered', delivered_at = now(), delivered_how = p_how, whop_id = p_whop_id,
    request = r.request || coalesce(p_read, '{}'), waits_for = null, last_error = null, failures = 0, errors = 0,
    lease_token = null, leased_until = null, updated_at = now()
  where r.community_id = p_community_id and r.reward_id = p_reward_id and r.lease_token = p_lease_token
    and case when p_how = 'here' then r.state in ('confirmed', 'waiting') and r.type in ('badge', 'custom') else r.state = 'sending' end;
  if not found then
    return false;
  end if;
  perform public.queue_reward_news(p_community_id, p_reward_id);
  return true;
end
$$;
comment on function public.deliver_reward is 'It has arrived: by a call (sent), seen at Whop (found), or on our own pages (here). The member hears of it in the same transaction.';

create function public.park_reward(p_community_id text, p_reward_id uuid, p_lease_token uuid, p_pause_seconds double precision)
returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  update public.rewards r set state = 'waiting', waits_for = 'membership', failures = 0, errors = 0, last_error = null,
    lease_token = null, leased_until = null, next_attempt_at = now() + make_interval(secs => p_pause_seconds),
    updated_at = case when r.state = 'waiting' then r.updated_at else now() end
  where r.community_id = p_community_id and r.reward_id = p_reward_id and r.lease_token = p_lease_token
    and r.state in ('confirmed', 'waiting');
  return found;
end
$$;
comment on function public.park_reward is 'The member has no membership that days could be added to: looked at again later, and at once when one begins.';

create function public.release_reward(
  p_community_id text, p_reward_id uuid, p_lease_token uuid, p_pause_seconds double precision, p_last_error text, p_because text
) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  update public.rewards r set
    -- Turned away at the door a call cannot have had an effect.
    calls = r.calls - (p_because = 'turned_away')::integer,
    failures = r.failures + (p_because <> 'not_now')::integer,
    errors = case p_because when 'error' then r.errors + 1 when 'not_now' then r.errors else 0 end,
    state = case when p_because = 'error' and r.errors >= 7 then 'needs_attention' else r.state end,
    problem = case when p_because = 'error' and r.errors >= 7 then 'error' end,
    waits_for = case when p_because = 'error' and r.errors >= 7 then null else r.waits_for end,
    last_error = coalesce(p_last_error, r.last_error), lease_token = null, leased_until = null,
    next_attempt_at = now() + make_interval(secs => p_pause_seconds),
    updated_at = case when p_because = 'error' and r.errors >= 7 then now() else r.updated_at end
  where r.community_id = p_community_id and r.reward_id = p_reward_id and r.lease_token = p_lease_token
    and r.state in ('confirmed', 'sending', 'waiting');
  return found;
end
$$;
comment on function public.release_reward is
  'Puts it back until later because of: failed (a call or a read came to nothing) | turned_away (429: that call does not count) | error (our own; the eighth in a row is for a person) | not_now (no attempt was made).';

create function public.refer_reward(
  p_community_id text, p_reward_id uuid, p_lease_token uuid, p_problem text, p_last_error text, p_nothing_sent boolean
) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  if p_nothing_sent then
    perform pg_advisory_xact_lock(9, hashtext(p_community_id));
  end if;
  update public.rewards r set state = 'needs_attention', problem = p_problem, last_error = p_last_error, waits_for = null,
    idempotency_key = case when not p_nothing_sent then r.idempotency_key end,
    keyed_at = case when not p_nothing_sent then r.keyed_at end,
    request = case when not p_nothing_sent then r.request end,
    code = case when not p_nothing_sent then r.code end,
    budget_month = case when not p_nothing_sent then r.budget_month end,
    errors = 0, lease_token = null, leased_until = null, updated_at = now()
  where r.community_id = p_community_id and r.reward_id = p_reward_id and r.lease_token = p_lease_token
    and r.state in ('confirmed', 'sending', 'waiting');
  return found;
end
$$;
comment on function public.refer_reward is
  'To a person. Where it is certain that nothing was sent the key goes with it: Whop would repeat its refusal under it, and the days are free for others.';

create function public.resume_waiting(p_community_id text, p_user_id text) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_resumed integer;
begin
  perform public.require_community(p_community_id);
  update public.rewards r set next_attempt_at = now()
  where r.community_id = p_community_id and r.user_id = p_user_id and r.state = 'waiting' and r.next_attempt_at > now();
  get diagnostics v_resumed = row_count;
  if v_resumed > 0 then
    perform public.queue_sending(p_community_id);
  end if;
  return v_resumed;
end
$$;
comment on function public.resume_waiting is 'A membership of the member has begun: what waited for one is looked at now.';

create function public.wake_for_budget() returns trigger
language plpgsql set search_path = '' as $$
begin
  update public.rewards r set next_attempt_at = now()
  where r.community_id = new.community_id and r.reward_id = any (array(
    select w.reward_id from public.rewards w where w.community_id = new.community_id and w.state = 'confirmed'
      and w.waits_for = 'budget' order by w.reward_id for no key update skip locked));
  if found then
    perform public.queue_sending(new.community_id);
  end if;
  return null;
end
$$;
comment on function public.wake_for_budget is 'Days have come back into the budget: what waits for it is tried now, and waits again where it still does not fit.';
create trigger wake_for_budget after update of budget_month on public.rewards for each row
  when (old.budget_month is not null and new.budget_month is null) execute function public.wake_for_budget();

revoke execute on function public.claim_rewards(integer, double precision, text) from public, anon, authenticated;
revoke execute on function public.month_of(timestamptz, text) from public, anon, authenticated;
revoke execute on function public.begin_reward(text, uuid, uuid, double precision, text, jsonb) from public, anon, authenticated;
revoke execute on function public.call_reward_again(text, uuid, uuid, double precision, text) from public, anon, authenticated;
revoke execute on function public.forget_reward_key(text, uuid, uuid, double precision, text) from public, anon, authenticated;
revoke execute on function public.deliver_reward(text, uuid, uuid, text, text, jsonb) from public, anon, authenticated;
revoke execute on function public.park_reward(text, uuid, uuid, double precision) from public, anon, authenticated;
revoke execute on function public.release_reward(text, uuid, uuid, double precision, text, text) from public, anon, authenticated;
revoke execute on function public.refer_reward(text, uuid, uuid, text, text, boolean) from public, anon, authenticated;
revoke execute on function public.resume_waiting(text, text) from public, anon, authenticated;
revoke execute on function public.wake_for_budget() from public, anon, authenticated;
grant execute on function public.claim_rewards(integer, double precision, text) to wee5_app;
grant execute on function public.begin_reward(text, uuid, uuid, double precision, text, jsonb) to wee5_app;
grant execute on function public.call_reward_again(text, uuid, uuid, double precision, text) to wee5_app;
grant execute on function public.forget_reward_key(text, uuid, uuid, double precision, text) to wee5_app;
grant execute on function public.deliver_reward(text, uuid, uuid, text, text, jsonb) to wee5_app;
grant execute on function public.park_reward(text, uuid, uuid, double precision) to wee5_app;
grant execute on function public.release_reward(text, uuid, uuid, double precision, text, text) to wee5_app;
grant execute on function public.refer_reward(text, uuid, uuid, text, text, boolean) to wee5_app;
grant execute on function public.resume_waiting(text, text) to wee5_app;
