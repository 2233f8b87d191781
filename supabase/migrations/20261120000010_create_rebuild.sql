-- The whole fold of one member, from the opening balance on. Used when settings change for all history and by doctor's repair.
create function public.rebuild_member(p_community_id text, p_user_id text, p_cause text) returns jsonb
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
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  select c.thresholds into v_thresholds from public.level_curves c where c.community_id = p_community_id;
  select * into v_user from public.users u where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  if not found then
    raise exception 'no member % in %', p_user_id, p_community_id using errcode = 'W5N01';
  end if;
  select * into v_opening from public.opening_balances o where o.community_id = p_community_id and o.user_id = p_user_id;
  v_paid := coalesce(v_opening.last_paid, '{}');
  select coalesce(jsonb_object_agg(o.day || '/' || o.action, o.xp), '{}') into v_used
  from public.opening_days o
  where o.community_id = p_community_id and o.user_id = p_user_id and o.action <> 'adjustment' and o.day >= v_opening.closed_before::date - 2;

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
    v_key := v_day || '/' || v_row.action;
    v_decision := public.decide_activity(v_now.settings, p_community_id, v_row.activity_id, v_row.action, p_user_id,
      v_row.experience_id, v_row.subject_user_id, v_row.content_length, v_row.amount, v_row.occurred_at,
      (v_paid ->> v_row.action)::timestamptz, coalesce((v_used ->> v_key)::bigint, 0),
      coalesce((select sum(value::bigint) from jsonb_each_text(v_used) where starts_with(key, v_day || '/')), 0)::bigint);
    if v_decision.outcome = 'awarded' and v_row.amount is null then
      v_paid := jsonb_set(v_paid, array[v_row.action], to_jsonb(v_row.occurred_at));
      v_used := jsonb_set(v_used, array[v_key], to_jsonb(coalesce((v_used ->> v_key)::bigint, 0) + v_decision.xp));
      if jsonb_array_length(jsonb_path_query_array(v_used, '$.*')) > 64 then
        select coalesce(jsonb_object_agg(key, value), '{}') into v_used from jsonb_each(v_used)
        where split_part(key, '/', 1)::date >= v_day - 2;
      end if;
    end if;
    if v_decision.outcome <> v_row.outcome or v_decision.xp <> v_row.xp then
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
  v_edge := coalesce(v_opening.closed_before::date - 1, '1970-01-01'::date);
  delete from public.daily_rollups r where r.community_id = p_community_id and r.user_id = p_user_id and r.day >= v_edge;
  insert into public.daily_rollups (community_id, user_id, day, action, activities, paid, xp)
  select p_community_id, p_user_id, d.day, d.action, sum(d.activities), sum(d.paid), sum(d.xp) from (
    select day, action, activities, paid, xp from pg_temp.rebuilt_days
    union all
    select o.day, o.action, o.activities, o.paid, o.xp from public.opening_days o
    where o.community_id = p_community_id and o.user_id = p_user_id and o.day >= v_edge
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
  where a.community_id = p_community_id and a.user_id = p_user_id and a.outcome <> 'bad_time'
  order by a.action, a.occurred_at desc, a.activity_id desc
  on conflict (community_id, user_id, action) do update
    set last_paid_at = excluded.last_paid_at,
      newest_at = greatest(member_actions.newest_at, excluded.newest_at),
      newest_id = case when (member_actions.newest_at, member_actions.newest_id) > (excluded.newest_at, excluded.newest_id)
        then member_actions.newest_id else excluded.newest_id end;

  select coalesce(v_opening.xp, 0) + coalesce(sum(xp), 0) into v_xp from pg_temp.rebuilt_days;
  v_level := public.level_at(v_thresholds, v_xp);
  update public.users u set
    xp = v_xp,
    xp_bucket = public.xp_bucket_of(v_xp),
    level = v_level,
    total_messages = coalesce(v_opening.total_messages, 0) + (select count(*) from pg_temp.rebuilt_days where action = 'message'),
    total_posts = coalesce(v_opening.total_posts, 0) + (select count(*) from pg_temp.rebuilt_days where action = 'post'),
    total_reactions = coalesce(v_opening.total_reactions, 0) + (select count(*) from pg_temp.rebuilt_days where action = 'reaction'),
    xp_reached_at = coalesce((select max(reached_at) from pg_temp.rebuilt_days), v_opening.xp_reached_at),
    last_activity_at = coalesce(
      (select a.occurred_at from public.activities a where a.community_id = p_community_id and a.user_id = p_user_id
        and a.outcome not in ('bad_time', 'reversed') order by a.occurred_at desc limit 1), v_opening.last_activity_at),
    updated_at = now()
  where u.community_id = p_community_id and u.user_id = p_user_id;
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

create function public.add_settings_version(
  p_community_id text, p_settings jsonb, p_valid_from timestamptz, p_expected_version integer, p_created_by text
) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_version integer;
  v_valid_from timestamptz;
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock(5, hashtext(p_community_id));
  -- "Now" is a moment at which no award is under way: all that were priced before it also happened before it. In whole
  -- milliseconds, as activities are, so that nobody who reads it can put it on the other side of one.
  v_valid_from := date_trunc('milliseconds', coalesce(p_valid_from, clock_timestamp() + interval '1 millisecond'));
  update public.communities set settings_version = settings_version + 1, updated_at = now()
  where community_id = p_community_id and settings_version = p_expected_version
  returning settings_version into v_version;
  if not found then
    raise exception 'settings of % have changed since version %', p_community_id, p_expected_version using errcode = 'W5S01';
  end if;
  insert into public.settings_versions (community_id, version, valid_from, settings, created_by)
  values (p_community_id, v_version, v_valid_from, p_settings, p_created_by);
  perform public.write_audit(p_community_id, p_created_by, 'settings.added', v_version::text,
    jsonb_build_object('validFrom', v_valid_from, 'settings', p_settings));
  -- Activities that already happened under it (also those within five minutes of our future) are folded again.
  if exists (select from public.activity_log l where l.community_id = p_community_id and l.occurred_at >= v_valid_from) then
    perform graphile_worker.add_job('replay_community',
      json_build_object('communityId', p_community_id, 'since', v_valid_from, 'version', v_version),
      queue_name => 'replay:' || p_community_id);
  end if;
  return v_version;
end
$$;
comment on function public.add_settings_version is
  'Adds a version from p_valid_from on (null: now). Refuses when another came between. Members with activity after that moment are replayed by a job.';

revoke execute on function public.rebuild_member(text, text, text) from public, anon, authenticated;
revoke execute on function public.add_settings_version(text, jsonb, timestamptz, integer, text) from public, anon, authenticated;
grant execute on function public.rebuild_member(text, text, text) to wee5_app;
grant execute on function public.add_settings_version(text, jsonb, timestamptz, integer, text) to wee5_app;
