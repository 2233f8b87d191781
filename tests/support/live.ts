import { communityTopic, memberTopic } from "@/lib/realtime/topics";
import type { BoardChange, OwnNews } from "@/services/leaderboard/news";
import type { TestApp } from "@/tests/support/app";
import type { Page } from "@/tests/support/realtime";
import type { CommunityInWhop } from "@/tests/support/whop";

/** A member's open page: what it hears of the board, and of its member. */
export type LivePage = {
  userId: string;
  board: Page;
  own: Page;
  changes(): BoardChange[];
  /** Of each member the newest state, as a page that minds versions has it. */
  states(): Map<string, BoardChange>;
  news(): OwnNews[];
};

/** Opens a page with a token of the app's own route. */
export async function openLivePage(app: TestApp, place: CommunityInWhop, userId: string): Promise<LivePage> {
  const json = { experienceId: place.experienceId };
  const response = await app.call("/api/realtime-token", { as: userId, json });
  if (!response.ok) throw new Error(`No token: ${response.status} ${await response.text()}`);
  const { token } = await response.json();
  const [board, own] = await Promise.all([
    app.realtime.listen(communityTopic(place.companyId), { token }),
    app.realtime.listen(memberTopic(place.companyId, userId), { token }),
  ]);
  const changes = () =>
    board.heard.flatMap(({ event, payload }) =>
      event === "changed" ? (payload as { members: BoardChange[] }).members : [],
    ); // as sent
  return {
    userId,
    board,
    own,
    changes,
    states() {
      const newest = new Map<string, BoardChange>();
      for (const change of changes()) {
        if ((newest.get(change.memberId)?.version ?? 0) <= change.version) newest.set(change.memberId, change);
      }
      return newest;
    },
    news: () => own.heard.map(({ payload }) => payload as OwnNews), // as sent
  };
}
