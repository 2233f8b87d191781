-- Months that have left the retention become one opening balance per member.

create function public.close_member(p_community_id text, p_user_id text, p_before timestamptz) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  if p_before > now() - interval '90 days' or p_before <> date_trunc('month', p_before, 'UTC') then
    raise exception 'only whole months that are older than the retention can be closed' using errcode = 'W5N01';
  end if;
  perform 1 from public.users u where u.community_id = p_community_id and u.user_id = p_user_id for no key update;

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
    max(a.occurred_at) filter (where a.xp <> 0), max(a.occurred_at)
  from public.activities a
  where a.community_id = p_community_id and a.user_id = p_user_id and a.occurred_at < p_before
    and a.outcome not in ('bad_time', 'reversed')
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
    and a.occurred_at >= p_before - interval '3 days' and a.outcome not in ('bad_time', 'reversed')
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
comment on function public.close_member is 'Moves a member''s activities before the edge into the opening balance. Repeating it changes nothing.';

create function public.drop_closed_partitions(p_before timestamptz) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_partition record;
  v_has_rows boolean;
  v_dropped integer := 0;
begin
  perform pg_advisory_xact_lock(5, 1);
  set local lock_timeout = '2s';
  for v_partition in
    select c.relname from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent in ('public.activity_log'::regclass, 'public.corrections'::regclass)
      and (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') at time zone 'UTC' <= least(p_before, now() - interval '90 days')
  loop
    execute format('select exists (select from public.%I)', v_partition.relname) into v_has_rows;
    if not v_has_rows then
      execute format('drop table public.%I', v_partition.relname);
      v_dropped := v_dropped + 1;
    end if;
  end loop;
  return v_dropped;
end
$$;
comment on function public.drop_closed_partitions is 'Drops the months that are closed for every community; returns how many tables went.';

create function public.list_community_ids() returns setof text
language sql stable security definer set search_path = '' as $$
  select community_id from public.communities order by community_id
$$;
comment on function public.list_community_ids is 'For the worker, which has work in every community; ids only.';

create function public.forget_awaited_removals() returns integer
language sql security definer set search_path = '' as $$
  with gone as (
    delete from public.activity_identities where user_id is null and removed_at < now() - interval '90 days' returning 1
  ) select count(*)::integer from gone
$$;
comment on function public.forget_awaited_removals is 'Removals whose activity never came: by now it would be refused by its age.';

revoke execute on function public.close_member(text, text, timestamptz) from public, anon, authenticated;
revoke execute on function public.drop_closed_partitions(timestamptz) from public, anon, authenticated;
revoke execute on function public.list_community_ids() from public, anon, authenticated;
revoke execute on function public.forget_awaited_removals() from public, anon, authenticated;
grant execute on function public.close_member(text, text, timestamptz) to wee5_app;
grant execute on function public.drop_closed_partitions(timestamptz) to wee5_app;
grant execute on function public.list_community_ids() to wee5_app;
grant execute on function public.forget_awaited_removals() to wee5_app;
