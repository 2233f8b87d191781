import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { HistoryQuery } from "@/services/members/member.schema";
import { listHistory } from "@/services/xp/list-history";

const history = route({
  auth: "member",
  query: HistoryQuery,
  community: ({ query }) => query.experienceId,
  limit: { name: "history", per: "caller", max: 60, windowSeconds: 60 },
  handle: (deps, { communityId, caller, query }) =>
    listHistory(deps, communityId, caller.userId, { cursor: query.cursor }),
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({ GET: history });
