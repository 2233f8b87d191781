-- How a community comes to be, and how it is found before anything else is known.

create function public.default_settings() returns jsonb
language sql immutable set search_path = '' as $$
  select '{
    "timeZone": "UTC", "tier": "free", "paused": false, "dailyXpCap": null, "excludedExperienceIds": [], "excludedUserIds": [],
    "actions": {
      "message": {"enabled": true, "minXp": 20, "maxXp": 20, "cooldownSeconds": 60, "dailyXpCap": null, "minLength": 0},
      "post": {"enabled": true, "minXp": 15, "maxXp": 25, "cooldownSeconds": 60, "dailyXpCap": null, "minLength": 0},
      "comment": {"enabled": true, "minXp": 10, "maxXp": 10, "cooldownSeconds": 60, "dailyXpCap": null, "minLength": 0},
      "reaction": {"enabled": true, "minXp": 5, "maxXp": 5, "cooldownSeconds": 60, "dailyXpCap": null, "minLength": 0},
      "reaction_received": {"enabled": false, "minXp": 2, "maxXp": 2, "cooldownSeconds": 0, "dailyXpCap": null, "minLength": 0},
      "lesson": {"enabled": false, "minXp": 50, "maxXp": 50, "cooldownSeconds": 0, "dailyXpCap": null, "minLength": 0},
      "daily_visit": {"enabled": false, "minXp": 10, "maxXp": 10, "cooldownSeconds": 0, "dailyXpCap": null, "minLength": 0},
      "member_joined": {"enabled": false, "minXp": 50, "maxXp": 50, "cooldownSeconds": 0, "dailyXpCap": null, "minLength": 0}
    }
  }'::jsonb
$$;
comment on function public.default_settings is
  'What a community starts with: only message, post, comment and reaction pay until the creator switches more on.';

create function public.ensure_community(p_community_id text, p_title text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_community(p_community_id);
  insert into public.communities (community_id, title) values (p_community_id, p_title) on conflict do nothing;
  if not found then
    return;
  end if;
  insert into public.settings_versions (community_id, version, valid_from, settings, created_by)
  values (p_community_id, 1, 'epoch', public.default_settings(), 'wee5');
  insert into public.level_curves (community_id) values (p_community_id);
  insert into public.level_ranks (community_id, level, name) values
    (p_community_id, 1, 'Newcomer'), (p_community_id, 5, 'Regular'), (p_community_id, 10, 'Insider'), (p_community_id, 25, 'Veteran'),
    (p_community_id, 50, 'Expert'), (p_community_id, 100, 'Legend');
  insert into public.reward_rules (community_id, level, type, value) values
    (p_community_id, 5, 'free_days', '{"days": 3}'), (p_community_id, 10, 'free_days', '{"days": 7}'),
    (p_community_id, 25, 'free_days', '{"days": 14}'), (p_community_id, 50, 'free_days', '{"days": 30}'),
    (p_community_id, 100, 'promo_code', '{"percentOff": 50}');
end
$$;
comment on function public.ensure_community is 'Makes a community with its first settings, the default curve, rank names and reward rules; does nothing when it exists.';

create function public.remember_experience(p_community_id text, p_title text, p_experience_id text, p_name text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform public.ensure_community(p_community_id, p_title);
  insert into public.experiences (community_id, experience_id, name) values (p_community_id, p_experience_id, p_name)
  on conflict do nothing;
end
$$;
comment on function public.remember_experience is 'What Whop said an experience belongs to; its community is made when it is new.';

create function public.resolve_experience(p_id text) returns text
language sql stable security definer set search_path = '' as $$
  select community_id from public.experiences where experience_id = p_id
  union all
  select community_id from public.communities where community_id = p_id
  limit 1
$$;
comment on function public.resolve_experience is 'The community of an experience, or of itself; null when unknown. The one question that must be asked before the community is known.';

revoke execute on function public.default_settings() from public, anon, authenticated;
revoke execute on function public.ensure_community(text, text) from public, anon, authenticated;
revoke execute on function public.remember_experience(text, text, text, text) from public, anon, authenticated;
revoke execute on function public.resolve_experience(text) from public, anon, authenticated;
grant execute on function public.ensure_community(text, text) to wee5_app;
grant execute on function public.remember_experience(text, text, text, text) to wee5_app;
grant execute on function public.resolve_experience(text) to wee5_app;
