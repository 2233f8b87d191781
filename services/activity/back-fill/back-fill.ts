/** How far back a back-fill reads. The log keeps nothing older. */
export const BACK_FILL_DAYS = 90;

export type BackFillState = "reading" | "counting" | "done" | "failed" | "cancelled";

/** What Whop gives a permission for: chat:read, forum:read. */
export type ReadableKind = "chat" | "forum";

export type BackFillProblem = "no_permission" | "unavailable" | "error";

/** How far a community's newest back-fill has come, and what became of it. Times are ISO 8601. */
export type BackFill = {
  state: BackFillState;
  startedAt: string;
  /** Null while it is under way. */
  finishedAt: string | null;
  /** Nothing older is read. */
  since: string;
  /** Messages, posts and comments found. */
  read: number;
  /** Of those, gone through. */
  counted: number;
  /** Of those counted, new; live activity had counted the others already. */
  recorded: number;
  /** XP that the new ones have brought, those added that they have changed for others of the same member. */
  xp: number;
  /** About how many there will be; null while nothing can be said, and once it is known. */
  estimated: number | null;
  /** About how much of what it does now is done, reading or counting: 0 to 1. */
  share: number;
  /** What Whop does not let WEE5 read there. */
  refused: ReadableKind[];
  /** Why it has failed, or did not end whole. */
  problem: BackFillProblem | null;
  /** When it goes on; null unless the last attempt failed for a reason that passes. */
  triedAgainAt: string | null;
};
