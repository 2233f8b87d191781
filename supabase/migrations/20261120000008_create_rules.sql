-- The rules of the game as SQL: the twin of services/xp/fold.ts. A property test holds the two equal.

create function public.level_at(p_thresholds bigint[], p_xp bigint) returns integer
language plpgsql immutable parallel safe set search_path = '' as $$
declare
  n bigint;
begin
  if p_xp <= 0 then
    return 1;
  end if;
  if p_thresholds is not null then
    return width_bucket(p_xp, p_thresholds);
  end if;
  -- T(n) = 5n(2n² + 27n + 91) / 6 is the XP after n level-ups: the sum over i < n of 5i² + 50i + 100.
  -- Its cubic term alone gives an estimate of n at most five too high; the loops make it exact.
  n := greatest(0, floor(cbrt(0.6 * p_xp))::bigint - 4);
  while 5 * (n + 1) * (2 * (n + 1) * (n + 1) + 27 * (n + 1) + 91) / 6 <= p_xp loop
    n := n + 1;
  end loop;
  while 5 * n * (2 * n * n + 27 * n + 91) / 6 > p_xp loop
    n := n - 1;
  end loop;
  return n + 1;
end
$$;
comment on function public.level_at is 'The level of a sum of XP under a curve; null thresholds are the default, MEE6''s.';

create function public.settings_at(
  p_community_id text, p_at timestamptz, out version integer, out settings jsonb, out holds_until timestamptz
) language plpgsql stable set search_path = '' as $$
begin
  select s.version, s.settings into settings_at.version, settings_at.settings
  from public.settings_versions s
  where s.community_id = p_community_id and s.valid_from <= p_at
  order by s.version desc limit 1;
  select min(s.valid_from) into holds_until
  from public.settings_versions s
  where s.community_id = p_community_id and s.valid_from > p_at and s.version > settings_at.version;
end
$$;
comment on function public.settings_at is 'The settings in force at a moment and until when (null: no end yet).';

create function public.activity_day(p_community_id text, p_at timestamptz) returns date
language sql stable set search_path = '' as $$
  select (p_at at time zone (s.settings ->> 'timeZone'))::date
  from public.settings_versions s
  where s.community_id = p_community_id and s.valid_from <= p_at
  order by s.version desc limit 1
$$;
comment on function public.activity_day is 'The day an activity belongs to: in the time zone of the settings in force when it happened.';

create function public.drawn_xp(p_community_id text, p_activity_id text, p_min bigint, p_max bigint) returns bigint
language sql immutable parallel safe set search_path = '' as $$
  select p_min + ('x' || encode(substr(sha256(convert_to(p_community_id || ':' || p_activity_id, 'UTF8')), 1, 6), 'hex'))::bit(48)::bigint
    % (p_max - p_min + 1)
$$;
comment on function public.drawn_xp is 'A random amount drawn from a hash of community and activity, so that a retry or a replay draws the same.';

create function public.decide_activity(
  p_settings jsonb, p_community_id text, p_activity_id text, p_action text, p_user_id text, p_experience_id text,
  p_subject_user_id text, p_content_length integer, p_amount bigint, p_occurred_at timestamptz,
  p_last_paid_at timestamptz, p_action_xp_that_day bigint, p_total_xp_that_day bigint,
  out outcome text, out base_xp bigint, out xp bigint
) language plpgsql immutable set search_path = '' as $$
declare
  v_rate jsonb := p_settings -> 'actions' -> p_action;
  v_min bigint;
  v_max bigint;
  v_cap bigint;
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

  -- cooldown
  if p_last_paid_at is not null
    and p_occurred_at < p_last_paid_at + (v_rate ->> 'cooldownSeconds')::integer * interval '1 second' then
    outcome := 'cooldown';
    return;
  end if;

  -- caps: the award that meets one pays what is left
  xp := base_xp;
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
comment on function public.decide_activity is 'One activity, given the settings in force and what the member had been paid before it: what it pays and why.';

revoke execute on function public.level_at(bigint[], bigint) from public, anon, authenticated;
revoke execute on function public.settings_at(text, timestamptz) from public, anon, authenticated;
revoke execute on function public.activity_day(text, timestamptz) from public, anon, authenticated;
revoke execute on function public.drawn_xp(text, text, bigint, bigint) from public, anon, authenticated;
revoke execute on function public.decide_activity(jsonb, text, text, text, text, text, text, integer, bigint, timestamptz, timestamptz,
  bigint, bigint) from public, anon, authenticated;
grant execute on function public.level_at(bigint[], bigint) to wee5_app;
