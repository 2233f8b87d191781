-- Rewards on their way: who works on one, under which key, what was asked of Whop and what came of it.

-- One may also be granted by hand, without a rule or a level.
alter table public.rewards
  drop constraint rewards_pkey,
  drop constraint rewards_reward_id_key,
  add primary key (community_id, reward_id),
  add constraint rewards_once_per_rule unique (community_id, user_id, rule_id),
  alter rule_id drop not null,
  alter level drop not null,
  drop constraint rewards_cancelled_because_check,
  add constraint rewards_cancelled_because_check check (cancelled_because in ('level_lost', 'by_creator')),
  add column granted_by text,
  add column note text check (length(note) <= 200),
  add column lease_token uuid,
  add column leased_until timestamptz,
  add column idempotency_key text,
  add column keyed_at timestamptz,
  add column request jsonb,
  add column calls integer not null default 0,
  add column failures integer not null default 0,
  add column next_attempt_at timestamptz not null default now(),
  add column waits_for text check (waits_for in ('membership', 'budget')),
  add column problem text check (problem in
    ('unknown_outcome', 'refused', 'no_permission', 'no_end', 'too_many_attempts', 'error')),
  add column last_error text,
  add column budget_month date,
  add column code text,
  add column whop_id text,
  add column delivered_at timestamptz,
  add column delivered_how text check (delivered_how in ('sent', 'found', 'here', 'by_hand')),
  add column level_lost_at timestamptz,
  add check ((rule_id is null) = (granted_by is not null)),
  add check ((rule_id is null) = (level is null)),
  add check ((lease_token is null) = (leased_until is null)),
  add check ((idempotency_key is null) = (keyed_at is null) and (idempotency_key is null) = (request is null)),
  add check ((problem is not null) = (state = 'needs_attention')),
  add check ((delivered_at is not null) = (state = 'delivered') and (delivered_how is not null) = (state = 'delivered'));
comment on column public.rewards.granted_by is 'Who granted it by hand; null where a level earned it.';
comment on column public.rewards.note is 'What the creator says to the member with a reward granted by hand.';
comment on column public.rewards.lease_token is 'Of the worker that has it until leased_until. Whoever took it over since has another: late writes are refused.';
comment on column public.rewards.idempotency_key is 'Written before the first call to Whop and sent with each. Null: nothing has been asked under a key that still counts.';
comment on column public.rewards.keyed_at is 'When the key was first used. Whop forgets it after 24 hours: then only reading tells what became of the call.';
comment on column public.rewards.request is 'What is sent under the key, always the same, and what was read before (a membership''s end) by which its effect is known.';
comment on column public.rewards.calls is 'Calls made that might have had the effect.';
comment on column public.rewards.failures is 'Attempts in a row that came to nothing; the pauses between attempts grow with it.';
comment on column public.rewards.budget_month is 'First day of the month in whose budget its free days count; null while they count in none.';
comment on column public.rewards.code is 'The promo code. Chosen before the first call; shown to the member once delivered.';
comment on column public.rewards.whop_id is 'What it is at Whop: the membership (mem_…) that got the days, or the promo code (promo_…).';
comment on column public.rewards.level_lost_at is 'When its level was lost after it had been sent, or while it was. What is sent stays.';
create index rewards_in_budget on public.rewards (community_id, budget_month) where budget_month is not null;
create index rewards_by_time on public.rewards (community_id, updated_at desc);

alter table public.communities
  add column free_days_per_month integer check (free_days_per_month between 0 and 1000000);
comment on column public.communities.free_days_per_month is 'At most so many free days are sent in a month of the community''s time zone; null for no limit.';

create or replace function public.settle_rewards(
  p_community_id text, p_user_id text, p_old_level integer, p_new_level integer, p_caused_by text
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_due jsonb := '[]';
  v_state text;
begin
  if p_new_level > p_old_level then
    select case when c.rewards_confirmed_at is null then 'due' else 'confirmed' end into v_state
    from public.communities c where c.community_id = p_community_id;
    with due as (
      insert into public.rewards as r (community_id, user_id, rule_id, level, type, value, caused_by, state)
      select p_community_id, p_user_id, rule.rule_id, rule.level, rule.type, rule.value, p_caused_by, v_state
      from public.reward_rules rule
      where rule.community_id = p_community_id and rule.active and rule.level > p_old_level and rule.level <= p_new_level
      order by rule.level, rule.rule_id
      on conflict (community_id, user_id, rule_id) do update
        set state = excluded.state, cancelled_because = null, caused_by = excluded.caused_by, due_at = now(),
          next_attempt_at = now(), updated_at = now()
        where r.state = 'cancelled' and r.cancelled_because = 'level_lost'
      returning r.reward_id, r.level, r.type, r.value
    )
    select coalesce(jsonb_agg(jsonb_build_object('rewardId', reward_id, 'level', level, 'type', type, 'value', value)
      order by level, reward_id), '[]') into v_due from due;
    update public.rewards set level_lost_at = null, updated_at = now()
    where community_id = p_community_id and user_id = p_user_id and level_lost_at is not null and level <= p_new_level;
    if v_state = 'confirmed' and v_due <> '[]' then
      perform public.queue_sending(p_community_id);
    end if;
    perform public.queue_level_up(p_community_id, p_user_id, p_old_level, p_new_level, p_caused_by);
  elsif p_new_level < p_old_level then
    update public.rewards set state = 'cancelled', cancelled_because = 'level_lost', waits_for = null, lease_token = null,
      leased_until = null, updated_at = now()
    where community_id = p_community_id and user_id = p_user_id and level > p_new_level
      and state in ('due', 'confirmed', 'waiting');
    update public.rewards set level_lost_at = now(), updated_at = now()
    where community_id = p_community_id and user_id = p_user_id and level > p_new_level and level_lost_at is null
      and state in ('sending', 'delivered', 'needs_attention');
  end if;
  return v_due;
end
$$;
comment on function public.settle_rewards is
  'Rewards of the levels between two levels: due on the way up (each once, also on a jump), confirmed where the creator has agreed to pay. On the way down unsent ones are cancelled and sent ones marked.';

create function public.wake_worker(p_task text, p_community_id text) returns void
language plpgsql set search_path = '' as $$
declare
  v_job graphile_worker._private_jobs;
begin
  -- Awards of several members wake for rewards and messages in any order: each would wait for the other's job.
  perform pg_advisory_xact_lock(11, hashtext(p_community_id));
  loop
    v_job := graphile_worker.add_job(p_task, json_build_object('communityId', p_community_id),
      job_key => p_task || ':' || p_community_id);
    exit when v_job.id is not null;
  end loop;
end
$$;
comment on function public.wake_worker is
  'Lets a worker look what there is to do for a community, certainly after the caller''s commit. The rows say what; the job only that it is time.';

create function public.queue_sending(p_community_id text) returns void
language plpgsql set search_path = '' as $$
begin
  perform public.wake_worker('send_rewards', p_community_id);
end
$$;
comment on function public.queue_sending is 'Wakes a worker for rewards that may be sent. The rows say what is to be done; the job only that it is time to look.';

create function public.confirm_rewards() returns trigger
language plpgsql set search_path = '' as $$
begin
  update public.rewards set state = 'confirmed', next_attempt_at = now(), updated_at = now()
  where community_id = new.community_id and state = 'due';
  if found then
    perform public.queue_sending(new.community_id);
  end if;
  return null;
end
$$;
create trigger confirm_rewards after update of rewards_confirmed_at on public.communities for each row
  when (new.rewards_confirmed_at is not null) execute function public.confirm_rewards();

revoke execute on function public.wake_worker(text, text) from public, anon, authenticated;
revoke execute on function public.queue_sending(text) from public, anon, authenticated;
revoke execute on function public.confirm_rewards() from public, anon, authenticated;
