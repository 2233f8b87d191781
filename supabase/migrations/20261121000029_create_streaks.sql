-- Streaks: the days in a row on which a member did something that paid. Derived from the days of the roll-ups, which outlive
-- the log; the twin of services/xp/streak.ts.

alter table public.users
  add column streak_days integer not null default 0,
  add column streak_day date,
  add column streak_longest integer not null default 0,
  add column streak_freezes integer not null default 0;
comment on column public.users.streak_days is
  'Active days in a row up to and including streak_day. Whether the streak still runs depends on today, so that only a reader can tell.';
comment on column public.users.streak_day is 'The last active day that counted, in the community''s time zone of that day; null before the first.';
comment on column public.users.streak_freezes is 'Missed days that will not break the streak, as of streak_day.';

create function public.makes_day_active(p_action text) returns boolean
language sql immutable parallel safe
return p_action in ('message', 'post', 'comment', 'reaction', 'lesson', 'daily_visit');
comment on function public.makes_day_active is
  'What a member does by themselves: a day on which it paid is active. What others give and what comes by itself makes none.';

create function public.streak_rules(p_settings jsonb) returns jsonb
language sql immutable parallel safe
return coalesce(p_settings -> 'streaks', '{"enabled": true, "freezeEveryDays": 7, "maxFreezes": 2, "pauses": [], "milestones":
  [{"days": 7, "xp": 0}, {"days": 30, "xp": 0}, {"days": 100, "xp": 0}, {"days": 365, "xp": 0}]}'::jsonb);
comment on function public.streak_rules is 'The part of the settings that streaks go by; versions from before it was known have the defaults.';

create function public.missed_days(
  p_community_id text, p_after date, p_before date, p_pauses jsonb, p_at_most integer
) returns integer
language plpgsql stable set search_path = '' as $$
declare
  v_missed integer := 0;
  v_day date := p_after + 1;
  v_at timestamptz;
  v_begin record;
  v_begin_until timestamptz := '-infinity';
  v_noon record;
  v_noon_until timestamptz := '-infinity';
begin
  while v_day < p_before and v_missed <= p_at_most loop
    v_at := v_day::timestamp at time zone 'UTC' - interval '14 hours';
    if v_at >= v_begin_until then
      v_begin := public.settings_at(p_community_id, v_at);
      v_begin_until := coalesce(v_begin.holds_until, 'infinity');
    end if;
    v_at := v_at + interval '24 hours';
    if v_at < v_begin_until then
      v_noon := v_begin;
    elsif v_at >= v_noon_until then
      v_noon := public.settings_at(p_community_id, v_at);
      v_noon_until := coalesce(v_noon.holds_until, 'infinity');
    end if;
    if coalesce((public.streak_rules(v_begin.settings) ->> 'enabled')::boolean, true)
      and not coalesce((v_begin.settings ->> 'paused')::boolean, false)
      and not coalesce((v_noon.settings ->> 'paused')::boolean, false)
      and not exists (
        select from jsonb_array_elements(p_pauses) p where v_day between (p ->> 'from')::date and (p ->> 'to')::date)
    then
      v_missed := v_missed + 1;
    end if;
    v_day := v_day + 1;
  end loop;
  return v_missed;
end
$$;
comment on function public.missed_days is
  'Days between two days on which a member could have kept the streak: not in a pause, XP not paused, streaks not off. Counts no further than one more than p_at_most.';

create function public.streak_step(
  p_community_id text, p_rules jsonb, p_last date, p_day date, inout days integer, inout longest integer, inout freezes integer
) language plpgsql stable set search_path = '' as $$
declare
  v_every integer := (p_rules ->> 'freezeEveryDays')::integer;
  v_missed integer := 0;
begin
  if p_last < p_day - 1 then
    v_missed := public.missed_days(p_community_id, p_last, p_day, p_rules -> 'pauses', freezes);
  end if;
  if v_missed <= freezes then
    freezes := freezes - v_missed;
    days := days + 1;
  else
    freezes := 0;
    days := 1;
  end if;
  if v_every > 0 and days % v_every = 0 then
    freezes := least((p_rules ->> 'maxFreezes')::integer, freezes + 1);
  end if;
  longest := greatest(longest, days);
end
$$;
comment on function public.streak_step is
  'What an active day makes of the streak that its last one, p_last (null: none), has left. p_rules are those of the day, which have streaks on.';

create function public.pays_streak_bonus(p_rules jsonb, p_days integer) returns boolean
language sql immutable parallel safe
return jsonb_path_exists(p_rules -> 'milestones', '$[*] ? (@.days == $days && @.xp > 0)', jsonb_build_object('days', p_days));

create function public.count_streak_bonus(
  p_community_id text, p_user_id text, p_at timestamptz, p_activities integer, p_paid integer, p_xp bigint
) returns void
language plpgsql set search_path = '' as $$
declare
  v_day date := public.activity_day(p_community_id, p_at);
begin
  perform public.add_to_rollups(p_community_id, p_user_id, v_day, 'streak_bonus', p_activities, p_paid, p_xp,
    case when p_xp > 0 then p_at end);
  if p_xp > 0 then
    return;
  end if;
  delete from public.daily_rollups r where r.community_id = p_community_id and r.user_id = p_user_id and r.day = v_day
    and r.action = 'streak_bonus' and r.activities = 0;
  delete from public.period_rollups r where r.community_id = p_community_id and r.user_id = p_user_id and r.activities = 0
    and r.starts_on in (date_trunc('week', v_day)::date, date_trunc('month', v_day)::date);
  update public.period_rollups r set xp_reached_at = public.period_reached_at(p_community_id, p_user_id, r.period, r.starts_on)
  where r.community_id = p_community_id and r.user_id = p_user_id
    and ((r.period = 'week' and r.starts_on = date_trunc('week', v_day)::date)
      or (r.period = 'month' and r.starts_on = date_trunc('month', v_day)::date));
end
$$;

create function public.correct_streak_bonus(
  p_stored public.activities, p_outcome text, p_xp bigint, p_cause text, p_caused_by text
) returns bigint
language plpgsql set search_path = '' as $$
begin
  insert into public.corrections (community_id, user_id, occurred_at, activity_id, sequence, settings_version, outcome, base_xp,
    xp, xp_difference, cause, caused_by)
  values (p_stored.community_id, p_stored.user_id, p_stored.occurred_at, p_stored.activity_id, p_stored.corrections + 1,
    (select s.version from public.settings_at(p_stored.community_id, p_stored.occurred_at) s), p_outcome, p_xp, p_xp,
    p_xp - p_stored.xp, p_cause, p_caused_by);
  perform public.count_streak_bonus(p_stored.community_id, p_stored.user_id, p_stored.occurred_at,
    (p_outcome = 'awarded')::integer - (p_stored.outcome = 'awarded')::integer,
    (p_outcome = 'awarded')::integer - (p_stored.outcome = 'awarded')::integer, p_xp - p_stored.xp);
  return p_xp - p_stored.xp;
end
$$;

create function public.set_streak_bonus(
  p_community_id text, p_user_id text, p_activity_id text, p_at timestamptz, p_xp bigint, p_cause text, p_caused_by text
) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_stored public.activities;
  v_difference bigint := 0;
begin
  select a.* into v_stored from public.activity_identities i
  join public.activities a on a.community_id = i.community_id and a.user_id = i.user_id and a.occurred_at = i.occurred_at
    and a.activity_id = i.activity_id
  where i.community_id = p_community_id and i.activity_id = p_activity_id and i.user_id = p_user_id;
  if v_stored.outcome = 'awarded' and v_stored.occurred_at is distinct from p_at then
    v_difference := public.correct_streak_bonus(v_stored, 'reversed', 0, p_cause, p_caused_by);
  end if;
  if p_at is null then
    return v_difference;
  end if;

  insert into public.activity_identities (community_id, activity_id, user_id, occurred_at)
  values (p_community_id, p_activity_id, p_user_id, p_at)
  on conflict (community_id, activity_id) do update
    set user_id = excluded.user_id, occurred_at = excluded.occurred_at, removed_at = null;
  select * into v_stored from public.activities a
  where a.community_id = p_community_id and a.user_id = p_user_id and a.occurred_at = p_at and a.activity_id = p_activity_id;
  if not found then
    insert into public.activity_log (community_id, user_id, occurred_at, activity_id, action, amount, source, settings_version,
      outcome, base_xp, xp)
    values (p_community_id, p_user_id, p_at, p_activity_id, 'streak_bonus', p_xp, 'api',
      (select s.version from public.settings_at(p_community_id, p_at) s), 'awarded', p_xp, p_xp);
    perform public.count_streak_bonus(p_community_id, p_user_id, p_at, 1, 1, p_xp);
    return v_difference + p_xp;
  elsif v_stored.outcome <> 'awarded' or v_stored.xp <> p_xp then
    return v_difference + public.correct_streak_bonus(v_stored, 'awarded', p_xp, p_cause, p_caused_by);
  end if;
  return v_difference;
end
$$;
comment on function public.set_streak_bonus is
  'Makes the bonus of a milestone what it must be: of that amount at that time, or not there (p_at null). Returns the difference in XP.';

create function public.settle_streak(
  p_community_id text, p_user_id text, p_cause text, p_caused_by text, p_day date default null
) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_user public.users;
  v_from date;
  v_step boolean;
  v_days date[];
  v_day date;
  v_at timestamptz;
  v_now record;
  v_now_until timestamptz := '-infinity';
  v_rules jsonb;
  v_last date;
  v_streak record;
  v_edge timestamptz;
  v_ids text[] := '{}';
  v_times timestamptz[] := '{}';
  v_amounts bigint[] := '{}';
  v_bonus record;
  v_difference bigint := 0;
  v_changed boolean := false;
begin
  select * into strict v_user from public.users u where u.community_id = p_community_id and u.user_id = p_user_id;
  if v_user.reset_at is not null then
    v_from := public.activity_day(p_community_id, v_user.reset_at);
  end if;
  -- No bonus before it may change: its months are closed, or will be tonight.
  v_edge := greatest(date_trunc('month', now() - interval '90 days', 'UTC'), (
    select o.closed_before from public.opening_balances o where o.community_id = p_community_id and o.user_id = p_user_id));
  -- A day after all others changes nothing before it.
  v_step := coalesce(p_day >= v_user.streak_day, false);
  if v_step then
    if p_day = v_user.streak_day or p_day < v_from then
      return 0;
    end if;
    v_days := array[p_day];
    v_last := v_user.streak_day;
    select v_user.streak_days as days, v_user.streak_longest as longest, v_user.streak_freezes as freezes into v_streak;
  else
    select 0 as days, 0 as longest, 0 as freezes into v_streak;
    v_days := array(
      select distinct r.day from public.daily_rollups r
      where r.community_id = p_community_id and r.user_id = p_user_id and r.day >= coalesce(v_from, '-infinity')
        and r.paid > 0 and public.makes_day_active(r.action)
      order by 1);
  end if;

  foreach v_day in array v_days loop
    -- The rules of a day are those at its first moment on Earth, so that they are the same for all that happens in it.
    v_at := v_day::timestamp at time zone 'UTC' - interval '14 hours';
    if v_at >= v_now_until then
      v_now := public.settings_at(p_community_id, v_at);
      v_now_until := coalesce(v_now.holds_until, 'infinity');
      v_rules := public.streak_rules(v_now.settings);
    end if;
    continue when not (v_rules ->> 'enabled')::boolean;
    v_streak := public.streak_step(p_community_id, v_rules, v_last, v_day, v_streak.days, v_streak.longest, v_streak.freezes);
    v_last := v_day;
    if public.pays_streak_bonus(v_rules, v_streak.days) then
      v_at := v_day::timestamp at time zone (v_now.settings ->> 'timeZone');
      if v_at >= v_edge then
        v_ids := v_ids || format('streak_bonus:%s:%s:%s', p_user_id, to_char(v_day, 'YYYY-MM-DD'), v_streak.days);
        v_times := v_times || v_at;
        v_amounts := v_amounts || (select max((m ->> 'xp')::bigint) from jsonb_array_elements(v_rules -> 'milestones') m
          where (m ->> 'days')::integer = v_streak.days);
      end if;
    end if;
  end loop;

  for v_bonus in
    select coalesce(w.id, s.activity_id) as id, w.at, w.xp
    from unnest(v_ids, v_times, v_amounts) w(id, at, xp)
    full join (
      select i.activity_id, i.occurred_at from public.activity_identities i
      where not v_step and i.community_id = p_community_id and i.user_id = p_user_id
        and i.activity_id >= format('streak_bonus:%s:', p_user_id) collate "C"
        and i.activity_id < format('streak_bonus:%s;', p_user_id) collate "C"
    ) s on s.activity_id = w.id
    where s.occurred_at is null or s.occurred_at >= v_edge
    order by 1
  loop
    v_difference := v_difference + public.set_streak_bonus(p_community_id, p_user_id, v_bonus.id, v_bonus.at, v_bonus.xp, p_cause,
      p_caused_by);
    v_changed := true;
  end loop;
  if v_changed then
    perform public.settle_reached_at(p_community_id, p_user_id);
  end if;

  if (v_user.streak_days, v_user.streak_day, v_user.streak_longest, v_user.streak_freezes)
    is distinct from (v_streak.days, v_last, v_streak.longest, v_streak.freezes)
  then
    update public.users u set streak_days = v_streak.days, streak_day = v_last, streak_longest = v_streak.longest,
      streak_freezes = v_streak.freezes, updated_at = now()
    where u.community_id = p_community_id and u.user_id = p_user_id;
  end if;
  if v_streak.longest <> v_user.streak_longest then
    perform public.settle_streak_rewards(p_community_id, p_user_id, v_user.streak_longest, v_streak.longest, p_caused_by);
  end if;
  if p_cause = 'repair' then
    -- Whatever the stored streak was worth, as rebuild_member does for levels.
    perform public.settle_streak_rewards(p_community_id, p_user_id, 2147483647, v_streak.longest, null);
    insert into public.rewards (community_id, user_id, rule_id, streak_days, type, value)
    select p_community_id, p_user_id, rule.rule_id, rule.streak_days, rule.type, rule.value
    from public.reward_rules rule
    where rule.community_id = p_community_id and rule.active and rule.streak_days <= v_streak.longest and rule.created_at <= v_user.created_at
    on conflict do nothing;
    update public.rewards r set state = 'due', cancelled_because = null, due_at = now(), updated_at = now()
    where r.community_id = p_community_id and r.user_id = p_user_id and r.streak_days <= v_streak.longest and r.state = 'cancelled'
      and r.cancelled_because = 'streak_lost';
  end if;
  return v_difference;
end
$$;
comment on function public.settle_streak is
  'Makes a member''s streak, its bonuses and rewards what the days of the roll-ups say. The caller holds the member''s row, has written the roll-ups, and adds the XP that it returns. With p_day, the day that has just become active, one step is enough where that is the last one.';

create function public.settle_member_streak(p_community_id text, p_user_id text) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_user public.users;
  v_difference bigint;
  v_level integer;
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  select * into v_user from public.users u where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  if not found then
    return 0;
  end if;
  v_difference := public.settle_streak(p_community_id, p_user_id, 'settings', null);
  if v_difference <> 0 then
    select public.level_at(c.thresholds, v_user.xp + v_difference) into v_level
    from public.level_curves c where c.community_id = p_community_id;
    update public.users u set xp = u.xp + v_difference, xp_bucket = public.xp_bucket_of(u.xp + v_difference), level = v_level,
      updated_at = now()
    where u.community_id = p_community_id and u.user_id = p_user_id;
    if v_level <> v_user.level then
      perform public.settle_rewards(p_community_id, p_user_id, v_user.level, v_level, null);
    end if;
  end if;
  return v_difference;
end
$$;
comment on function public.settle_member_streak is
  'Settles the streak of a member whose activities have not changed, as once when streaks came. Returns the XP that made.';

-- Rewards of streaks: a rule asks for a level or for so many days in a row.
alter table public.reward_rules
  alter level drop not null,
  add column streak_days integer check (streak_days between 2 and 3650),
  add check (num_nonnulls(level, streak_days) = 1);
comment on table public.reward_rules is
  'What a level, or so many days in a row, pays. A rule that was ever active is switched off, never deleted: rewards point at it.';

alter table public.rewards
  add column streak_days integer,
  drop constraint rewards_check2,
  add constraint rewards_earned_by_rule check (num_nonnulls(level, streak_days) = (rule_id is not null)::integer),
  drop constraint rewards_cancelled_because_check,
  add constraint rewards_cancelled_because_check check (cancelled_because in ('level_lost', 'streak_lost', 'by_creator'));
comment on column public.rewards.streak_days is 'The days in a row that earned it; null where a level did, or a person.';
comment on column public.rewards.level_lost_at is
  'When its level, or the days in a row, were lost after it had been sent, or while it was. What is sent stays.';

create function public.settle_streak_rewards(
  p_community_id text, p_user_id text, p_old_days integer, p_new_days integer, p_caused_by text
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_due jsonb := '[]';
  v_state text;
begin
  if p_new_days > p_old_days then
    -- Mostly there is nothing between the two. Rules are never deleted, so that a reward has one as well.
    if not exists (select from public.reward_rules rule
      where rule.community_id = p_community_id and rule.streak_days > p_old_days and rule.streak_days <= p_new_days)
    then
      return v_due;
    end if;
    select case when c.rewards_confirmed_at is null then 'due' else 'confirmed' end into v_state
    from public.communities c where c.community_id = p_community_id;
    with due as (
      insert into public.rewards as r (community_id, user_id, rule_id, streak_days, type, value, caused_by, state)
      select p_community_id, p_user_id, rule.rule_id, rule.streak_days, rule.type, rule.value, p_caused_by, v_state
      from public.reward_rules rule
      where rule.community_id = p_community_id and rule.active and rule.streak_days > p_old_days and rule.streak_days <= p_new_days
      order by rule.streak_days, rule.rule_id
      on conflict (community_id, user_id, rule_id) do update
        set state = excluded.state, cancelled_because = null, caused_by = excluded.caused_by, due_at = now(),
          next_attempt_at = now(), updated_at = now()
        where r.state = 'cancelled' and r.cancelled_because = 'streak_lost'
      returning r.reward_id, r.streak_days, r.type, r.value
    )
    select coalesce(jsonb_agg(jsonb_build_object('rewardId', reward_id, 'streakDays', streak_days, 'type', type, 'value', value)
      order by streak_days, reward_id), '[]') into v_due from due;
    update public.rewards set level_lost_at = null, updated_at = now()
    where community_id = p_community_id and user_id = p_user_id and level_lost_at is not null and streak_days <= p_new_days;
    if v_state = 'confirmed' and v_due <> '[]' then
      perform public.queue_sending(p_community_id);
    end if;
  elsif p_new_days < p_old_days then
    update public.rewards set state = 'cancelled', cancelled_because = 'streak_lost', waits_for = null, lease_token = null,
      leased_until = null, updated_at = now()
    where community_id = p_community_id and user_id = p_user_id and streak_days > p_new_days
      and state in ('due', 'confirmed', 'waiting');
    update public.rewards set level_lost_at = now(), updated_at = now()
    where community_id = p_community_id and user_id = p_user_id and streak_days > p_new_days and level_lost_at is null
      and state in ('sending', 'delivered', 'needs_attention');
  end if;
  return v_due;
end
$$;
comment on function public.settle_streak_rewards is
  'As settle_rewards, for rules that ask for days in a row, between two longest streaks of a member.';

create function public.name_lost_streak() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.cancelled_because := 'streak_lost';
  return new;
end
$$;
comment on function public.name_lost_streak is
  'What takes back a reward under way asks only whether what earned it is lost; of a streak it is the streak.';
create trigger name_lost_streak before update of cancelled_because on public.rewards for each row
  when (new.cancelled_because = 'level_lost' and new.streak_days is not null) execute function public.name_lost_streak();

create or replace function public.begin_reward(
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
  if exists (select from public.users u where u.community_id = p_community_id and u.user_id = v_reward.user_id
    and (v_reward.level > u.level or v_reward.streak_days > u.streak_longest))
  then
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
  'Written before the first call to Whop: the key, what will be asked, and the budget it is taken from. begun | lost (the lease, or to a decision) | cancelled (the level, or the streak, is lost) | too_many (calls) | no_budget | busy (another reward of the member is on its way).';

create function public.date_rule() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.created_at := now();
  return new;
end
$$;
comment on function public.date_rule is 'A rule that is switched on pays from then on: who had got there before is owed nothing.';
create trigger date_rule before update of active on public.reward_rules for each row
  when (new.active and not old.active) execute function public.date_rule();
comment on column public.reward_rules.created_at is 'Since when it pays.';

create or replace function public.ensure_community(p_community_id text, p_title text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  insert into public.communities (community_id, title) values (p_community_id, p_title) on conflict do nothing;
  if not found then
    return;
  end if;
  insert into public.settings_versions (community_id, version, valid_from, settings, created_by)
  values (p_community_id, 1, 'epoch', public.default_settings(), 'wee5');
  insert into public.level_curves (community_id) values (p_community_id);
  insert into public.level_ranks (community_id, level, name) values
    (p_community_id, 1, 'Newcomer'), (p_community_id, 5, 'Regular'), (p_community_id, 10, 'Insider'), (p_community_id, 25, 'Veteran'),
    (p_community_id, 50, 'Expert'), (p_community_id, 100, 'Legend');
  insert into public.reward_rules (community_id, level, type, value) values
    (p_community_id, 5, 'free_days', '{"days": 3}'), (p_community_id, 10, 'free_days', '{"days": 7}'),
    (p_community_id, 25, 'free_days', '{"days": 14}'), (p_community_id, 50, 'free_days', '{"days": 30}'),
    (p_community_id, 100, 'promo_code', '{"percentOff": 50}');
  perform public.offer_streak_rewards(p_community_id);
end
$$;
comment on function public.ensure_community is
  'Makes a community with its first settings, the default curve, rank names and reward rules, those for days in a row switched off; does nothing when it exists.';

create function public.offer_streak_rewards(p_community_id text) returns void
language sql set search_path = '' as $$
  insert into public.reward_rules (community_id, streak_days, type, value, active) values
    (p_community_id, 30, 'free_days', '{"days": 3}', false), (p_community_id, 100, 'free_days', '{"days": 7}', false),
    (p_community_id, 365, 'free_days', '{"days": 30}', false)
$$;
comment on function public.offer_streak_rewards is 'Rules for days in a row that the creator may switch on.';
select public.offer_streak_rewards(c.community_id) from public.communities c;

-- Members have a streak from the first day on that is still known.
select graphile_worker.add_job('settle_streaks', json_build_object('communityId', c.community_id),
  job_key => 'settle_streaks:' || c.community_id)
from public.communities c;

revoke execute on function public.makes_day_active(text) from public, anon, authenticated;
revoke execute on function public.streak_rules(jsonb) from public, anon, authenticated;
revoke execute on function public.missed_days(text, date, date, jsonb, integer) from public, anon, authenticated;
revoke execute on function public.streak_step(text, jsonb, date, date, integer, integer, integer) from public, anon, authenticated;
revoke execute on function public.pays_streak_bonus(jsonb, integer) from public, anon, authenticated;
revoke execute on function public.count_streak_bonus(text, text, timestamptz, integer, integer, bigint) from public, anon, authenticated;
revoke execute on function public.correct_streak_bonus(public.activities, text, bigint, text, text) from public, anon, authenticated;
revoke execute on function public.set_streak_bonus(text, text, text, timestamptz, bigint, text, text) from public, anon, authenticated;
revoke execute on function public.settle_streak(text, text, text, text, date) from public, anon, authenticated;
revoke execute on function public.settle_member_streak(text, text) from public, anon, authenticated;
revoke execute on function public.settle_streak_rewards(text, text, integer, integer, text) from public, anon, authenticated;
revoke execute on function public.name_lost_streak() from public, anon, authenticated;
revoke execute on function public.date_rule() from public, anon, authenticated;
revoke execute on function public.offer_streak_rewards(text) from public, anon, authenticated;
grant execute on function public.settle_member_streak(text, text) to wee5_app;
