-- What a creator settles once, before the first reward is sent, and may settle anew later.

alter table public.communities
  add column onboarded_at timestamptz,
  add column onboarded_by text,
  add column rewards_confirmed_at timestamptz,
  add column rewards_confirmed_by text;
comment on column public.communities.onboarded_at is 'When an admin first finished the onboarding; null shows it again.';
comment on column public.communities.rewards_confirmed_at is
  'When the choice of rewards that holds now was made. Null: no reward is sent. Grows with each choice, and so tells whether another came between.';

create function public.confirm_onboarding(
  p_community_id text, p_by text, p_time_zone text, p_rules jsonb, p_seen timestamptz
) returns timestamptz
language plpgsql security definer set search_path = '' as $$
declare
  v_community public.communities;
  v_settings jsonb;
  v_now timestamptz;
  v_on uuid[];
  v_withdrawn integer := 0;
begin
  perform public.require_community(p_community_id);
  -- No award is under way meanwhile: each sees the rules as they were, or as they will be.
  perform pg_advisory_xact_lock(5, hashtext(p_community_id));
  select * into v_community from public.communities c where c.community_id = p_community_id for no key update;
  if not found then
    raise exception 'no community %', p_community_id using errcode = 'W5N01';
  end if;
  select s.settings into strict v_settings from public.settings_versions s
  where s.community_id = p_community_id and s.version = v_community.settings_version;

  if v_community.rewards_confirmed_at is not null and v_settings ->> 'timeZone' = p_time_zone
    and (select jsonb_object_agg(r.rule_id, r.active) from public.reward_rules r where r.community_id = p_community_id) = p_rules
  then
    return v_community.rewards_confirmed_at;
  end if;
  if v_community.rewards_confirmed_at is distinct from p_seen or p_rules is null
    or array(select r.rule_id::text collate "C" from public.reward_rules r where r.community_id = p_community_id order by 1)
      <> array(select k collate "C" from jsonb_object_keys(p_rules) k order by 1)
  then
    raise exception 'onboarding of % has changed since %', p_community_id, p_seen using errcode = 'W5S01';
  end if;

  perform now() at time zone p_time_zone; -- Refused here, or every day of a member would fail.
  if v_settings ->> 'timeZone' is distinct from p_time_zone then
    perform public.add_settings_version(p_community_id, v_settings || jsonb_build_object('timeZone', p_time_zone), null,
      v_community.settings_version, p_by);
  end if;

  update public.reward_rules r set active = (p_rules ->> r.rule_id::text)::boolean
  where r.community_id = p_community_id and r.active is distinct from (p_rules ->> r.rule_id::text)::boolean;
  v_on := array(select r.rule_id from public.reward_rules r where r.community_id = p_community_id and r.active order by r.level, r.rule_id);
  if v_community.rewards_confirmed_at is null then
    -- What came due before anybody had agreed to pay it, and is now not agreed to, has never been promised.
    delete from public.rewards w
    where w.community_id = p_community_id and w.state = 'due' and not (w.rule_id = any (v_on));
    get diagnostics v_withdrawn = row_count;
  end if;

  v_now := greatest(date_trunc('milliseconds', clock_timestamp()), v_community.rewards_confirmed_at + interval '1 millisecond');
  update public.communities c set
    onboarded_at = coalesce(c.onboarded_at, v_now),
    onboarded_by = coalesce(c.onboarded_by, p_by),
    rewards_confirmed_at = v_now,
    rewards_confirmed_by = p_by,
    updated_at = now()
  where c.community_id = p_community_id;
  perform public.write_audit(p_community_id, p_by, 'onboarding.confirmed', null,
    jsonb_build_object('timeZone', p_time_zone, 'rulesOn', to_jsonb(v_on), 'rewardsWithdrawn', v_withdrawn));
  return v_now;
end
$$;
comment on function public.confirm_onboarding is
  'Confirms which rules pay (p_rules: rule id to on or off, of all rules) and the time zone, in one step; returns when. The same choice again changes nothing; another than p_seen (null: none yet) knows of is refused.';

revoke execute on function public.confirm_onboarding(text, text, text, jsonb, timestamptz) from public, anon, authenticated;
grant execute on function public.confirm_onboarding(text, text, text, jsonb, timestamptz) to wee5_app;
