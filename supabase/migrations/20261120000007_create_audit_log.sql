create table public.audit_log (
  community_id text not null,
  sequence bigint not null,
  occurred_at timestamptz not null default clock_timestamp(),
  actor_user_id text not null,
  action text not null,
  subject text,
  details jsonb not null default '{}',
  previous_hash bytea,
  hash bytea not null,
  primary key (community_id, sequence)
);
comment on table public.audit_log is 'Who did what. Each row''s hash covers the one before it, so that a change in the middle shows.';
alter table public.audit_log enable row level security;
create policy own_community on public.audit_log for select to wee5_app
  using (community_id = (select current_setting('wee5.community_id', true)));
revoke all on public.audit_log from anon, authenticated;
grant select on public.audit_log to wee5_app;

create trigger append_only before update or delete on public.audit_log for each row execute function public.refuse_change();
create trigger append_only_truncate before truncate on public.audit_log for each statement execute function public.refuse_change();

create function public.audit_hash(
  p_previous bytea, p_community_id text, p_sequence bigint, p_occurred_at timestamptz, p_actor text, p_action text,
  p_subject text, p_details jsonb
) returns bytea
language sql immutable parallel safe set search_path = '' as $$
  select sha256(coalesce(p_previous, ''::bytea) || convert_to(jsonb_build_array(
    p_community_id, p_sequence, extract(epoch from p_occurred_at), p_actor, p_action, p_subject, p_details)::text, 'UTF8'))
$$;

create function public.require_community(p_community_id text) returns void
language plpgsql stable set search_path = '' as $$
begin
  if current_setting('wee5.community_id', true) is distinct from p_community_id then
    raise exception 'the transaction is not set to community %', p_community_id using errcode = 'W5C01';
  end if;
end
$$;
comment on function public.require_community is 'Definer functions pass by row level security, so each checks first that the transaction was set to the community it is asked to write.';

create function public.write_audit(p_community_id text, p_actor text, p_action text, p_subject text, p_details jsonb) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_last public.audit_log;
  v_now timestamptz := clock_timestamp();
  v_sequence bigint;
begin
  perform public.require_community(p_community_id);
  perform pg_advisory_xact_lock(6, hashtext(p_community_id));
  select * into v_last from public.audit_log where community_id = p_community_id order by sequence desc limit 1;
  v_sequence := coalesce(v_last.sequence, 0) + 1;
  insert into public.audit_log (community_id, sequence, occurred_at, actor_user_id, action, subject, details, previous_hash, hash)
  values (p_community_id, v_sequence, v_now, p_actor, p_action, p_subject, coalesce(p_details, '{}'), v_last.hash,
    public.audit_hash(v_last.hash, p_community_id, v_sequence, v_now, p_actor, p_action, p_subject, coalesce(p_details, '{}')));
  return v_sequence;
end
$$;

create function public.check_audit(p_community_id text) returns bigint
language sql stable security definer set search_path = '' as $$
  select min(sequence) from (
    select a.sequence,
      a.hash is distinct from public.audit_hash(a.previous_hash, a.community_id, a.sequence, a.occurred_at, a.actor_user_id,
        a.action, a.subject, a.details)
      or a.previous_hash is distinct from lag(a.hash) over (order by a.sequence)
      or a.sequence <> row_number() over (order by a.sequence) as broken
    from public.audit_log a where a.community_id = p_community_id
  ) checked where broken
$$;
comment on function public.check_audit is 'The first sequence number at which the chain does not hold; null when it holds.';

revoke execute on function public.audit_hash(bytea, text, bigint, timestamptz, text, text, text, jsonb) from public, anon, authenticated;
revoke execute on function public.require_community(text) from public, anon, authenticated;
revoke execute on function public.write_audit(text, text, text, text, jsonb) from public, anon, authenticated;
revoke execute on function public.check_audit(text) from public, anon, authenticated;
grant execute on function public.write_audit(text, text, text, text, jsonb) to wee5_app;
