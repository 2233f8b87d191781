import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { textStream } from "@/lib/http/text-stream";
import { eraseMember } from "@/services/members/erase-member";
import { Erasure, OwnQuery } from "@/services/members/member.schema";
import { writeMyData } from "@/services/members/my-data";

const download = route({
  auth: "member",
  query: OwnQuery,
  community: ({ query }) => query.experienceId,
  limit: { name: "my-data", per: "caller", max: 5, windowSeconds: 600 },
  handle: async (deps, { communityId, caller }) => {
    const name = `wee5-my-data-${deps.now().toISOString().slice(0, 10)}.json`;
    return new Response(await textStream(writeMyData(deps, communityId, caller.userId)), {
      headers: {
        "content-type": "application/json; charset=utf-8",
        "content-disposition": `attachment; filename="${name}"`,
      },
    });
  },
});

const erase = route({
  auth: "member",
  body: Erasure,
  community: ({ body }) => body.experienceId,
  limit: { name: "erase", per: "caller", max: 5, windowSeconds: 600 },
  handle: async (deps, { communityId, caller }) => {
    const erased = await eraseMember(deps, communityId, caller.userId);
    return { success: true, ...erased };
  },
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({ GET: download, DELETE: erase });
