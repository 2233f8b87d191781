-- Who is a member and who has left or was banned, as Whop's events tell it, and what becomes of XP and place then.

create table public.membership_events (
  community_id text not null references public.communities on delete cascade,
  user_id text not null,
  event_id text not null check (length(event_id) between 1 and 200),
  membership_id text check (length(membership_id) between 1 and 120),
  kind text not null check (kind in ('joined', 'left', 'banned', 'unbanned')),
  occurred_at timestamptz not null,
  source text not null check (source in ('webhook', 'sync')),
  recorded_at timestamptz not null default now(),
  primary key (community_id, user_id, event_id)
);
comment on table public.membership_events is
  'What is known of when somebody came and went: facts, never changed. Whether they are a member now is a function of the set, in whatever order it came.';
comment on column public.membership_events.event_id is 'The same for the same fact, however often and in whichever way it comes.';
comment on column public.membership_events.membership_id is
  'One may have several (mem_…). Null where only the member is known: then the fact is of all of them.';
alter table public.membership_events enable row level security;
create policy own_community on public.membership_events for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
revoke all on public.membership_events from anon, authenticated;
grant select on public.membership_events to wee5_app;

-- No check constraints: Postgres parses each anew in every award.
alter table public.users
  add column membership text not null default 'member',
  add column left_at timestamptz,
  add column on_board boolean not null default true,
  add column board_changed_at timestamptz;
comment on column public.users.membership is 'member, left or banned: what membership_of makes of the events. Who is known by none is a member.';
comment on column public.users.left_at is 'Since when the member is away; null for a member.';
comment on column public.users.on_board is
  'Whether the member stands on the boards: not hidden by their own wish, nor by what the community does with who has left. Of a member who has earned nothing it says nothing.';
comment on column public.users.board_changed_at is
  'When the member last came onto the boards or left them: with the log and its corrections all that moves a rank, so that the sets in Redis can catch up.';
comment on column public.users.visibility_changed_at is 'When the member last chose how others see them, or had everything deleted: what they had agreed to before ends then.';
update public.users set on_board = false where visibility = 'hidden';

drop index public.users_board;
drop index public.users_hidden;
drop index public.users_visibility_changed;
create index users_board on public.users (community_id, xp_bucket desc) where xp_bucket >= 0 and on_board;
create index users_off_board on public.users (community_id, user_id) where not on_board;
create index users_board_changed on public.users (community_id, board_changed_at) where board_changed_at is not null;
create index users_away on public.users (community_id, user_id) where membership <> 'member';

create function public.leavers_of(p_settings jsonb) returns jsonb
language sql immutable parallel safe set search_path = '' as $$
  select coalesce(p_settings -> 'leavers', '{"left": "hide", "banned": "hide", "resetAfterDays": 3}')
$$;
comment on function public.leavers_of is 'What becomes of who has left, under some settings. Versions from before it was known say what DEFAULT_LEAVERS does.';

create function public.stands_on_board(p_community_id text, p_visibility text, p_membership text) returns boolean
language sql stable set search_path = '' as $$
  select p_visibility <> 'hidden' and (p_membership = 'member' or (
    select public.leavers_of(s.settings) ->> p_membership = 'keep'
    from public.communities c
    join public.settings_versions s on s.community_id = c.community_id and s.version = c.settings_version
    where c.community_id = p_community_id))
$$;

-- After the row, not before: a trigger before it would have every award look the row up once more.
create function public.keep_on_board() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.users u set on_board = not u.on_board, board_changed_at = now()
  where u.community_id = new.community_id and u.user_id = new.user_id
    and u.on_board <> public.stands_on_board(u.community_id, u.visibility, u.membership);
  return null;
end
$$;
comment on function public.keep_on_board is 'A member has chosen whether to be seen: the boards follow.';
create trigger keep_on_board_insert after insert on public.users for each row
  when (new.visibility = 'hidden') execute function public.keep_on_board();
create trigger keep_on_board_update after update of visibility on public.users for each row execute function public.keep_on_board();

create function public.absence_resets(p_settings jsonb, p_membership text, p_from timestamptz, p_to timestamptz) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select public.leavers_of(p_settings) ->> p_membership = 'reset'
    -- A renewal, and a change of plan, may end one membership some seconds before the next begins.
    and p_to >= p_from + greatest((public.leavers_of(p_settings) ->> 'resetAfterDays')::integer * interval '24 hours', interval '1 hour')
$$;

create function public.membership_of(
  p_community_id text, p_user_id text, p_now timestamptz,
  out membership text, out left_at timestamptz, out reset_at timestamptz
) language plpgsql stable set search_path = '' as $$
declare
  v_event record;
  v_open text[];
  v_known boolean := false;
  v_banned boolean := false;
begin
  membership := 'member';
  -- A membership of which the end is the first that is known had begun before.
  v_open := array(select f.membership_id from (
      select distinct on (e.membership_id) e.membership_id, e.kind from public.membership_events e
      where e.community_id = p_community_id and e.user_id = p_user_id and e.kind in ('joined', 'left') and e.membership_id is not null
      order by e.membership_id, e.occurred_at, e.kind desc
    ) f where f.kind = 'left');
  for v_event in
    select e.kind, coalesce(e.membership_id, '') as membership_id, e.occurred_at from public.membership_events e
    where e.community_id = p_community_id and e.user_id = p_user_id
    -- At one moment: out before in.
    order by e.occurred_at, e.kind in ('joined', 'unbanned'), e.event_id collate "C"
  loop
    v_known := v_known or v_event.kind in ('joined', 'left');
    case v_event.kind
      when 'joined' then v_open := v_open || v_event.membership_id;
      -- Of a member who is there by a membership that nobody named, the next one that ends is taken to be it.
      when 'left' then v_open := case when v_event.membership_id = '' then '{}'
        else array_remove(array_remove(v_open, v_event.membership_id), '') end;
      else v_banned := v_event.kind = 'banned';
    end case;
    if not v_banned and (not v_known or cardinality(v_open) > 0) then
      -- Back: whether the absence has reset anything is settled by what held then, once and for all.
      if left_at is not null and public.absence_resets(
        (select s.settings from public.settings_at(p_community_id, v_event.occurred_at) s), membership, left_at, v_event.occurred_at
      ) then
        reset_at := left_at;
      end if;
      membership := 'member';
      left_at := null;
    else
      membership := case when v_banned then 'banned' else 'left' end;
      left_at := coalesce(left_at, v_event.occurred_at);
    end if;
  end loop;
  if left_at is not null and public.absence_resets(
    (select s.settings from public.communities c
      join public.settings_versions s on s.community_id = c.community_id and s.version = c.settings_version
      where c.community_id = p_community_id), membership, left_at, p_now
  ) then
    reset_at := left_at;
  end if;
end
$$;
comment on function public.membership_of is
  'What the events make of a member: whether they are one at p_now, since when not, and from when their XP begin anew. The twin of services/xp/membership.ts.';

create function public.settle_membership(p_community_id text, p_user_id text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_state record;
  v_user public.users;
  v_on_board boolean;
  v_rebuilt jsonb;
begin
  perform public.require_community(p_community_id);
  -- Who records an event holds it as well: of two at once the second to settle sees both, also where the member has no row yet.
  perform pg_advisory_xact_lock(13, hashtext(p_community_id || ' ' || p_user_id));
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  v_state := public.membership_of(p_community_id, p_user_id, now());
  select * into v_user from public.users u where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  if not found then
    if v_state.membership = 'member' and v_state.reset_at is null then
      return jsonb_build_object('userId', p_user_id, 'membership', 'member', 'moved', false);
    end if;
    insert into public.users (community_id, user_id) values (p_community_id, p_user_id) on conflict do nothing;
    select * into strict v_user from public.users u
    where u.community_id = p_community_id and u.user_id = p_user_id for no key update;
  end if;

  if v_state.reset_at is distinct from v_user.reset_at then
    update public.users u set reset_at = v_state.reset_at, updated_at = now()
    where u.community_id = p_community_id and u.user_id = p_user_id;
    v_rebuilt := public.rebuild_member(p_community_id, p_user_id, 'membership');
    perform public.write_audit(p_community_id, 'wee5', 'member.reset', p_user_id, jsonb_build_object('resetAt', v_state.reset_at,
      'before', v_user.reset_at, 'membership', v_state.membership, 'xp', v_rebuilt -> 'xp', 'oldXp', v_rebuilt -> 'oldXp'));
  end if;
  v_on_board := public.stands_on_board(p_community_id, v_user.visibility, v_state.membership);
  if (v_state.membership, v_state.left_at, v_on_board) is distinct from (v_user.membership, v_user.left_at, v_user.on_board) then
    update public.users u set membership = v_state.membership, left_at = v_state.left_at, on_board = v_on_board,
      board_changed_at = case when v_on_board = v_user.on_board then u.board_changed_at else now() end, updated_at = now()
    where u.community_id = p_community_id and u.user_id = p_user_id;
  end if;
  return jsonb_build_object('userId', p_user_id, 'membership', v_state.membership,
    'moved', v_on_board <> v_user.on_board or v_rebuilt is not null);
end
$$;
comment on function public.settle_membership is
  'Makes of a member what their events and the community''s choice say: membership, place on the boards, and from when XP begin anew. Repeating it changes nothing.';

create function public.record_membership(
  p_community_id text, p_user_id text, p_event_id text, p_membership_id text, p_kind text, p_occurred_at timestamptz, p_source text
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_settled jsonb;
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock(13, hashtext(p_community_id || ' ' || p_user_id));
  -- What a wrong clock dates far ahead would outweigh all that comes until then.
  insert into public.membership_events (community_id, user_id, event_id, membership_id, kind, occurred_at, source)
  values (p_community_id, p_user_id, p_event_id, p_membership_id, p_kind,
    case when p_occurred_at > now() + interval '5 minutes' then now() else p_occurred_at end, p_source)
  on conflict do nothing;
  v_settled := public.settle_membership(p_community_id, p_user_id);
  if p_kind in ('joined', 'unbanned') then
    perform public.resume_waiting(p_community_id, p_user_id);
  end if;
  return v_settled;
end
$$;
comment on function public.record_membership is
  'Records once that somebody came, went, was banned or let in again, and settles what follows from it. What waited for a membership is looked at again, told once or again.';

create function public.list_communities_to_settle() returns setof text
language sql stable security definer set search_path = '' as $$
  select distinct u.community_id from public.users u where u.membership <> 'member' order by 1
$$;
comment on function public.list_communities_to_settle is 'For the worker: communities with somebody who is away; ids only.';

create function public.follow_leavers() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- One that reaches back may change what held when somebody came back, also where it only repeats the newest.
  if exists (
    select from public.settings_versions s
    where s.community_id = new.community_id and s.version < new.version and (s.version = new.version - 1 or new.valid_from < now())
      and public.leavers_of(s.settings) <> public.leavers_of(new.settings)
  ) then
    perform graphile_worker.add_job('settle_leavers', json_build_object('communityId', new.community_id),
      job_key => 'leavers:' || new.community_id);
  end if;
  return null;
end
$$;
comment on function public.follow_leavers is 'What becomes of who has left has been decided otherwise: a job settles all who have ever been away.';
create trigger follow_leavers after insert on public.settings_versions for each row execute function public.follow_leavers();

create or replace function public.erase_member(p_community_id text, p_user_id text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_user public.users;
  v_actions text[];
  v_activities integer;
  v_rewards integer;
begin
  perform public.require_community(p_community_id);
  -- As whoever records a membership event does, so that none comes between.
  perform pg_advisory_xact_lock(13, hashtext(p_community_id || ' ' || p_user_id));
  -- As an award does: no settings version is added meanwhile, and awards of the member wait for the row.
  perform pg_advisory_xact_lock_shared(5, hashtext(p_community_id));
  delete from public.membership_events e where e.community_id = p_community_id and e.user_id = p_user_id;
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
  delete from public.member_roles m where m.community_id = p_community_id and m.user_id = p_user_id;
  delete from public.opening_days d where d.community_id = p_community_id and d.user_id = p_user_id;
  delete from public.opening_balances o where o.community_id = p_community_id and o.user_id = p_user_id;
  delete from public.profiles p where p.community_id = p_community_id and p.user_id = p_user_id;
  delete from public.back_fill_items i where i.community_id = p_community_id and i.user_id = p_user_id;
  perform graphile_worker.remove_job('profile:' || p_community_id || ':' || p_user_id);

  -- In the order in which a level-up locks them. That the member wants no messages stays, like the visibility.
  delete from public.told_levels t where t.community_id = p_community_id and t.user_id = p_user_id;
  delete from public.notifications n where n.community_id = p_community_id and n.user_id = p_user_id;
  update public.notification_preferences p set time_zone = null, streak_warning = false, updated_at = now()
  where p.community_id = p_community_id and p.user_id = p_user_id;

  -- Not sent: cancelled, and earned anew with its level or streak. Sent: stays, and so is never sent again.
  select count(*) into v_rewards from public.rewards r
  where r.community_id = p_community_id and r.user_id = p_user_id and r.state in ('due', 'confirmed', 'waiting');
  perform public.settle_rewards(p_community_id, p_user_id, 2147483647, 1, null);
  perform public.settle_streak_rewards(p_community_id, p_user_id, 2147483647, 0, null);
  -- One granted by hand hangs on nothing. Nothing gives it a second time.
  update public.rewards r set state = 'cancelled', cancelled_because = 'by_creator', waits_for = null, lease_token = null,
    leased_until = null, updated_at = now()
  where r.community_id = p_community_id and r.user_id = p_user_id and r.rule_id is null and r.state in ('due', 'confirmed', 'waiting');
  update public.rewards r set caused_by = null, note = null where r.community_id = p_community_id and r.user_id = p_user_id;

  -- Without an event somebody is a member, whose life here begins with what they do next.
  update public.users u set xp = 0, xp_bucket = public.xp_bucket_of(0), level = 1, total_messages = 0, total_posts = 0,
    total_reactions = 0, xp_reached_at = null, last_activity_at = null, streak_days = 0, streak_day = null, streak_longest = 0,
    streak_freezes = 0, reset_at = null, membership = 'member', left_at = null, on_board = u.visibility <> 'hidden',
    created_at = now(), updated_at = now(), visibility_changed_at = now(),
    board_changed_at = now() -- the sets in Redis learn from it that the member has gone
  where u.community_id = p_community_id and u.user_id = p_user_id;
  perform public.write_audit(p_community_id, p_user_id, 'member.erased', p_user_id,
    jsonb_build_object('activities', v_activities, 'rewardsCancelled', v_rewards));
  return jsonb_build_object('activities', v_activities, 'rewardsCancelled', v_rewards, 'actions', to_jsonb(v_actions));
end
$$;
comment on function public.erase_member is
  'Deletes all that is known of a member but the visibility, the wish to get no messages, what others did with them, the audit log, the ids of the activities (without the member, while they could come again) and rewards: sent ones, and unsent ones cancelled. Waits for the member''s awards and they for it.';

revoke execute on function public.leavers_of(jsonb) from public, anon, authenticated;
revoke execute on function public.stands_on_board(text, text, text) from public, anon, authenticated;
revoke execute on function public.keep_on_board() from public, anon, authenticated;
revoke execute on function public.absence_resets(jsonb, text, timestamptz, timestamptz) from public, anon, authenticated;
revoke execute on function public.membership_of(text, text, timestamptz) from public, anon, authenticated;
revoke execute on function public.settle_membership(text, text) from public, anon, authenticated;
revoke execute on function public.record_membership(text, text, text, text, text, timestamptz, text) from public, anon, authenticated;
revoke execute on function public.list_communities_to_settle() from public, anon, authenticated;
revoke execute on function public.follow_leavers() from public, anon, authenticated;
grant execute on function public.settle_membership(text, text) to wee5_app;
grant execute on function public.record_membership(text, text, text, text, text, timestamptz, text) to wee5_app;
grant execute on function public.list_communities_to_settle() to wee5_app;
