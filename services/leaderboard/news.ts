import type { Progress } from "@/services/xp/progress";
import type { Receipt } from "@/services/xp/receipt";
import type { StreakNow } from "@/services/xp/streak";

/** How a member stands now: what the community's topic carries, event "changed", as `{ members: BoardChange[] }`. */
export type BoardChange = StandingChange | Departure;

type Versioned = {
  /** As the viewers may know them: opaque for one who is anonymous. */
  memberId: string;
  /** Microseconds of the database's clock when this was read: of two, the greater is the newer. */
  version: number;
};

export type StandingChange = Versioned & {
  left?: undefined;
  xp: number;
  level: number;
  week: { startsOn: string; xp: number };
  month: { startsOn: string; xp: number };
  /** Days in a row; 0 for none, and where streaks are off. */
  streakDays: number;
  name: string | null;
  username: string | null;
  pictureUrl: string | null;
};

/** Stands on no board any more. */
export type Departure = Versioned & { left: true };

/** What just happened to the member themselves: their own topic, event "own". */
export type OwnNews = {
  version: number;
  progress: Progress;
  /** On the board of all time; null without XP, and for who is hidden. */
  rank: number | null;
  weekXp: number;
  streak: StreakNow | null;
  /** What caused it; null where nothing new was recorded, as for a replay. */
  activity: { activityId: string; action: string; outcome: Receipt["outcome"]; xp: number; occurredAt: string } | null;
};
