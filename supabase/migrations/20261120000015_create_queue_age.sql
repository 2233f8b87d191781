create function public.queue_age_seconds() returns integer
language sql stable security definer set search_path = '' as $$
  select coalesce(extract(epoch from now() - min(run_at)), 0)::integer
  from graphile_worker.jobs
  where run_at <= now() and locked_at is null and attempts < max_attempts
$$;
comment on function public.queue_age_seconds is 'How long the oldest job that could run has been waiting; 0 when none waits.';
revoke execute on function public.queue_age_seconds() from public, anon, authenticated;
grant execute on function public.queue_age_seconds() to wee5_app;
