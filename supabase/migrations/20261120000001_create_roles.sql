-- The application's role. It owns nothing, creates nothing and is subject to row level security:
-- a mistake in a route can then not reach another community's rows.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'wee5_app') then
    create role wee5_app nologin noinherit nosuperuser nocreatedb nocreaterole nobypassrls;
  end if;
end
$$;

-- Per role and not per connection, because a pooler in transaction mode refuses most start-up options.
alter role wee5_app set statement_timeout = '15s';
alter role wee5_app set lock_timeout = '5s';
-- A frozen function must not hold a member's row: Postgres ends its transaction.
alter role wee5_app set idle_in_transaction_session_timeout = '3s';

revoke all on schema public from anon, authenticated;
revoke create on schema public from public;
grant usage on schema public to wee5_app;
grant usage on schema public to service_role;

-- Supabase grants what is new in this schema to its clients' roles. Here they read nothing unless a policy says so.
alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges in schema public revoke all on functions from anon, authenticated;
alter default privileges in schema public revoke all on sequences from anon, authenticated;
