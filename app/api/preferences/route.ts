import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { PreferencesChange, PreferencesQuery } from "@/services/notifications/notifications.schema";
import { readPreferences, setPreferences } from "@/services/notifications/preferences";

const read = route({
  auth: "member",
  query: PreferencesQuery,
  community: ({ query }) => query.experienceId,
  limit: { name: "preferences-read", per: "caller", max: 60, windowSeconds: 60 },
  handle: (deps, { communityId, caller }) => readPreferences(deps, communityId, caller.userId),
});

const change = route({
  auth: "member",
  body: PreferencesChange,
  community: ({ body }) => body.experienceId,
  limit: { name: "preferences", per: "caller", max: 20, windowSeconds: 60 },
  handle: (deps, { communityId, caller, body: { experienceId: _, ...said } }) =>
    setPreferences(deps, communityId, caller.userId, said),
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({ GET: read, PUT: change });
