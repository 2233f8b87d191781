-- Who hears what over Supabase Realtime. Realtime asks these policies when somebody joins a private channel, with the claims
-- of the token in request.jwt.claims and the channel in realtime.topic(), and again when a new token comes.
-- The schema and its table are Supabase's own: we add policies and change nothing else. Without the schema there is no
-- Realtime, the pages poll, and there is nothing to guard.
do $do$
declare
  -- The topics stand in the token, which only our server can sign.
  is_named constant text := $sql$coalesce(
    nullif(current_setting('request.jwt.claims', true), '')::jsonb -> 'wee5_topics' ? (select realtime.topic()), false)$sql$;
  is_ours constant text := $sql$coalesce((select realtime.topic()) ~ '^(community|member):', false)$sql$;
begin
  if to_regnamespace('realtime') is null then
    return;
  end if;
  if to_regclass('realtime.messages') is null or to_regprocedure('realtime.topic()') is null then
    raise sqlstate '55000' using message =
      'The schema "realtime" is not ready: open Realtime once in the Supabase dashboard, then migrate again.';
  end if;

  execute format(
    $sql$create policy wee5_hear_named_topics on realtime.messages for select to authenticated
      using (extension = 'broadcast' and %s and %s)$sql$, is_ours, is_named);

  -- Policies add up. These two take away, so that a generous policy of somebody else's opens none of our topics.
  execute format(
    $sql$create policy wee5_hear_nothing_else on realtime.messages as restrictive for select to anon, authenticated
      using (not %s or (extension = 'broadcast' and %s))$sql$, is_ours, is_named);
  execute format(
    $sql$create policy wee5_say_nothing on realtime.messages as restrictive for insert to anon, authenticated
      with check (not %s)$sql$, is_ours);
end
$do$;
