import type { Visibility } from "@/services/leaderboard/leaderboard.schema";
import type { Progress } from "@/services/xp/progress";
import type { StreakNow } from "@/services/xp/streak";

/** A member as they see themselves. */
export type Card = {
  userId: string;
  name: string | null;
  username: string | null;
  pictureUrl: string | null;
  visibility: Visibility;
  progress: Progress;
  /** On the board of all time; null without XP, and for who is hidden. */
  rank: number | null;
  /** How many stand on that board. */
  members: number;
  /** Places gained since the week began (below 0: lost); null where that is not known. */
  rankChange: number | null;
  /** XP of the week that began on Monday in the community's time zone. */
  weekXp: number;
  /** XP a day over the last 14 days; null without any. */
  xpPerDay: number | null;
  /** Days in a row; null where streaks are off. */
  streak: StreakNow | null;
  /** Grows with every change; compare with OwnNews. */
  version: number;
};

/** Another member as they may be seen. */
export type Profile = {
  userId: string;
  name: string | null;
  username: string | null;
  pictureUrl: string | null;
  progress: Progress;
  rank: number | null;
  members: number;
  weekXp: number;
  /** Null where streaks are off. */
  streak: Pick<StreakNow, "days" | "longest"> | null;
  totalMessages: number;
  totalPosts: number;
  totalReactions: number;
  /** Since when they are known here: when WEE5 first saw them, or the first day of what it has read of before. ISO 8601. */
  since: string;
};
