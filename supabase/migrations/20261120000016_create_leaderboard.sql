-- The board's index holds only those who are on the board, so that counting and paging never meet the others.
drop index public.users_board;
create index users_board on public.users (community_id, xp_bucket desc) where xp_bucket >= 0 and visibility <> 'hidden';
create index users_hidden on public.users (community_id, user_id) where visibility = 'hidden';

alter table public.users add column visibility_changed_at timestamptz;
comment on column public.users.visibility_changed_at is
  'When the member last came onto the boards or left them: with the log and its corrections all that moves a rank, so that the sets in Redis can catch up.';
create index users_visibility_changed on public.users (community_id, visibility_changed_at) where visibility_changed_at is not null;

-- A member may choose before earning anything: the row then begins with the choice. XP stay the award function's alone.
create policy own_community_insert on public.users for insert to wee5_app
  with check (community_id = (select current_setting('wee5.community_id', true)));
grant insert (community_id, user_id, visibility, visibility_changed_at), update (visibility_changed_at) on public.users to wee5_app;
