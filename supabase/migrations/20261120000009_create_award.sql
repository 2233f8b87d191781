-- The award path: what must hold when two writers race. Everything here runs as the owner and checks the community first.

create view public.activities with (security_invoker = true) as
  select l.community_id, l.user_id, l.occurred_at, l.activity_id, l.action, l.experience_id, l.subject_user_id, l.content_length,
    l.amount, coalesce(c.outcome, l.outcome) as outcome, coalesce(c.base_xp, l.base_xp) as base_xp, coalesce(c.xp, l.xp) as xp,
    coalesce(c.settings_version, l.settings_version) as settings_version, coalesce(c.sequence, 0) as corrections
  from public.activity_log l
  left join lateral (
    select * from public.corrections c
    where c.community_id = l.community_id and c.user_id = l.user_id and c.occurred_at = l.occurred_at
      and c.activity_id = l.activity_id
    order by c.sequence desc limit 1
  ) c on true;
comment on view public.activities is 'Activities as they stand now: the log under its newest corrections.';
revoke all on public.activities from anon, authenticated;
grant select on public.activities to wee5_app;

create function public.add_to_rollups(
  p_community_id text, p_user_id text, p_day date, p_action text, p_activities integer, p_paid integer, p_xp bigint,
  p_reached_at timestamptz
) returns void
language plpgsql set search_path = '' as $$
declare
  v_week date := date_trunc('week', p_day);
  v_month date := date_trunc('month', p_day);
begin
  -- The rows are mostly there, and an update costs half of an insert that meets a conflict. The member's row is locked, so
  -- nobody else makes them meanwhile.
  update public.daily_rollups r set activities = r.activities + p_activities, paid = r.paid + p_paid, xp = r.xp + p_xp
  where r.community_id = p_community_id and r.user_id = p_user_id and r.day = p_day and r.action = p_action;
  if not found then
    insert into public.daily_rollups (community_id, user_id, day, action, activities, paid, xp)
    values (p_community_id, p_user_id, p_day, p_action, p_activities, p_paid, p_xp);
  end if;
  update public.period_rollups r set activities = r.activities + p_activities, xp = r.xp + p_xp,
    xp_bucket = public.xp_bucket_of(r.xp + p_xp), xp_reached_at = greatest(r.xp_reached_at, p_reached_at)
  where r.community_id = p_community_id and r.period = 'week' and r.starts_on = v_week and r.user_id = p_user_id;
  if not found then
    insert into public.period_rollups (community_id, period, starts_on, user_id, activities, xp, xp_bucket, xp_reached_at)
    values (p_community_id, 'week', v_week, p_user_id, p_activities, p_xp, public.xp_bucket_of(p_xp), p_reached_at);
  end if;
  update public.period_rollups r set activities = r.activities + p_activities, xp = r.xp + p_xp,
    xp_bucket = public.xp_bucket_of(r.xp + p_xp), xp_reached_at = greatest(r.xp_reached_at, p_reached_at)
  where r.community_id = p_community_id and r.period = 'month' and r.starts_on = v_month and r.user_id = p_user_id;
  if not found then
    insert into public.period_rollups (community_id, period, starts_on, user_id, activities, xp, xp_bucket, xp_reached_at)
    values (p_community_id, 'month', v_month, p_user_id, p_activities, p_xp, public.xp_bucket_of(p_xp), p_reached_at);
  end if;
end
$$;

create function public.settle_rewards(
  p_community_id text, p_user_id text, p_old_level integer, p_new_level integer, p_caused_by text
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_due jsonb := '[]';
begin
  if p_new_level > p_old_level then
    with due as (
      insert into public.rewards as r (community_id, user_id, rule_id, level, type, value, caused_by)
      select p_community_id, p_user_id, rule.rule_id, rule.level, rule.type, rule.value, p_caused_by
      from public.reward_rules rule
      where rule.community_id = p_community_id and rule.active and rule.level > p_old_level and rule.level <= p_new_level
      order by rule.level, rule.rule_id
      on conflict (community_id, user_id, rule_id) do update
        set state = 'due', cancelled_because = null, caused_by = excluded.caused_by, due_at = now(), updated_at = now()
        where r.state = 'cancelled' and r.cancelled_because = 'level_lost'
      returning r.reward_id, r.level, r.type, r.value
    )
    select coalesce(jsonb_agg(jsonb_build_object('rewardId', reward_id, 'level', level, 'type', type, 'value', value)
      order by level, reward_id), '[]') into v_due from due;
  elsif p_new_level < p_old_level then
    update public.rewards set state = 'cancelled', cancelled_because = 'level_lost', updated_at = now()
    where community_id = p_community_id and user_id = p_user_id and level > p_new_level
      and state in ('due', 'confirmed', 'waiting');
  end if;
  return v_due;
end
$$;
comment on function public.settle_rewards is 'Rewards of the levels between two levels: due on the way up (each once, also on a jump), unsent ones cancelled on the way down.';

create function public.period_reached_at(p_community_id text, p_user_id text, p_period text, p_starts_on date) returns timestamptz
language sql stable set search_path = '' as $$
  select coalesce(
    (select a.occurred_at
    from public.activities a
    where a.community_id = p_community_id and a.user_id = p_user_id
      and a.occurred_at >= p_starts_on::timestamp at time zone 'UTC' - interval '1 day'
      and a.occurred_at < (p_starts_on + case p_period when 'week' then interval '9 days' else interval '33 days' end) at time zone 'UTC'
      and a.xp <> 0 and date_trunc(p_period, public.activity_day(p_community_id, a.occurred_at))::date = p_starts_on
    order by a.occurred_at desc limit 1),
    -- A week or month may reach back over the edge of the retention.
    (select (o.period_reached ->> (p_period || '/' || p_starts_on))::timestamptz
    from public.opening_balances o
    where o.community_id = p_community_id and o.user_id = p_user_id))
$$;
comment on function public.period_reached_at is 'When the member''s XP of a week or month last changed, read from the log and the opening balance.';

-- A replay: one activity comes in late, is taken out or is put back, and whatever that decides otherwise is corrected.
-- Two states walk side by side over the member's later activities: what had been paid (old) and what is paid now (new).
-- Where they agree again nothing after can differ, and the walk ends.
create function public.replay_member(
  p_community_id text, p_user_id text, p_activity public.activities, p_change text,
  out outcome text, out base_xp bigint, out xp bigint, out settings_version integer, out day date, out xp_difference bigint
) language plpgsql set search_path = '' as $$
declare
  v_total_cap boolean;
  v_any_cap boolean;
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
      or jsonb_path_exists(s.settings, '$.actions.*.dailyXpCap ? (@ != null)')), false)
  into v_total_cap, v_any_cap
  from public.settings_versions s where s.community_id = p_community_id;
  xp_difference := 0;

  -- A day, in whatever time zones the versions name, lies within fifty hours.
  if v_any_cap then
    v_from := p_activity.occurred_at - interval '3 days';
    select coalesce(jsonb_object_agg(o.day || '/' || o.action, o.xp), '{}') into v_used_old
    from public.opening_days o
    where o.community_id = p_community_id and o.user_id = p_user_id and o.day >= v_from::date - 1 and o.action <> 'adjustment';
  end if;

  select coalesce(jsonb_object_agg(last.action, last.at), '{}') into v_paid_old from (
    select m.action, coalesce(
      (select a.occurred_at from public.activities a
        where a.community_id = p_community_id and a.user_id = p_user_id and a.action = m.action and a.outcome = 'awarded'
          and a.amount is null and a.occurred_at < v_from
        order by a.occurred_at desc limit 1),
      (select (o.last_paid ->> m.action)::timestamptz from public.opening_balances o
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
      coalesce((select sum(value::bigint) from jsonb_each_text(v_used_new) where starts_with(key, day || '/')), 0)::bigint);
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
        and a.outcome not in ('bad_time', 'reversed') and a.amount is null and (v_total_cap or a.action = p_activity.action)
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
        coalesce((select sum(value::bigint) from jsonb_each_text(v_used_new) where starts_with(key, v_day || '/')), 0)::bigint);
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

create function public.stored_receipt(p_community_id text, p_activity_id text) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('activityId', a.activity_id, 'userId', i.user_id, 'action', a.action,
    'experienceId', a.experience_id, 'outcome', a.outcome,
    'baseXp', a.base_xp, 'xp', a.xp, 'occurredAt', a.occurred_at, 'totalXp', u.xp, 'oldLevel', u.level, 'newLevel', u.level,
    'rewards', '[]'::jsonb, 'duplicate', true)
  from public.activity_identities i
  join public.users u on u.community_id = i.community_id and u.user_id = i.user_id
  join public.activities a on a.community_id = i.community_id and a.user_id = i.user_id and a.occurred_at = i.occurred_at
    and a.activity_id = i.activity_id
  where i.community_id = p_community_id and i.activity_id = p_activity_id
$$;
comment on function public.stored_receipt is 'The receipt of an activity that is already recorded, as it stands now.';

create function public.award_activities(p_community_id text, p_settings_version integer, p_activities jsonb)
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
  v_decision record;
  v_level integer;
  v_rewards jsonb;
  v_difference bigint;
  v_last_paid timestamptz;
begin
  perform public.require_community(p_community_id);
  -- Held by settings changes exclusively: no award is priced while a version is being added.
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  select s.version, s.valid_from, s.settings, c.thresholds into v_newest_version, v_valid_from, v_newest_settings, v_thresholds
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
    if v_late then
      v_activity := (p_community_id, a.user_id, a.occurred_at, a.activity_id, a.action, a.experience_id, a.subject_user_id,
        a.content_length, a.amount, null, 0, 0, v_version, 0)::public.activities;
      insert into public.member_actions (community_id, user_id, action, newest_at, newest_id)
      values (p_community_id, a.user_id, a.action, a.occurred_at, a.activity_id) on conflict do nothing;
      v_decision := public.replay_member(p_community_id, a.user_id, v_activity, 'late');
      v_difference := v_decision.xp_difference;
      update public.member_actions m set newest_at = a.occurred_at, newest_id = a.activity_id
      where m.community_id = p_community_id and m.user_id = a.user_id and m.action = a.action
        and (m.newest_at, m.newest_id) < (a.occurred_at, a.activity_id collate "C");
    else
      v_action_xp := 0;
      v_total_xp := 0;
      if v_settings -> 'actions' -> a.action ->> 'dailyXpCap' is not null or v_settings ->> 'dailyXpCap' is not null then
        select coalesce(sum(r.xp) filter (where r.action = a.action), 0), coalesce(sum(r.xp), 0) into v_action_xp, v_total_xp
        from public.daily_rollups r
        where r.community_id = p_community_id and r.user_id = a.user_id and r.day = v_day and r.action <> 'adjustment';
      end if;
      v_decision := public.decide_activity(v_settings, p_community_id, a.activity_id, a.action, a.user_id, a.experience_id,
        a.subject_user_id, a.content_length, a.amount, a.occurred_at, v_last_paid, v_action_xp, v_total_xp);
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

    v_level := public.level_at(v_thresholds, v_user.xp + v_decision.xp + v_difference);
    update public.users u set
      xp = u.xp + v_decision.xp + v_difference,
      xp_bucket = public.xp_bucket_of(u.xp + v_decision.xp + v_difference),
      level = v_level,
      total_messages = u.total_messages + (a.action = 'message')::integer,
      total_posts = u.total_posts + (a.action = 'post')::integer,
      total_reactions = u.total_reactions + (a.action = 'reaction')::integer,
      xp_reached_at = case when v_decision.xp <> 0 then greatest(u.xp_reached_at, a.occurred_at) else u.xp_reached_at end,
      last_activity_at = greatest(u.last_activity_at, a.occurred_at),
      updated_at = v_now
    where u.community_id = p_community_id and u.user_id = a.user_id;
    if v_late then
      perform public.settle_reached_at(p_community_id, a.user_id);
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
comment on function public.award_activities is
  'Records activities of one community and pays them: identity, the step or a replay, log, member, roll-ups and rewards due, all or nothing. Returns their receipts in the order given.';

create function public.settle_reached_at(p_community_id text, p_user_id text) returns void
language sql set search_path = '' as $$
  update public.users u set xp_reached_at = coalesce(
    (select a.occurred_at from public.activities a
      where a.community_id = p_community_id and a.user_id = p_user_id and a.xp <> 0 order by a.occurred_at desc, a.activity_id desc limit 1),
    (select o.xp_reached_at from public.opening_balances o where o.community_id = p_community_id and o.user_id = p_user_id))
  where u.community_id = p_community_id and u.user_id = p_user_id
$$;

revoke execute on function public.add_to_rollups(text, text, date, text, integer, integer, bigint, timestamptz) from public, anon, authenticated;
revoke execute on function public.settle_rewards(text, text, integer, integer, text) from public, anon, authenticated;
revoke execute on function public.period_reached_at(text, text, text, date) from public, anon, authenticated;
revoke execute on function public.settle_reached_at(text, text) from public, anon, authenticated;
revoke execute on function public.replay_member(text, text, public.activities, text) from public, anon, authenticated;
revoke execute on function public.stored_receipt(text, text) from public, anon, authenticated;
revoke execute on function public.award_activities(text, integer, jsonb) from public, anon, authenticated;
grant execute on function public.award_activities(text, integer, jsonb) to wee5_app;
