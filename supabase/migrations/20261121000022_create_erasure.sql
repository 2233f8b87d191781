-- A member has everything about them deleted. What stays is what must not happen twice: the ids of activities, without the
-- member, until they would be refused by their age; and rewards, so that none is paid again.

create function public.keep_erased() returns trigger
language plpgsql set search_path = '' as $$
begin
  return case when tg_op = 'DELETE' and old.removed_at < now() - interval '90 days' then old end;
end
$$;
comment on function public.keep_erased is 'Leaves the identity of an erased activity as it is while the activity could come again; after that it may go.';

-- An identity with a time and without a member is erased. It is neither a removal that awaits its activity, nor can that be undone.
create trigger keep_erased before update or delete on public.activity_identities for each row
  when (old.user_id is null and old.occurred_at is not null) execute function public.keep_erased();
comment on column public.activity_identities.user_id is
  'Null when the removal arrived before the activity itself (then without a time), and when the member has been erased.';

create or replace function public.stored_receipt(p_community_id text, p_activity_id text) returns jsonb
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
  union all
  select jsonb_build_object('activityId', i.activity_id, 'userId', '', 'action', split_part(i.activity_id, ':', 1),
    'outcome', 'reversed', 'baseXp', 0, 'xp', 0, 'occurredAt', i.occurred_at, 'rewards', '[]'::jsonb, 'duplicate', true)
  from public.activity_identities i
  where i.community_id = p_community_id and i.activity_id = p_activity_id and i.user_id is null and i.occurred_at is not null
$$;
comment on function public.stored_receipt is
  'The receipt of an activity that is already recorded, as it stands now; of an erased one that it pays nothing, and not whose it was.';

create function public.erase_member(p_community_id text, p_user_id text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_user public.users;
  v_actions text[];
  v_activities integer;
  v_rewards integer;
begin
  perform public.require_community(p_community_id);
  -- As an award does: no settings version is added meanwhile, and awards of the member wait for the row.
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  select * into v_user from public.users u where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  if not found then
    return jsonb_build_object('activities', 0, 'rewardsCancelled', 0, 'actions', '[]'::jsonb);
  end if;
  v_actions := array(select m.action from public.member_actions m
    where m.community_id = p_community_id and m.user_id = p_user_id order by 1);

  -- By their ids: joined, and before Postgres has counted the rows, the log would be searched once for each of them.
  update public.activity_identities i set user_id = null, removed_at = greatest(now(), i.occurred_at)
  where i.community_id = p_community_id and i.activity_id = any (array(
    select l.activity_id from public.activity_log l where l.community_id = p_community_id and l.user_id = p_user_id));
  delete from public.corrections c where c.community_id = p_community_id and c.user_id = p_user_id;
  delete from public.activity_log l where l.community_id = p_community_id and l.user_id = p_user_id;
  get diagnostics v_activities = row_count;
  -- By their keys, which the days tell: by the member alone every week of the community would be read.
  delete from public.period_rollups r
  using (select distinct p.period, date_trunc(p.period, d.day)::date as starts_on
    from public.daily_rollups d cross join (values ('week'), ('month')) p(period)
    where d.community_id = p_community_id and d.user_id = p_user_id) own
  where r.community_id = p_community_id and r.period = own.period and r.starts_on = own.starts_on and r.user_id = p_user_id;
  delete from public.daily_rollups r where r.community_id = p_community_id and r.user_id = p_user_id;
  delete from public.member_actions m where m.community_id = p_community_id and m.user_id = p_user_id;
  delete from public.opening_days d where d.community_id = p_community_id and d.user_id = p_user_id;
  delete from public.opening_balances o where o.community_id = p_community_id and o.user_id = p_user_id;
  delete from public.profiles p where p.community_id = p_community_id and p.user_id = p_user_id;
  perform graphile_worker.remove_job('profile:' || p_community_id || ':' || p_user_id);

  -- Not sent: cancelled, and earned anew with its level. Sent: stays, and so is never sent again.
  select count(*) into v_rewards from public.rewards r
  where r.community_id = p_community_id and r.user_id = p_user_id and r.state in ('due', 'confirmed', 'waiting');
  perform public.settle_rewards(p_community_id, p_user_id, 2147483647, 1, null);
  update public.rewards r set caused_by = null where r.community_id = p_community_id and r.user_id = p_user_id;

  update public.users u set xp = 0, xp_bucket = public.xp_bucket_of(0), level = 1, total_messages = 0, total_posts = 0,
    total_reactions = 0, xp_reached_at = null, last_activity_at = null, created_at = now(), updated_at = now(),
    visibility_changed_at = now() -- the sets in Redis learn from it that the member has gone
  where u.community_id = p_community_id and u.user_id = p_user_id;
  perform public.write_audit(p_community_id, p_user_id, 'member.erased', p_user_id,
    jsonb_build_object('activities', v_activities, 'rewardsCancelled', v_rewards));
  return jsonb_build_object('activities', v_activities, 'rewardsCancelled', v_rewards, 'actions', to_jsonb(v_actions));
end
$$;
comment on function public.erase_member is
  'Deletes all that is known of a member but the visibility, what others did with them, the audit log, the ids of the activities (without the member, while they could come again) and rewards: sent ones, and unsent ones cancelled. Waits for the member''s awards and they for it.';

revoke execute on function public.keep_erased() from public, anon, authenticated;
revoke execute on function public.erase_member(text, text) from public, anon, authenticated;
grant execute on function public.erase_member(text, text) to wee5_app;
