create table public.ignored_events (
  day date not null,
  event text not null check (length(event) <= 100),
  events bigint not null default 0,
  primary key (day, event)
);
comment on table public.ignored_events is
  'How often a signed webhook carried nothing that counts, by its type: a new event of the platform shows here first. Belongs to no community.';
alter table public.ignored_events enable row level security;
revoke all on public.ignored_events from anon, authenticated;

create function public.count_ignored_event(p_event text) returns void
language sql security definer set search_path = '' as $$
  insert into public.ignored_events as i (day, event, events) values ((now() at time zone 'UTC')::date, left(p_event, 100), 1)
  on conflict (day, event) do update set events = i.events + 1
$$;
revoke execute on function public.count_ignored_event(text) from public, anon, authenticated;
grant execute on function public.count_ignored_event(text) to wee5_app;
