import { z } from "zod";
import { rewardName } from "@/components/rewards/reward-words";
import { formatsOf } from "@/components/ui/formats";
import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { readCommunity } from "@/services/communities/read-community";
import { openRankCardLink } from "@/services/leaderboard/rank-card/link";
import { Look } from "@/services/leaderboard/rank-card/rank-card";
import { type RankCardImage, showRankCard } from "@/services/leaderboard/rank-card/show-rank-card";
import { readCard } from "@/services/leaderboard/read-card";
import { type Ladder, nextRung } from "@/services/rewards/ladder";
import { readLadder } from "@/services/rewards/read-ladder";

const rankCard = route({
  auth: "none",
  query: Look.extend({ token: z.string().min(1).max(600) }),
  limit: { name: "rank-card", per: "ip", max: 120, windowSeconds: 60 },
  handle: async (deps, { query: { token, ...look }, request }) => {
    const { communityId, userId } = await openRankCardLink(deps, token);
    const [card, ladder, community] = await Promise.all([
      readCard(deps, communityId, userId),
      readLadder(deps, communityId, userId),
      readCommunity(deps, communityId),
    ]);
    const rest = { community: community.title, nextReward: promised(ladder, card.progress.xp) };
    return imageAnswer(request, await showRankCard(deps, card, rest, look));
  },
});

/** Nothing is promised in public that the creator has not confirmed. */
function promised(ladder: Ladder, xp: number): { words: string; level: number } | null {
  const rung = ladder.isConfirmed ? nextRung(ladder, xp) : undefined;
  return rung ? { words: rewardName(rung, formatsOf("en")), level: rung.level } : null;
}

/**
 * Nobody may show it again without asking, so that a member who hides is gone at once; asking costs little where nothing has changed.
 * Chats and other sites may embed it: it is there to be shared, and depends on no cookie or token of the reader.
 */
async function imageAnswer(request: Request, { key, draw }: RankCardImage): Promise<Response> {
  const headers = {
    etag: `"${key}"`,
    "cache-control": "private, no-cache",
    "cross-origin-resource-policy": "cross-origin",
  };
  if (request.headers.get("if-none-match")?.includes(headers.etag)) return new Response(null, { status: 304, headers });
  const image = await draw();
  return new Response(new Uint8Array(image), {
    headers: {
      ...headers,
      "content-type": "image/png",
      "content-disposition": 'inline; filename="rank-card.png"',
    },
  });
}

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({ GET: rankCard });
