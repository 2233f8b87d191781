import type { Viewer } from "@/components/leaderboard/board";
import type { Chat } from "@/components/leaderboard/empty-board";
import type { Card } from "@/services/leaderboard/card";
import type { Leaderboard } from "@/services/leaderboard/read-leaderboard";
import type { Ladder } from "@/services/rewards/ladder";
import type { Boost } from "@/services/xp/boost";
import type { History } from "@/services/xp/history-entry";
import type { RankName } from "@/services/xp/progress";
import type { Rates } from "@/services/xp/rate";

/** What GET /api/me answers. */
export type Me = {
  card: Card;
  ladder: Ladder;
  boosts: Boost[];
  rates: Rates;
  /** When a back-fill last counted something here. Levels that came with it are no news. */
  historyAt?: string | null;
};

/** All that the server knows of a member's page when it is opened. */
export type MemberPageData = Me & {
  experienceId: string;
  viewer: Viewer;
  title: string;
  /** IANA name, of the community. */
  timeZone: string;
  /** Where members write; null before it is known. */
  chat: Chat | null;
  board: Leaderboard;
  history: History;
  rankNames: RankName[];
  /** Null where there is none: the page then asks by itself. */
  realtime: { url: string; anonKey: string } | null;
  /** The server's clock in milliseconds. */
  now: number;
};
