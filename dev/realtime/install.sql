-- What Supabase keeps in the schema `realtime` and our policies hang on: the table whose row level security decides who may
-- hear and say what, and the topic that is being asked about. Runs before our own migrations; repeating it is harmless.
-- `realtime.send()` is left out: nothing of ours broadcasts from the database, and nothing here would carry its rows on.
do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values ('anon', ''), ('authenticated', ''), ('service_role', 'bypassrls')) as role (name, attributes)
  loop
    continue when exists (select from pg_catalog.pg_roles where rolname = wanted.name);
    begin
      execute format('create role %I nologin noinherit %s', wanted.name, wanted.attributes);
    exception
      when duplicate_object or unique_violation then
        null; -- roles belong to all databases of a server: another one's installation was faster
    end;
  end loop;
end
$$;

create schema if not exists realtime;
grant usage on schema realtime to anon, authenticated, service_role;

create table if not exists realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  primary key (id, inserted_at)
);
alter table realtime.messages enable row level security;
-- As on Supabase: the rights are there, and only the policies say no.
grant select, insert, update on realtime.messages to anon, authenticated, service_role;

create or replace function realtime.topic() returns text
  language sql stable set search_path = ''
as $$ select nullif(current_setting('realtime.topic', true), '') $$;
grant execute on function realtime.topic() to anon, authenticated, service_role;
