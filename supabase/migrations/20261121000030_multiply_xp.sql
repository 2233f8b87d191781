-- What an activity pays besides its rate: multipliers of the place, of the member's role and of the hour; and where a member's
-- life here begins. With them the functions of the award path are made anew.

-- Roles

create table public.member_roles (
  community_id text not null,
  user_id text not null,
  valid_from timestamptz not null,
  role text not null check (role in ('admin', 'moderator', 'member')),
  primary key (community_id, user_id, valid_from),
  foreign key (community_id, user_id) references public.users on delete cascade
);
comment on table public.member_roles is
  'Which role a member has from a moment on; before the first, and without one, it is member. Kept only for multipliers: who may do what is asked of Whop.';
alter table public.member_roles enable row level security;
create policy own_community on public.member_roles for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
revoke all on public.member_roles from anon, authenticated;
grant select on public.member_roles to wee5_app;

create function public.role_at(p_community_id text, p_user_id text, p_at timestamptz) returns text
language plpgsql stable set search_path = '' as $$
begin
  return coalesce(
    (select r.role from public.member_roles r
      where r.community_id = p_community_id and r.user_id = p_user_id and r.valid_from <= p_at
      order by r.valid_from desc limit 1), 'member');
end
$$;
comment on function public.role_at is 'The role a member had at a moment.';

-- Where a member's life here begins

alter table public.users add column reset_at timestamptz;
comment on column public.users.reset_at is
  'The fold begins here: what happened before has the outcome reset. Null: it begins with the member. Whoever changes it rebuilds the member in the same transaction.';

create view public.openings with (security_invoker = true) as
  select o.* from public.opening_balances o
  join public.users u on u.community_id = o.community_id and u.user_id = o.user_id
  where u.reset_at is null or u.reset_at < o.closed_before;
comment on view public.openings is 'Opening balances that count: not those of a life that ended after them.';
revoke all on public.openings from anon, authenticated;
grant select on public.openings to wee5_app;

alter table public.corrections drop constraint corrections_cause_check,
  add constraint corrections_cause_check
    check (cause in ('late', 'removed', 'restored', 'settings', 'repair', 'role', 'membership'));

-- The rules

create function public.multiplied_xp(
  p_multipliers jsonb, p_base_xp bigint, p_experience_id text, p_role text, p_at timestamptz
) returns bigint
language plpgsql immutable set search_path = '' as $$
declare
  v_product numeric := p_base_xp;
  v_whole numeric := 1;
  v_percent integer;
begin
  if p_multipliers = '{"channels": {}, "roles": {}, "boosts": []}' then
    return p_base_xp;
  end if;
  for v_percent in
    select (p_multipliers -> 'channels' ->> p_experience_id)::integer
    union all
    select (p_multipliers -> 'roles' ->> coalesce(p_role, 'member'))::integer
    union all
    select (b ->> 'percent')::integer from jsonb_array_elements(p_multipliers -> 'boosts') b
    where (b ->> 'startsAt')::timestamptz <= p_at and p_at < (b ->> 'endsAt')::timestamptz
  loop
    if v_percent is not null then
      v_product := v_product * v_percent;
      v_whole := v_whole * 100;
    end if;
  end loop;
  -- Rounded half up, in whole numbers: a division of its own would have rounded before.
  return least(div(2 * v_product + v_whole, 2 * v_whole), 1000000);
end
$$;
comment on function public.multiplied_xp is
  'An amount times every multiplier that holds, rounded half up once; at most 1,000,000. Twin of services/xp/rules/multiplier.ts.';

drop function public.decide_activity(jsonb, text, text, text, text, text, text, integer, bigint, timestamptz, timestamptz, bigint,
  bigint);
create function public.decide_activity(
  p_settings jsonb, p_community_id text, p_activity_id text, p_action text, p_user_id text, p_experience_id text,
  p_subject_user_id text, p_content_length integer, p_amount bigint, p_occurred_at timestamptz,
  p_last_paid_at timestamptz, p_action_xp_that_day bigint, p_total_xp_that_day bigint, p_role text,
  out outcome text, out base_xp bigint, out xp bigint
) language plpgsql immutable set search_path = '' as $$
declare
  v_rate jsonb := p_settings -> 'actions' -> p_action;
  v_min bigint;
  v_max bigint;
  v_cap bigint;
  v_multiplied bigint;
begin
  base_xp := 0;
  xp := 0;
  if p_amount is not null then
    outcome := 'awarded';
    base_xp := p_amount;
    xp := p_amount;
    return;
  end if;

  -- exclusions
  if (p_settings ->> 'paused')::boolean then
    outcome := 'paused';
  elsif p_settings -> 'excludedUserIds' ? p_user_id then
    outcome := 'excluded_member';
  elsif p_experience_id is not null and p_settings -> 'excludedExperienceIds' ? p_experience_id then
    outcome := 'excluded_channel';
  elsif v_rate is null or not (v_rate ->> 'enabled')::boolean then
    outcome := 'disabled';
  elsif p_subject_user_id = p_user_id then
    outcome := 'self';
  elsif coalesce(p_content_length < (v_rate ->> 'minLength')::integer, false) then
    outcome := 'too_short';
  end if;
  if outcome is not null then
    return;
  end if;

  -- amount
  v_min := (v_rate ->> 'minXp')::bigint;
  v_max := (v_rate ->> 'maxXp')::bigint;
  base_xp := case when v_min = v_max then v_min else public.drawn_xp(p_community_id, p_activity_id, v_min, v_max) end;

  -- multipliers: none of them pays what is not worth a point, and begins no cooldown
  v_multiplied := base_xp;
  if p_settings ? 'multipliers' then
    v_multiplied := public.multiplied_xp(p_settings -> 'multipliers', base_xp, p_experience_id, p_role, p_occurred_at);
    if v_multiplied = 0 then
      outcome := 'zero_multiplier';
      return;
    end if;
  end if;

  -- cooldown
  if p_last_paid_at is not null
    and p_occurred_at < p_last_paid_at + (v_rate ->> 'cooldownSeconds')::integer * interval '1 second' then
    outcome := 'cooldown';
    return;
  end if;

  -- caps: the award that meets one pays what is left
  xp := v_multiplied;
  v_cap := (v_rate ->> 'dailyXpCap')::bigint;
  if v_cap is not null then
    xp := least(xp, v_cap - p_action_xp_that_day);
  end if;
  v_cap := (p_settings ->> 'dailyXpCap')::bigint;
  if v_cap is not null then
    xp := least(xp, v_cap - p_total_xp_that_day);
  end if;
  if xp <= 0 then
    xp := 0;
    outcome := 'daily_cap';
  else
    outcome := 'awarded';
  end if;
end
$$;
comment on function public.decide_activity is
  'One activity, given the settings in force, the member''s role (null: member) and what the member had been paid before it: what it pays and why.';

-- The award path. Postgres plans the statement of an SQL function anew at each call; of a plpgsql function it keeps the plan, and
-- over the months of the log the planning is most of the work.

-- Settings that are long are stored compressed, or apart, and every look into them would unpack them again: joined with
-- nothing they are unpacked once.
create or replace function public.settings_at(
  p_community_id text, p_at timestamptz, out version integer, out settings jsonb, out holds_until timestamptz
) language plpgsql stable set search_path = '' as $$
begin
  select s.version, s.settings || '{}' into settings_at.version, settings_at.settings
  from public.settings_versions s
  where s.community_id = p_community_id and s.valid_from <= p_at
  order by s.version desc limit 1;
  select min(s.valid_from) into holds_until
  from public.settings_versions s
  where s.community_id = p_community_id and s.valid_from > p_at and s.version > settings_at.version;
end
$$;

create or replace function public.period_reached_at(p_community_id text, p_user_id text, p_period text, p_starts_on date) returns timestamptz
language plpgsql stable set search_path = '' as $$
begin
  return coalesce(
    (select a.occurred_at
    from public.activities a
    where a.community_id = p_community_id and a.user_id = p_user_id
      and a.occurred_at >= p_starts_on::timestamp at time zone 'UTC' - interval '1 day'
      and a.occurred_at < (p_starts_on + case p_period when 'week' then interval '9 days' else interval '33 days' end) at time zone 'UTC'
      and a.xp <> 0 and date_trunc(p_period, public.activity_day(p_community_id, a.occurred_at))::date = p_starts_on
    order by a.occurred_at desc limit 1),
    -- A week or month may reach back over the edge of the retention.
    (select (o.period_reached ->> (p_period || '/' || p_starts_on))::timestamptz
    from public.openings o
    where o.community_id = p_community_id and o.user_id = p_user_id));
end
$$;
create or replace function public.settle_reached_at(p_community_id text, p_user_id text) returns void
language plpgsql set search_path = '' as $$
begin
  update public.users u set xp_reached_at = coalesce(
    (select a.occurred_at from public.activities a
      where a.community_id = p_community_id and a.user_id = p_user_id and a.xp <> 0 order by a.occurred_at desc, a.activity_id desc limit 1),
    (select o.xp_reached_at from public.openings o where o.community_id = p_community_id and o.user_id = p_user_id))
  where u.community_id = p_community_id and u.user_id = p_user_id;
end
$$;
drop function public.replay_member(text, text, public.activities, text);
-- A replay: one activity comes in late, is taken out or is put back, and whatever that decides otherwise is corrected.
-- Two states walk side by side over the member's later activities: what had been paid (old) and what is paid now (new).
-- Where they agree again nothing after can differ, and the walk ends.
create function public.replay_member(
  p_community_id text, p_user_id text, p_activity public.activities, p_change text,
  out outcome text, out base_xp bigint, out xp bigint, out settings_version integer, out day date, out xp_difference bigint,
  out paid_changed boolean
) language plpgsql set search_path = '' as $$
declare
  v_total_cap boolean;
  v_any_cap boolean;
  v_roles boolean;
  v_from timestamptz := p_activity.occurred_at;
  v_now record;
  v_paid_old jsonb := '{}';
  v_paid_new jsonb;
  v_used_old jsonb := '{}';
  v_used_new jsonb;
  v_key text;
  v_day date;
  v_row public.activities;
  v_decision record;
  v_weeks date[] := '{}';
  v_months date[] := '{}';
  v_ended boolean := true;
  v_previous_day date;
begin
  select coalesce(bool_or(s.settings ->> 'dailyXpCap' is not null), false),
    coalesce(bool_or(s.settings ->> 'dailyXpCap' is not null
      or jsonb_path_exists(s.settings, '$.actions.*.dailyXpCap ? (@ != null)')), false),
    coalesce(bool_or(s.settings -> 'multipliers' -> 'roles' <> '{}'), false)
  into v_total_cap, v_any_cap, v_roles
  from public.settings_versions s where s.community_id = p_community_id;
  xp_difference := 0;
  paid_changed := false;

  -- A day, in whatever time zones the versions name, lies within fifty hours.
  if v_any_cap then
    v_from := p_activity.occurred_at - interval '3 days';
    select coalesce(jsonb_object_agg(o.day || '/' || o.action, o.xp), '{}') into v_used_old
    from public.opening_days o
    where o.community_id = p_community_id and o.user_id = p_user_id and o.day >= v_from::date - 1
      and o.action not in ('adjustment', 'streak_bonus')
      and exists (select from public.openings b where b.community_id = o.community_id and b.user_id = o.user_id);
  end if;

  select coalesce(jsonb_object_agg(last.action, last.at), '{}') into v_paid_old from (
    select m.action, coalesce(
      (select a.occurred_at from public.activities a
        where a.community_id = p_community_id and a.user_id = p_user_id and a.action = m.action and a.outcome = 'awarded'
          and a.amount is null and a.occurred_at < v_from
        order by a.occurred_at desc limit 1),
      (select (o.last_paid ->> m.action)::timestamptz from public.openings o
        where o.community_id = p_community_id and o.user_id = p_user_id)) as at
    from public.member_actions m
    where m.community_id = p_community_id and m.user_id = p_user_id and (v_total_cap or m.action = p_activity.action)
  ) last where last.at is not null;

  -- Up to the activity both states are what is stored.
  for v_row in
    select * from public.activities a
    where a.community_id = p_community_id and a.user_id = p_user_id and a.occurred_at >= v_from
      and (a.occurred_at, a.activity_id) < (p_activity.occurred_at, p_activity.activity_id)
      and a.outcome = 'awarded' and a.amount is null and (v_total_cap or a.action = p_activity.action)
    order by a.occurred_at, a.activity_id
  loop
    v_paid_old := jsonb_set(v_paid_old, array[v_row.action], to_jsonb(v_row.occurred_at));
    if v_any_cap then
      v_key := public.activity_day(p_community_id, v_row.occurred_at) || '/' || v_row.action;
      v_used_old := jsonb_set(v_used_old, array[v_key], to_jsonb(coalesce((v_used_old ->> v_key)::bigint, 0) + v_row.xp));
    end if;
  end loop;
  v_paid_new := v_paid_old;
  v_used_new := v_used_old;

  -- The activity itself.
  v_now := public.settings_at(p_community_id, p_activity.occurred_at);
  settings_version := v_now.version;
  day := (p_activity.occurred_at at time zone (v_now.settings ->> 'timeZone'))::date;
  v_key := day || '/' || p_activity.action;
  if p_change = 'removed' then
    outcome := 'reversed';
    base_xp := 0;
    xp := 0;
    if p_activity.outcome = 'awarded' and p_activity.amount is null then
      v_paid_old := jsonb_set(v_paid_old, array[p_activity.action], to_jsonb(p_activity.occurred_at));
      v_used_old := jsonb_set(v_used_old, array[v_key], to_jsonb(coalesce((v_used_old ->> v_key)::bigint, 0) + p_activity.xp));
    end if;
  else
    v_decision := public.decide_activity(v_now.settings, p_community_id, p_activity.activity_id, p_activity.action, p_user_id,
      p_activity.experience_id, p_activity.subject_user_id, p_activity.content_length, p_activity.amount, p_activity.occurred_at,
      (v_paid_new ->> p_activity.action)::timestamptz, coalesce((v_used_new ->> v_key)::bigint, 0),
      coalesce((select sum(value::bigint) from jsonb_each_text(v_used_new) where starts_with(key, day || '/')), 0)::bigint,
      case when v_roles then public.role_at(p_community_id, p_user_id, p_activity.occurred_at) end);
    outcome := v_decision.outcome;
    base_xp := v_decision.base_xp;
    xp := v_decision.xp;
    if outcome = 'awarded' and p_activity.amount is null then
      v_paid_new := jsonb_set(v_paid_new, array[p_activity.action], to_jsonb(p_activity.occurred_at));
      v_used_new := jsonb_set(v_used_new, array[v_key], to_jsonb(coalesce((v_used_new ->> v_key)::bigint, 0) + xp));
    end if;
  end if;

  -- Everything after it that the change can reach.
  if v_paid_old = v_paid_new and (not v_any_cap or v_used_old = v_used_new) then
    v_ended := false;
  else
    for v_row in
      select * from public.activities a
      where a.community_id = p_community_id and a.user_id = p_user_id
        and (a.occurred_at, a.activity_id) > (p_activity.occurred_at, p_activity.activity_id)
        and a.outcome not in ('bad_time', 'reversed', 'reset') and a.amount is null and (v_total_cap or a.action = p_activity.action)
      order by a.occurred_at, a.activity_id
    loop
      if v_now.holds_until is not null and v_row.occurred_at >= v_now.holds_until then
        v_now := public.settings_at(p_community_id, v_row.occurred_at);
      end if;
      v_previous_day := v_day;
      v_day := (v_row.occurred_at at time zone (v_now.settings ->> 'timeZone'))::date;
      if v_any_cap and v_day is distinct from v_previous_day then
        -- Days that no later activity can belong to would keep the two states apart for nothing.
        select coalesce(jsonb_object_agg(key, value), '{}') into v_used_old from jsonb_each(v_used_old)
        where split_part(key, '/', 1)::date >= v_day - 2;
        select coalesce(jsonb_object_agg(key, value), '{}') into v_used_new from jsonb_each(v_used_new)
        where split_part(key, '/', 1)::date >= v_day - 2;
      end if;
      if v_paid_old = v_paid_new and (not v_any_cap or v_used_old = v_used_new) then
        v_ended := false;
        exit;
      end if;
      v_key := v_day || '/' || v_row.action;
      v_decision := public.decide_activity(v_now.settings, p_community_id, v_row.activity_id, v_row.action, p_user_id,
        v_row.experience_id, v_row.subject_user_id, v_row.content_length, null, v_row.occurred_at,
        (v_paid_new ->> v_row.action)::timestamptz, coalesce((v_used_new ->> v_key)::bigint, 0),
        coalesce((select sum(value::bigint) from jsonb_each_text(v_used_new) where starts_with(key, v_day || '/')), 0)::bigint,
        case when v_roles then public.role_at(p_community_id, p_user_id, v_row.occurred_at) end);
      if v_row.outcome = 'awarded' then
        v_paid_old := jsonb_set(v_paid_old, array[v_row.action], to_jsonb(v_row.occurred_at));
        v_used_old := jsonb_set(v_used_old, array[v_key], to_jsonb(coalesce((v_used_old ->> v_key)::bigint, 0) + v_row.xp));
      end if;
      if v_decision.outcome = 'awarded' then
        v_paid_new := jsonb_set(v_paid_new, array[v_row.action], to_jsonb(v_row.occurred_at));
        v_used_new := jsonb_set(v_used_new, array[v_key], to_jsonb(coalesce((v_used_new ->> v_key)::bigint, 0) + v_decision.xp));
      end if;
      if v_decision.outcome <> v_row.outcome or v_decision.xp <> v_row.xp then
        insert into public.corrections (community_id, user_id, occurred_at, activity_id, sequence, settings_version, outcome,
          base_xp, xp, xp_difference, cause, caused_by)
        values (p_community_id, p_user_id, v_row.occurred_at, v_row.activity_id, v_row.corrections + 1, v_now.version,
          v_decision.outcome, v_decision.base_xp, v_decision.xp, v_decision.xp - v_row.xp, p_change, p_activity.activity_id);
        perform public.add_to_rollups(p_community_id, p_user_id, v_day, v_row.action, 0,
          (v_decision.outcome = 'awarded')::integer - (v_row.outcome = 'awarded')::integer, v_decision.xp - v_row.xp, null);
        xp_difference := xp_difference + v_decision.xp - v_row.xp;
        paid_changed := paid_changed or v_decision.outcome is distinct from v_row.outcome;
        v_weeks := v_weeks || date_trunc('week', v_day)::date;
        v_months := v_months || date_trunc('month', v_day)::date;
      end if;
    end loop;
  end if;
  if v_ended then
    update public.member_actions m set last_paid_at = (v_paid_new ->> m.action)::timestamptz
    where m.community_id = p_community_id and m.user_id = p_user_id
      and m.last_paid_at is distinct from (v_paid_new ->> m.action)::timestamptz
      and (v_total_cap or m.action = p_activity.action);
  end if;

  -- The caller adds the activity itself to the roll-ups after this; here only where others moved.
  update public.period_rollups r
  set xp_reached_at = public.period_reached_at(p_community_id, p_user_id, r.period, r.starts_on)
  where r.community_id = p_community_id and r.user_id = p_user_id
    and ((r.period = 'week' and r.starts_on = any (v_weeks)) or (r.period = 'month' and r.starts_on = any (v_months)));
end
$$;
create or replace function public.award_activities(p_community_id text, p_settings_version integer, p_activities jsonb)
returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_newest_version integer;
  v_valid_from timestamptz;
  v_newest_settings jsonb;
  v_thresholds bigint[];
  v_now timestamptz := now();
  v_user_ids text[];
  a record;
  v_receipt jsonb;
  v_receipts jsonb[] := '{}';
  v_user public.users;
  v_action public.member_actions;
  v_activity public.activities;
  v_version integer;
  v_settings jsonb;
  v_day date;
  v_late boolean;
  v_tombstone boolean;
  v_action_xp bigint;
  v_total_xp bigint;
  v_role text;
  v_settles boolean;
  v_day_begins timestamptz;
  v_rules jsonb;
  v_streak record;
  v_longest integer;
  v_decision record;
  v_level integer;
  v_rewards jsonb;
  v_difference bigint;
  v_last_paid timestamptz;
begin
  perform public.require_community(p_community_id);
  -- Held by settings changes exclusively: no award is priced while a version is being added.
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  select s.version, s.valid_from, s.settings || '{}', c.thresholds into v_newest_version, v_valid_from, v_newest_settings, v_thresholds
  from public.communities k
  join public.settings_versions s on s.community_id = k.community_id and s.version = k.settings_version
  join public.level_curves c on c.community_id = k.community_id
  where k.community_id = p_community_id;
  if not found then
    raise exception 'no community %', p_community_id using errcode = 'W5N01';
  end if;
  if v_newest_version <> p_settings_version then
    raise exception 'settings version % is not the newest of %, which is %', p_settings_version, p_community_id, v_newest_version
      using errcode = 'W5S01';
  end if;

  -- Several members in one transaction: their rows are made and locked in key order.
  -- By an array, so that whatever plan is kept goes by the key: joined to the activities it would read the whole community.
  if jsonb_array_length(p_activities) > 1 then
    v_user_ids := array(select distinct e ->> 'userId' from jsonb_array_elements(p_activities) e order by 1);
    if cardinality(v_user_ids) <> (
      select count(*) from public.users u where u.community_id = p_community_id and u.user_id = any (v_user_ids)
    ) then
      insert into public.users (community_id, user_id) select p_community_id, id from unnest(v_user_ids) id
      order by id on conflict do nothing;
    end if;
    perform 1 from public.users u where u.community_id = p_community_id and u.user_id = any (v_user_ids)
    order by u.user_id for no key update;
  end if;

  for a in
    select e.* from rows from (jsonb_to_recordset(p_activities) as (
      "activityId" text, "userId" text, "action" text, "occurredAt" timestamptz, "experienceId" text, "subjectUserId" text,
      "contentLength" integer, "contentHash" text, "amount" bigint, "source" text
    )) with ordinality as e (activity_id, user_id, action, occurred_at, experience_id, subject_user_id, content_length,
      content_hash, amount, source, ordinal)
    order by e.user_id, e.occurred_at, e.activity_id collate "C"
  loop
    if a.action = 'streak_bonus' then
      raise exception 'a streak bonus follows from the days and comes from nowhere else: %', a.activity_id using errcode = 'W5B01';
    end if;
    if (a.amount is not null) <> (a.action = 'adjustment') then
      raise exception 'an adjustment, and nothing else, has an amount: %', a.activity_id using errcode = 'W5B01';
    end if;
    if a.occurred_at < v_now - interval '90 days' then
      v_receipt := jsonb_build_object('activityId', a.activity_id, 'userId', a.user_id, 'action', a.action, 'outcome', 'too_old',
        'baseXp', 0, 'xp', 0, 'occurredAt', a.occurred_at, 'rewards', '[]'::jsonb, 'duplicate', false);
      v_receipts[a.ordinal] := v_receipt;
      continue;
    end if;

    select * into v_user from public.users u where u.community_id = p_community_id and u.user_id = a.user_id for no key update;
    if not found then
      insert into public.users (community_id, user_id) values (p_community_id, a.user_id) on conflict do nothing;
      select * into strict v_user from public.users u where u.community_id = p_community_id and u.user_id = a.user_id for no key update;
    end if;

    -- Identity. A removal that came before its activity has left a row without a member; undoing it deletes that row, maybe
    -- between two of these statements: then once more.
    v_tombstone := false;
    v_receipt := null;
    loop
      insert into public.activity_identities (community_id, activity_id, user_id, occurred_at)
      values (p_community_id, a.activity_id, a.user_id, a.occurred_at) on conflict do nothing;
      exit when found;
      update public.activity_identities i set user_id = a.user_id, occurred_at = a.occurred_at
      where i.community_id = p_community_id and i.activity_id = a.activity_id and i.user_id is null;
      v_tombstone := found;
      exit when v_tombstone;
      v_receipt := public.stored_receipt(p_community_id, a.activity_id);
      exit when v_receipt is not null;
    end loop;
    if v_receipt is not null then
      v_receipts[a.ordinal] := v_receipt;
      continue;
    end if;

    if v_user.last_activity_at is null then
      perform graphile_worker.add_job('fetch_profile',
        json_build_object('communityId', p_community_id, 'userId', a.user_id), job_key => 'profile:' || p_community_id || ':' || a.user_id);
    end if;

    if a.occurred_at >= v_valid_from then
      v_version := v_newest_version;
      v_settings := v_newest_settings;
    else
      select s.version, s.settings into v_version, v_settings from public.settings_at(p_community_id, a.occurred_at) s;
    end if;

    -- Before the member's life here began anew it is a fact and no more.
    if not v_tombstone and a.occurred_at < v_user.reset_at then
      insert into public.activity_log (community_id, user_id, occurred_at, activity_id, action, experience_id, subject_user_id,
        content_length, content_hash, amount, source, settings_version, outcome, base_xp, xp)
      values (p_community_id, a.user_id, a.occurred_at, a.activity_id, a.action, a.experience_id, a.subject_user_id,
        a.content_length, decode(a.content_hash, 'hex'), a.amount, a.source, v_version, 'reset', 0, 0);
      v_receipts[a.ordinal] := jsonb_build_object('activityId', a.activity_id, 'userId', a.user_id, 'action', a.action,
        'outcome', 'reset', 'baseXp', 0, 'xp', 0, 'occurredAt', a.occurred_at, 'totalXp', v_user.xp, 'oldLevel', v_user.level,
        'newLevel', v_user.level, 'rewards', '[]'::jsonb, 'duplicate', false);
      continue;
    end if;

    -- Recorded, but outside the fold: the clock refused it, or it had been removed before it came.
    if v_tombstone or a.occurred_at > v_now + interval '5 minutes' then
      insert into public.activity_log (community_id, user_id, occurred_at, activity_id, action, experience_id, subject_user_id,
        content_length, content_hash, amount, claimed_at, source, settings_version, outcome, base_xp, xp)
      values (p_community_id, a.user_id, case when v_tombstone then a.occurred_at else v_now end, a.activity_id, a.action,
        a.experience_id, a.subject_user_id, a.content_length, decode(a.content_hash, 'hex'), a.amount,
        case when v_tombstone then null else a.occurred_at end, a.source, v_version,
        case when v_tombstone then 'reversed' else 'bad_time' end, 0, 0);
      if not v_tombstone then
        update public.activity_identities i set occurred_at = v_now
        where i.community_id = p_community_id and i.activity_id = a.activity_id;
      end if;
      v_receipt := jsonb_build_object('activityId', a.activity_id, 'userId', a.user_id, 'action', a.action,
        'outcome', case when v_tombstone then 'reversed' else 'bad_time' end, 'baseXp', 0, 'xp', 0, 'occurredAt', a.occurred_at,
        'totalXp', v_user.xp, 'oldLevel', v_user.level, 'newLevel', v_user.level, 'rewards', '[]'::jsonb, 'duplicate', false);
      v_receipts[a.ordinal] := v_receipt;
      continue;
    end if;

    v_day := (a.occurred_at at time zone (v_settings ->> 'timeZone'))::date;
    select * into v_action from public.member_actions m
    where m.community_id = p_community_id and m.user_id = a.user_id and m.action = a.action;
    v_last_paid := v_action.last_paid_at;

    -- Late: older than the newest of its action, or of any action where a total cap makes them one.
    v_late := false;
    if a.amount is null and v_action.action is not null
      and (a.occurred_at, a.activity_id collate "C") < (v_action.newest_at, v_action.newest_id) then
      v_late := true;
    elsif a.amount is null and a.occurred_at <= v_user.last_activity_at then
      v_late := exists (
        select from public.settings_versions s where s.community_id = p_community_id and s.settings ->> 'dailyXpCap' is not null);
    end if;

    v_difference := 0;
    v_settles := false;
    if v_late then
      v_activity := (p_community_id, a.user_id, a.occurred_at, a.activity_id, a.action, a.experience_id, a.subject_user_id,
        a.content_length, a.amount, null, 0, 0, v_version, 0)::public.activities;
      insert into public.member_actions (community_id, user_id, action, newest_at, newest_id)
      values (p_community_id, a.user_id, a.action, a.occurred_at, a.activity_id) on conflict do nothing;
      v_decision := public.replay_member(p_community_id, a.user_id, v_activity, 'late');
      v_difference := v_decision.xp_difference;
      v_settles := v_decision.paid_changed;
      update public.member_actions m set newest_at = a.occurred_at, newest_id = a.activity_id
      where m.community_id = p_community_id and m.user_id = a.user_id and m.action = a.action
        and (m.newest_at, m.newest_id) < (a.occurred_at, a.activity_id collate "C");
    else
      v_action_xp := 0;
      v_total_xp := 0;
      if v_settings -> 'actions' -> a.action ->> 'dailyXpCap' is not null or v_settings ->> 'dailyXpCap' is not null then
        select coalesce(sum(r.xp) filter (where r.action = a.action), 0), coalesce(sum(r.xp), 0) into v_action_xp, v_total_xp
        from public.daily_rollups r
        where r.community_id = p_community_id and r.user_id = a.user_id and r.day = v_day
          and r.action not in ('adjustment', 'streak_bonus');
      end if;
      v_role := null;
      if v_settings -> 'multipliers' -> 'roles' <> '{}' then
        v_role := public.role_at(p_community_id, a.user_id, a.occurred_at);
      end if;
      v_decision := public.decide_activity(v_settings, p_community_id, a.activity_id, a.action, a.user_id, a.experience_id,
        a.subject_user_id, a.content_length, a.amount, a.occurred_at, v_last_paid, v_action_xp, v_total_xp, v_role);
      if v_action.action is null then
        insert into public.member_actions (community_id, user_id, action, newest_at, newest_id, last_paid_at)
        values (p_community_id, a.user_id, a.action, a.occurred_at, a.activity_id,
          case when v_decision.outcome = 'awarded' and a.amount is null then a.occurred_at end);
      elsif a.amount is null or (v_action.newest_at, v_action.newest_id) < (a.occurred_at, a.activity_id collate "C") then
        update public.member_actions m set newest_at = a.occurred_at, newest_id = a.activity_id,
          last_paid_at = case when v_decision.outcome = 'awarded' and a.amount is null then a.occurred_at else m.last_paid_at end
        where m.community_id = p_community_id and m.user_id = a.user_id and m.action = a.action;
      end if;
    end if;

    insert into public.activity_log (community_id, user_id, occurred_at, activity_id, action, experience_id, subject_user_id,
      content_length, content_hash, amount, source, settings_version, outcome, base_xp, xp)
    values (p_community_id, a.user_id, a.occurred_at, a.activity_id, a.action, a.experience_id, a.subject_user_id,
      a.content_length, decode(a.content_hash, 'hex'), a.amount, a.source, v_version, v_decision.outcome, v_decision.base_xp,
      v_decision.xp);
    perform public.add_to_rollups(p_community_id, a.user_id, v_day, a.action, 1, (v_decision.outcome = 'awarded')::integer,
      v_decision.xp, case when v_decision.xp <> 0 then a.occurred_at end);

    -- The first paid activity of an active day moves the streak; the others of the day cannot.
    v_longest := v_user.streak_longest;
    if v_decision.outcome = 'awarded' and v_day is distinct from v_user.streak_day and public.makes_day_active(a.action) then
      if not v_late and v_user.reset_at is null
        and v_day > coalesce(v_user.streak_day, case when v_user.last_activity_at is null then '-infinity'::date end)
      then
        -- It lies after all others, so that it is the first of its day where streaks are on, and takes one step, written below
        -- with the rest. One that pays a bonus goes the long way.
        v_day_begins := v_day::timestamp at time zone 'UTC' - interval '14 hours';
        if v_day_begins >= v_valid_from then
          v_rules := public.streak_rules(v_newest_settings);
        else
          select public.streak_rules(s.settings) into v_rules from public.settings_at(p_community_id, v_day_begins) s;
        end if;
        if (v_rules ->> 'enabled')::boolean then
          v_streak := public.streak_step(p_community_id, v_rules, v_user.streak_day, v_day, v_user.streak_days, v_longest,
            v_user.streak_freezes);
          v_settles := public.pays_streak_bonus(v_rules, v_streak.days);
          if not v_settles then
            v_user.streak_day := v_day;
            v_user.streak_days := v_streak.days;
            v_user.streak_longest := v_streak.longest;
            v_user.streak_freezes := v_streak.freezes;
          end if;
        end if;
      else
        v_settles := v_settles or (select sum(r.paid) = 1 from public.daily_rollups r
          where r.community_id = p_community_id and r.user_id = a.user_id and r.day = v_day and public.makes_day_active(r.action));
      end if;
    end if;
    if v_settles then
      -- Where the replay moved other days, or this one lies before the last, all days are gone through.
      v_difference := v_difference + public.settle_streak(p_community_id, a.user_id, 'late', a.activity_id,
        case when not v_late then v_day end);
      select * into strict v_user from public.users u where u.community_id = p_community_id and u.user_id = a.user_id;
      v_longest := v_user.streak_longest;
    end if;

    v_level := public.level_at(v_thresholds, v_user.xp + v_decision.xp + v_difference);
    update public.users u set
      xp = u.xp + v_decision.xp + v_difference,
      xp_bucket = public.xp_bucket_of(u.xp + v_decision.xp + v_difference),
      level = v_level,
      total_messages = u.total_messages + (a.action = 'message')::integer,
      total_posts = u.total_posts + (a.action = 'post')::integer,
      total_reactions = u.total_reactions + (a.action = 'reaction')::integer,
      streak_days = v_user.streak_days,
      streak_day = v_user.streak_day,
      streak_longest = v_user.streak_longest,
      streak_freezes = v_user.streak_freezes,
      xp_reached_at = case when v_decision.xp <> 0 then greatest(u.xp_reached_at, a.occurred_at) else u.xp_reached_at end,
      last_activity_at = greatest(u.last_activity_at, a.occurred_at),
      updated_at = v_now
    where u.community_id = p_community_id and u.user_id = a.user_id;
    if v_late then
      perform public.settle_reached_at(p_community_id, a.user_id);
    end if;
    if v_user.streak_longest <> v_longest then
      perform public.settle_streak_rewards(p_community_id, a.user_id, v_longest, v_user.streak_longest, a.activity_id);
    end if;
    v_rewards := '[]';
    if v_level <> v_user.level then
      v_rewards := public.settle_rewards(p_community_id, a.user_id, v_user.level, v_level, a.activity_id);
    end if;

    v_receipt := jsonb_build_object('activityId', a.activity_id, 'userId', a.user_id, 'action', a.action,
      'outcome', v_decision.outcome, 'baseXp', v_decision.base_xp, 'xp', v_decision.xp, 'occurredAt', a.occurred_at,
      'totalXp', v_user.xp + v_decision.xp + v_difference, 'oldLevel', v_user.level, 'newLevel', v_level, 'rewards', v_rewards,
      'duplicate', false, 'day', v_day, 'lastPaidAt', v_last_paid);
    v_receipts[a.ordinal] := v_receipt;
  end loop;
  return to_jsonb(v_receipts);
end
$$;
create or replace function public.set_removed(p_community_id text, p_activity_id text, p_removed boolean)
returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_identity public.activity_identities;
  v_activity public.activities;
  v_user public.users;
  v_decision record;
  v_counted integer := case when p_removed then -1 else 1 end;
  v_difference bigint;
  v_level integer;
  v_rewards jsonb := '[]';
  v_thresholds bigint[];
begin
  perform public.require_community(p_community_id);
  if starts_with(p_activity_id, 'streak_bonus:') then
    raise exception 'a streak bonus follows from the days and is not taken out by itself: %', p_activity_id using errcode = 'W5B01';
  end if;
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  select c.thresholds into v_thresholds from public.level_curves c where c.community_id = p_community_id;
  if not found then
    raise exception 'no community %', p_community_id using errcode = 'W5N01';
  end if;

  if p_removed then
    insert into public.activity_identities (community_id, activity_id, removed_at)
    values (p_community_id, p_activity_id, now()) on conflict do nothing;
    if found then
      return jsonb_build_object('activityId', p_activity_id, 'state', 'awaited');
    end if;
  end if;
  select * into v_identity from public.activity_identities i
  where i.community_id = p_community_id and i.activity_id = p_activity_id;
  if not found then
    raise exception 'no activity %', p_activity_id using errcode = 'W5N01';
  end if;
  -- The member's row first, as everywhere; then whether it is still as it was when we looked.
  if v_identity.user_id is not null then
    select * into strict v_user from public.users u
    where u.community_id = p_community_id and u.user_id = v_identity.user_id for no key update;
  end if;
  select * into v_identity from public.activity_identities i
  where i.community_id = p_community_id and i.activity_id = p_activity_id for no key update;
  if v_identity.user_id is null then
    if not p_removed then
      delete from public.activity_identities i where i.community_id = p_community_id and i.activity_id = p_activity_id;
    end if;
    return jsonb_build_object('activityId', p_activity_id, 'state', 'awaited');
  end if;
  if v_user.user_id is null then
    select * into strict v_user from public.users u
    where u.community_id = p_community_id and u.user_id = v_identity.user_id for no key update;
  end if;
  select * into v_activity from public.activities m
  where m.community_id = p_community_id and m.user_id = v_identity.user_id and m.occurred_at = v_identity.occurred_at
    and m.activity_id = p_activity_id;
  if not found then
    raise exception 'activity % has left the retention', p_activity_id using errcode = 'W5N01';
  end if;
  if v_activity.outcome = 'bad_time' or (v_activity.outcome = 'reversed') = p_removed then
    return public.stored_receipt(p_community_id, p_activity_id);
  end if;

  update public.activity_identities i set removed_at = case when p_removed then now() end
  where i.community_id = p_community_id and i.activity_id = p_activity_id;
  if not p_removed then
    -- An activity that was removed before it came was never counted as its action's newest.
    insert into public.member_actions (community_id, user_id, action, newest_at, newest_id)
    values (p_community_id, v_activity.user_id, v_activity.action, v_activity.occurred_at, v_activity.activity_id)
    on conflict (community_id, user_id, action) do update set newest_at = excluded.newest_at, newest_id = excluded.newest_id
      where (member_actions.newest_at, member_actions.newest_id) < (excluded.newest_at, excluded.newest_id);
  end if;
  if v_activity.occurred_at < v_user.reset_at then
    -- It had no effect, and has none now.
    insert into public.corrections (community_id, user_id, occurred_at, activity_id, sequence, settings_version, outcome, base_xp,
      xp, xp_difference, cause, caused_by)
    values (p_community_id, v_activity.user_id, v_activity.occurred_at, p_activity_id, v_activity.corrections + 1,
      v_activity.settings_version, case when p_removed then 'reversed' else 'reset' end, 0, 0, 0,
      case when p_removed then 'removed' else 'restored' end, p_activity_id);
    return public.stored_receipt(p_community_id, p_activity_id) || jsonb_build_object('duplicate', false,
      'state', case when p_removed then 'removed' else 'restored' end);
  end if;
  v_decision := public.replay_member(p_community_id, v_activity.user_id, v_activity,
    case when p_removed then 'removed' else 'restored' end);
  insert into public.corrections (community_id, user_id, occurred_at, activity_id, sequence, settings_version, outcome, base_xp,
    xp, xp_difference, cause, caused_by)
  values (p_community_id, v_activity.user_id, v_activity.occurred_at, p_activity_id, v_activity.corrections + 1,
    v_decision.settings_version, v_decision.outcome, v_decision.base_xp, v_decision.xp, v_decision.xp - v_activity.xp,
    case when p_removed then 'removed' else 'restored' end, p_activity_id);
  perform public.add_to_rollups(p_community_id, v_activity.user_id, v_decision.day, v_activity.action, v_counted,
    (v_decision.outcome = 'awarded')::integer - (v_activity.outcome = 'awarded')::integer, v_decision.xp - v_activity.xp,
    case when v_decision.xp <> 0 then v_activity.occurred_at end);
  delete from public.daily_rollups r where r.community_id = p_community_id and r.user_id = v_activity.user_id
    and r.day = v_decision.day and r.action = v_activity.action and r.activities = 0;
  delete from public.period_rollups r where r.community_id = p_community_id and r.user_id = v_activity.user_id
    and r.starts_on in (date_trunc('week', v_decision.day)::date, date_trunc('month', v_decision.day)::date) and r.activities = 0;
  update public.period_rollups r
  set xp_reached_at = public.period_reached_at(p_community_id, v_activity.user_id, r.period, r.starts_on)
  where r.community_id = p_community_id and r.user_id = v_activity.user_id
    and ((r.period = 'week' and r.starts_on = date_trunc('week', v_decision.day)::date)
      or (r.period = 'month' and r.starts_on = date_trunc('month', v_decision.day)::date));

  v_difference := v_decision.xp_difference + v_decision.xp - v_activity.xp;
  if v_decision.paid_changed or v_decision.outcome <> v_activity.outcome and public.makes_day_active(v_activity.action) then
    v_difference := v_difference + public.settle_streak(p_community_id, v_activity.user_id,
      case when p_removed then 'removed' else 'restored' end, p_activity_id);
  end if;
  v_level := public.level_at(v_thresholds, v_user.xp + v_difference);
  update public.users u set
    xp = u.xp + v_difference,
    xp_bucket = public.xp_bucket_of(u.xp + v_difference),
    level = v_level,
    total_messages = u.total_messages + v_counted * (v_activity.action = 'message')::integer,
    total_posts = u.total_posts + v_counted * (v_activity.action = 'post')::integer,
    total_reactions = u.total_reactions + v_counted * (v_activity.action = 'reaction')::integer,
    last_activity_at = coalesce(
      (select m.occurred_at from public.activities m
        where m.community_id = p_community_id and m.user_id = v_activity.user_id
          and m.outcome not in ('bad_time', 'reversed', 'reset') and m.action <> 'streak_bonus'
        order by m.occurred_at desc limit 1),
      (select o.last_activity_at from public.openings o
        where o.community_id = p_community_id and o.user_id = v_activity.user_id)),
    updated_at = now()
  where u.community_id = p_community_id and u.user_id = v_activity.user_id;
  perform public.settle_reached_at(p_community_id, v_activity.user_id);
  if v_level <> v_user.level then
    v_rewards := public.settle_rewards(p_community_id, v_activity.user_id, v_user.level, v_level, p_activity_id);
  end if;
  return jsonb_build_object('activityId', p_activity_id, 'userId', v_activity.user_id, 'action', v_activity.action,
    'outcome', v_decision.outcome, 'baseXp', v_decision.base_xp, 'xp', v_decision.xp, 'occurredAt', v_activity.occurred_at,
    'totalXp', v_user.xp + v_difference, 'oldLevel', v_user.level, 'newLevel', v_level, 'rewards', v_rewards, 'duplicate', false,
    'state', case when p_removed then 'removed' else 'restored' end);
end
$$;
-- The whole fold of one member, from the opening balance or the reset on. Used when settings change for all history, when a role
-- or the beginning moves, and by doctor's repair.
create or replace function public.rebuild_member(p_community_id text, p_user_id text, p_cause text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_user public.users;
  v_opening public.opening_balances;
  v_thresholds bigint[];
  v_row public.activities;
  v_now record;
  v_now_until timestamptz := '-infinity';
  v_paid jsonb := '{}';
  v_used jsonb := '{}';
  v_key text;
  v_day date;
  v_decision record;
  v_xp bigint;
  v_level integer;
  v_corrected integer := 0;
  v_edge date;
  v_role text;
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  select c.thresholds into v_thresholds from public.level_curves c where c.community_id = p_community_id;
  select * into v_user from public.users u where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  if not found then
    raise exception 'no member % in %', p_user_id, p_community_id using errcode = 'W5N01';
  end if;
  select * into v_opening from public.openings o where o.community_id = p_community_id and o.user_id = p_user_id;
  v_paid := coalesce(v_opening.last_paid, '{}');
  select coalesce(jsonb_object_agg(o.day || '/' || o.action, o.xp), '{}') into v_used
  from public.opening_days o
  where o.community_id = p_community_id and o.user_id = p_user_id and o.day >= v_opening.closed_before::date - 2
    and o.action not in ('adjustment', 'streak_bonus');

  create temporary table if not exists rebuilt_days (day date, action text, activities integer, paid integer, xp bigint, reached_at timestamptz)
    on commit drop;
  truncate pg_temp.rebuilt_days;

  for v_row in
    select * from public.activities a
    where a.community_id = p_community_id and a.user_id = p_user_id and a.outcome not in ('bad_time', 'reversed')
    order by a.occurred_at, a.activity_id
  loop
    if v_row.occurred_at >= v_now_until then
      v_now := public.settings_at(p_community_id, v_row.occurred_at);
      v_now_until := coalesce(v_now.holds_until, 'infinity');
    end if;
    v_day := (v_row.occurred_at at time zone (v_now.settings ->> 'timeZone'))::date;
    -- Before the member's life here began anew nothing counts. Bonuses of streaks follow from the days, when these are known.
    if v_row.occurred_at < v_user.reset_at or v_row.action = 'streak_bonus' then
      if v_row.occurred_at < v_user.reset_at and v_row.outcome <> 'reset' then
        insert into public.corrections (community_id, user_id, occurred_at, activity_id, sequence, settings_version, outcome,
          base_xp, xp, xp_difference, cause)
        values (p_community_id, p_user_id, v_row.occurred_at, v_row.activity_id, v_row.corrections + 1, v_now.version,
          'reset', 0, 0, -v_row.xp, p_cause);
        v_corrected := v_corrected + 1;
      elsif v_row.outcome = 'awarded' then
        insert into pg_temp.rebuilt_days values (v_day, v_row.action, 1, 1, v_row.xp, v_row.occurred_at);
      end if;
      continue;
    end if;
    v_role := null;
    if v_now.settings -> 'multipliers' -> 'roles' <> '{}' then
      v_role := public.role_at(p_community_id, p_user_id, v_row.occurred_at);
    end if;
    v_key := v_day || '/' || v_row.action;
    v_decision := public.decide_activity(v_now.settings, p_community_id, v_row.activity_id, v_row.action, p_user_id,
      v_row.experience_id, v_row.subject_user_id, v_row.content_length, v_row.amount, v_row.occurred_at,
      (v_paid ->> v_row.action)::timestamptz, coalesce((v_used ->> v_key)::bigint, 0),
      coalesce((select sum(value::bigint) from jsonb_each_text(v_used) where starts_with(key, v_day || '/')), 0)::bigint, v_role);
    if v_decision.outcome = 'awarded' and v_row.amount is null then
      v_paid := jsonb_set(v_paid, array[v_row.action], to_jsonb(v_row.occurred_at));
      v_used := jsonb_set(v_used, array[v_key], to_jsonb(coalesce((v_used ->> v_key)::bigint, 0) + v_decision.xp));
      if jsonb_array_length(jsonb_path_query_array(v_used, '$.*')) > 64 then
        select coalesce(jsonb_object_agg(key, value), '{}') into v_used from jsonb_each(v_used)
        where split_part(key, '/', 1)::date >= v_day - 2;
      end if;
    end if;
    if v_decision.outcome <> v_row.outcome or v_decision.xp <> v_row.xp or v_decision.base_xp <> v_row.base_xp then
      insert into public.corrections (community_id, user_id, occurred_at, activity_id, sequence, settings_version, outcome,
        base_xp, xp, xp_difference, cause)
      values (p_community_id, p_user_id, v_row.occurred_at, v_row.activity_id, v_row.corrections + 1, v_now.version,
        v_decision.outcome, v_decision.base_xp, v_decision.xp, v_decision.xp - v_row.xp, p_cause);
      v_corrected := v_corrected + 1;
    end if;
    insert into pg_temp.rebuilt_days values (v_day, v_row.action, 1, (v_decision.outcome = 'awarded')::integer, v_decision.xp,
      case when v_decision.xp <> 0 then v_row.occurred_at end);
  end loop;

  -- Roll-ups: what closed months left in open days, and what the log says now. Days wholly before the edge stay.
  v_edge := coalesce((select o.closed_before::date - 1 from public.opening_balances o
    where o.community_id = p_community_id and o.user_id = p_user_id), '1970-01-01'::date);
  delete from public.daily_rollups r where r.community_id = p_community_id and r.user_id = p_user_id and r.day >= v_edge;
  insert into public.daily_rollups (community_id, user_id, day, action, activities, paid, xp)
  select p_community_id, p_user_id, d.day, d.action, sum(d.activities), sum(d.paid), sum(d.xp) from (
    select day, action, activities, paid, xp from pg_temp.rebuilt_days
    union all
    select o.day, o.action, o.activities, o.paid, o.xp from public.opening_days o
    where o.community_id = p_community_id and o.user_id = p_user_id and o.day >= v_edge and v_opening.user_id is not null
  ) d group by d.day, d.action;

  with periods as (
    select p.period, date_trunc(p.period, r.day)::date as starts_on, sum(r.activities) as activities, sum(r.xp) as xp
    from public.daily_rollups r cross join (values ('week'), ('month')) p(period)
    where r.community_id = p_community_id and r.user_id = p_user_id and r.day >= date_trunc(p.period, v_edge)::date
    group by 1, 2
  ), gone as (
    delete from public.period_rollups r
    where r.community_id = p_community_id and r.user_id = p_user_id and r.starts_on >= date_trunc(r.period, v_edge)::date
      and not exists (select from periods p where p.period = r.period and p.starts_on = r.starts_on)
  )
  insert into public.period_rollups as r (community_id, period, starts_on, user_id, activities, xp, xp_bucket, xp_reached_at)
  select p_community_id, p.period, p.starts_on, p_user_id, p.activities, p.xp, public.xp_bucket_of(p.xp::bigint),
    coalesce((select max(b.reached_at) from pg_temp.rebuilt_days b where date_trunc(p.period, b.day)::date = p.starts_on),
      (v_opening.period_reached ->> (p.period || '/' || p.starts_on))::timestamptz)
  from periods p
  on conflict (community_id, period, starts_on, user_id) do update
    set activities = excluded.activities, xp = excluded.xp, xp_bucket = excluded.xp_bucket,
      xp_reached_at = excluded.xp_reached_at;

  insert into public.member_actions (community_id, user_id, action, newest_at, newest_id, last_paid_at)
  select distinct on (a.action) p_community_id, p_user_id, a.action, a.occurred_at, a.activity_id, (v_paid ->> a.action)::timestamptz
  from public.activities a
  where a.community_id = p_community_id and a.user_id = p_user_id and a.outcome <> 'bad_time' and a.action <> 'streak_bonus'
  order by a.action, a.occurred_at desc, a.activity_id desc
  on conflict (community_id, user_id, action) do update
    set last_paid_at = excluded.last_paid_at,
      newest_at = greatest(member_actions.newest_at, excluded.newest_at),
      newest_id = case when (member_actions.newest_at, member_actions.newest_id) > (excluded.newest_at, excluded.newest_id)
        then member_actions.newest_id else excluded.newest_id end;

  -- Of actions that are only in closed months.
  update public.member_actions m set last_paid_at = (v_paid ->> m.action)::timestamptz
  where m.community_id = p_community_id and m.user_id = p_user_id
    and m.last_paid_at is distinct from (v_paid ->> m.action)::timestamptz;

  select coalesce(v_opening.xp, 0) + coalesce(sum(xp), 0) into v_xp from pg_temp.rebuilt_days;
  v_xp := v_xp + public.settle_streak(p_community_id, p_user_id, p_cause, null);
  v_level := public.level_at(v_thresholds, v_xp);
  update public.users u set
    xp = v_xp,
    xp_bucket = public.xp_bucket_of(v_xp),
    level = v_level,
    total_messages = coalesce(v_opening.total_messages, 0) + (select count(*) from pg_temp.rebuilt_days where action = 'message'),
    total_posts = coalesce(v_opening.total_posts, 0) + (select count(*) from pg_temp.rebuilt_days where action = 'post'),
    total_reactions = coalesce(v_opening.total_reactions, 0) + (select count(*) from pg_temp.rebuilt_days where action = 'reaction'),
    last_activity_at = coalesce(
      (select a.occurred_at from public.activities a where a.community_id = p_community_id and a.user_id = p_user_id
        and a.outcome not in ('bad_time', 'reversed', 'reset') and a.action <> 'streak_bonus'
        order by a.occurred_at desc limit 1), v_opening.last_activity_at),
    updated_at = now()
  where u.community_id = p_community_id and u.user_id = p_user_id;
  perform public.settle_reached_at(p_community_id, p_user_id);
  if v_level <> v_user.level then
    perform public.settle_rewards(p_community_id, p_user_id, v_user.level, v_level, null);
  end if;
  if p_cause = 'repair' then
    -- Whatever the stored level was worth: rewards that do not fit the level, and those of rules older than the member.
    perform public.settle_rewards(p_community_id, p_user_id, 2147483647, v_level, null);
    insert into public.rewards (community_id, user_id, rule_id, level, type, value)
    select p_community_id, p_user_id, rule.rule_id, rule.level, rule.type, rule.value
    from public.reward_rules rule
    where rule.community_id = p_community_id and rule.active and rule.level <= v_level and rule.created_at <= v_user.created_at
    on conflict do nothing;
    update public.rewards r set state = 'due', cancelled_because = null, due_at = now(), updated_at = now()
    where r.community_id = p_community_id and r.user_id = p_user_id and r.level <= v_level and r.state = 'cancelled'
      and r.cancelled_because = 'level_lost';
  end if;
  return jsonb_build_object('userId', p_user_id, 'corrected', v_corrected, 'xp', v_xp, 'level', v_level, 'oldXp', v_user.xp,
    'oldLevel', v_user.level);
end
$$;
create or replace function public.close_member(p_community_id text, p_user_id text, p_before timestamptz) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_reset_at timestamptz;
begin
  perform public.require_community(p_community_id);
  if p_before > now() - interval '90 days' or p_before <> date_trunc('month', p_before, 'UTC') then
    raise exception 'only whole months that are older than the retention can be closed' using errcode = 'W5N01';
  end if;
  select u.reset_at into v_reset_at from public.users u
  where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  -- An opening from before the member's life here began anew ends where the new one gets its first month. Until then it stays
  -- as it was, in case that the beginning is taken back.
  if v_reset_at < p_before then
    delete from public.opening_balances o
    where o.community_id = p_community_id and o.user_id = p_user_id and o.closed_before <= v_reset_at;
    if found then
      delete from public.opening_days d where d.community_id = p_community_id and d.user_id = p_user_id;
    end if;
  end if;

  insert into public.opening_balances as o (community_id, user_id, closed_before, xp, total_messages, total_posts, total_reactions,
    last_paid, period_reached, xp_reached_at, last_activity_at)
  select p_community_id, p_user_id, p_before, coalesce(sum(a.xp), 0), count(*) filter (where a.action = 'message'),
    count(*) filter (where a.action = 'post'), count(*) filter (where a.action = 'reaction'),
    coalesce((select jsonb_object_agg(paid.action, paid.at) from (
      select p.action, max(p.occurred_at) as at from public.activities p
      where p.community_id = p_community_id and p.user_id = p_user_id and p.occurred_at < p_before and p.outcome = 'awarded'
        and p.amount is null
      group by p.action) paid), '{}'),
    coalesce((select jsonb_object_agg(reached.key, reached.at) from (
      select p.period || '/' || date_trunc(p.period, public.activity_day(p_community_id, r.occurred_at))::date as key,
        max(r.occurred_at) as at
      from public.activities r cross join (values ('week'), ('month')) p(period)
      where r.community_id = p_community_id and r.user_id = p_user_id and r.occurred_at < p_before
        and r.occurred_at >= p_before - interval '35 days' and r.xp <> 0
      group by 1) reached), '{}'),
    max(a.occurred_at) filter (where a.xp <> 0), max(a.occurred_at) filter (where a.action <> 'streak_bonus')
  from public.activities a
  where a.community_id = p_community_id and a.user_id = p_user_id and a.occurred_at < p_before
    and a.outcome not in ('bad_time', 'reversed', 'reset')
  on conflict (community_id, user_id) do update set
    closed_before = greatest(o.closed_before, excluded.closed_before),
    xp = o.xp + excluded.xp,
    total_messages = o.total_messages + excluded.total_messages,
    total_posts = o.total_posts + excluded.total_posts,
    total_reactions = o.total_reactions + excluded.total_reactions,
    last_paid = o.last_paid || excluded.last_paid,
    period_reached = coalesce((select jsonb_object_agg(key, value) from jsonb_each(o.period_reached || excluded.period_reached)
      where split_part(key, '/', 2)::date >= p_before::date - 70), '{}'),
    xp_reached_at = greatest(o.xp_reached_at, excluded.xp_reached_at),
    last_activity_at = greatest(o.last_activity_at, excluded.last_activity_at);

  -- What these activities gave to days, weeks and months that the log may still change.
  insert into public.opening_days as d (community_id, user_id, day, action, activities, paid, xp)
  select p_community_id, p_user_id, public.activity_day(p_community_id, a.occurred_at), a.action, count(*),
    count(*) filter (where a.outcome = 'awarded'), sum(a.xp)
  from public.activities a
  where a.community_id = p_community_id and a.user_id = p_user_id and a.occurred_at < p_before
    and a.occurred_at >= p_before - interval '3 days' and a.outcome not in ('bad_time', 'reversed', 'reset')
  group by 3, 4
  on conflict (community_id, user_id, day, action) do update
    set activities = d.activities + excluded.activities, paid = d.paid + excluded.paid, xp = d.xp + excluded.xp;

  delete from public.activity_identities i using public.activity_log l
  where l.community_id = p_community_id and l.user_id = p_user_id and l.occurred_at < p_before
    and i.community_id = l.community_id and i.activity_id = l.activity_id;
  delete from public.corrections c where c.community_id = p_community_id and c.user_id = p_user_id and c.occurred_at < p_before;
  delete from public.activity_log l where l.community_id = p_community_id and l.user_id = p_user_id and l.occurred_at < p_before;
end
$$;
create function public.set_member_role(p_community_id text, p_user_id text, p_role text, p_at timestamptz) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_at timestamptz := date_trunc('milliseconds', p_at);
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  if public.role_at(p_community_id, p_user_id, v_at) = p_role then
    return false;
  end if;
  -- The row is what awards of the member wait for, also the first.
  insert into public.users (community_id, user_id) values (p_community_id, p_user_id) on conflict do nothing;
  perform 1 from public.users u where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  if public.role_at(p_community_id, p_user_id, v_at) = p_role then
    return false;
  end if;
  insert into public.member_roles (community_id, user_id, valid_from, role) values (p_community_id, p_user_id, v_at, p_role)
  on conflict (community_id, user_id, valid_from) do update set role = excluded.role;
  if exists (select from public.settings_versions s
      where s.community_id = p_community_id and s.settings -> 'multipliers' -> 'roles' <> '{}')
    and exists (select from public.activity_log l
      where l.community_id = p_community_id and l.user_id = p_user_id and l.occurred_at >= v_at) then
    perform public.rebuild_member(p_community_id, p_user_id, 'role');
  end if;
  return true;
end
$$;
comment on function public.set_member_role is
  'Says which role a member has from a moment on, and folds anew what it priced otherwise. Whether that was news; the same again changes nothing.';

revoke execute on function public.role_at(text, text, timestamptz) from public, anon, authenticated;
revoke execute on function public.multiplied_xp(jsonb, bigint, text, text, timestamptz) from public, anon, authenticated;
revoke execute on function public.decide_activity(jsonb, text, text, text, text, text, text, integer, bigint, timestamptz, timestamptz,
  bigint, bigint, text) from public, anon, authenticated;
revoke execute on function public.replay_member(text, text, public.activities, text) from public, anon, authenticated;
revoke execute on function public.set_member_role(text, text, text, timestamptz) from public, anon, authenticated;
grant execute on function public.set_member_role(text, text, text, timestamptz) to wee5_app;
