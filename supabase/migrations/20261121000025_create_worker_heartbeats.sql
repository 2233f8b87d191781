-- Jobs are graphile-worker's. What it lacks is here: a dead worker's jobs resume within two minutes (it waits four hours), a worker
-- that was given up finishes nothing, and pauses between attempts are ours.

create table public.worker_heartbeats (
  worker_id text primary key,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);
comment on table public.worker_heartbeats is
  'Who works on jobs, as named in locked_by of a job. One that has been silent for too long has no row: its jobs are others''.';
alter table public.worker_heartbeats enable row level security;
revoke all on public.worker_heartbeats from anon, authenticated;

create function public.recover_dead_jobs(p_silent_seconds double precision)
returns table (job_id bigint, task text, is_over boolean)
language plpgsql security definer set search_path = '' as $$
declare
  v_since timestamptz := now() - make_interval(secs => p_silent_seconds);
  v_dead text[];
begin
  delete from public.worker_heartbeats w where w.seen_at < v_since;
  -- Somebody who has only just begun may not have said so yet.
  select array_agg(held.locked_by) into v_dead from (
    select h.locked_by from (
      select j.locked_by, j.locked_at from graphile_worker._private_jobs j
      union all select q.locked_by, q.locked_at from graphile_worker._private_job_queues q
    ) h where h.locked_by is not null group by h.locked_by having max(h.locked_at) < v_since
  ) held
  where not exists (select from public.worker_heartbeats w where w.worker_id = held.locked_by);

  -- A later job of the same key has taken the place of such a one.
  delete from graphile_worker._private_jobs j
  where j.locked_by = any(v_dead) and j.key is null and j.attempts >= j.max_attempts and j.updated_at > j.locked_at;

  -- Behind those that wait, and later each time after some, for it may be what kills its workers.
  return query
  update graphile_worker._private_jobs j
  set locked_by = null, locked_at = null,
    run_at = greatest(j.run_at, now()) + greatest(0, j.attempts - 4) * interval '1 minute',
    last_error = 'Its worker was killed or frozen while it worked on this.', updated_at = now()
  from graphile_worker._private_tasks t
  where j.locked_by = any(v_dead) and t.id = j.task_id
  returning j.id, t.identifier, j.attempts >= j.max_attempts;

  perform graphile_worker.force_unlock_workers(v_dead);
end
$$;
comment on function public.recover_dead_jobs is
  'Gives back the jobs of workers that nothing has been heard of for so many seconds, and tells which.';

create function public.unlock_queue(p_queue_id integer, p_worker_id text) returns void
language sql set search_path = '' as $$
  update graphile_worker._private_job_queues q set locked_by = null, locked_at = null
  where q.id = p_queue_id and q.locked_by = p_worker_id
$$;
comment on function public.unlock_queue is 'Jobs of one named queue run one after the other: the next may run.';

create function public.finish_job(p_job_id bigint, p_worker_id text, p_locked_at timestamptz) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_queue_id integer;
begin
  -- The worker knows the time to the millisecond only.
  delete from graphile_worker._private_jobs j
  where j.id = p_job_id and j.locked_by = p_worker_id
    and j.locked_at between p_locked_at - interval '2 milliseconds' and p_locked_at + interval '2 milliseconds'
  returning j.job_queue_id into v_queue_id;
  if not found then
    return false;
  end if;
  perform public.unlock_queue(v_queue_id, p_worker_id);
  return true;
end
$$;
comment on function public.finish_job is
  'Takes a finished job away, or says that it is no longer the worker''s: it was given up meanwhile, and another has it or has done it.';

create function public.put_off_job(
  p_job_id bigint, p_worker_id text, p_locked_at timestamptz, p_key text, p_error text, p_pause_seconds double precision,
  p_max_attempts integer
) returns text
language plpgsql set search_path = '' as $$
declare
  v_job graphile_worker._private_jobs;
begin
  select j.* into v_job from graphile_worker._private_jobs j
  where j.id = p_job_id and j.locked_by = p_worker_id
    and j.locked_at between p_locked_at - interval '2 milliseconds' and p_locked_at + interval '2 milliseconds'
  for update;
  if not found then
    return 'lost';
  end if;
  perform public.unlock_queue(v_job.job_queue_id, p_worker_id);
  if v_job.key is null and p_key is not null then
    delete from graphile_worker._private_jobs j where j.id = p_job_id;
    return 'replaced';
  end if;
  update graphile_worker._private_jobs j
  set locked_by = null, locked_at = null, last_error = left(p_error, 2000), max_attempts = p_max_attempts,
    attempts = least(j.attempts, p_max_attempts), run_at = now() + make_interval(secs => p_pause_seconds), updated_at = now()
  where j.id = p_job_id;
  if v_job.attempts < p_max_attempts then
    return 'again';
  end if;
  -- The newest one of the same says it all.
  delete from graphile_worker._private_jobs j
  where j.task_id = v_job.task_id and j.payload::text = v_job.payload::text and j.id < p_job_id
    and j.locked_by is null and j.attempts >= j.max_attempts;
  return 'over';
end
$$;
comment on function public.put_off_job is
  'After a failure: the job runs again after the pause, or is over when that was its last attempt; one that a later job of its key has replaced is gone. Changes nothing for a worker that has lost it.';

-- add_job looks for a running job of the key first and adds second: to one that began in between it adds nothing and answers null.
create function public.failed_job_count() returns integer
language sql stable security definer set search_path = '' as $$
  select count(*)::integer from graphile_worker._private_jobs where attempts >= max_attempts and locked_at is null
$$;
comment on function public.failed_job_count is 'Jobs that have failed for good and wait for a person (npm run jobs).';

revoke execute on function public.recover_dead_jobs(double precision) from public, anon, authenticated;
revoke execute on function public.unlock_queue(integer, text) from public, anon, authenticated;
revoke execute on function public.finish_job(bigint, text, timestamptz) from public, anon, authenticated;
revoke execute on function public.put_off_job(bigint, text, timestamptz, text, text, double precision, integer) from public, anon, authenticated;
revoke execute on function public.failed_job_count() from public, anon, authenticated;
grant execute on function public.recover_dead_jobs(double precision) to wee5_app;
grant execute on function public.failed_job_count() to wee5_app;
