import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { RulesChange, RulesQuery } from "@/services/communities/rules.schema";
import { changeRules, readNamedRules } from "@/services/rules";

const read = route({
  auth: "staff",
  query: RulesQuery,
  community: ({ query }) => query.experienceId,
  limit: { name: "settings-read", per: "caller", max: 60, windowSeconds: 60 },
  handle: (deps, { communityId }) => readNamedRules(deps, communityId),
});

const change = route({
  auth: "admin",
  body: RulesChange,
  community: ({ body }) => body.experienceId,
  limit: { name: "settings", per: "caller", max: 20, windowSeconds: 60 },
  handle: (deps, { communityId, caller, body: { experienceId: _, ...rules } }) =>
    changeRules(deps, communityId, { rules, by: caller.userId }),
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({ GET: read, PUT: change });
