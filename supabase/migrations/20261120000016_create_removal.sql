-- Takes an activity out (deleted, fraud) or puts it back. The state is then what it would be without it, or with it.
create function public.set_removed(p_community_id text, p_activity_id text, p_removed boolean)
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
        where m.community_id = p_community_id and m.user_id = v_activity.user_id and m.outcome not in ('bad_time', 'reversed')
        order by m.occurred_at desc limit 1),
      (select o.last_activity_at from public.opening_balances o
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
comment on function public.set_removed is 'Removes an activity (its effect becomes as if it had never happened) or undoes that. Doing it twice changes nothing.';

revoke execute on function public.set_removed(text, text, boolean) from public, anon, authenticated;
grant execute on function public.set_removed(text, text, boolean) to wee5_app;
