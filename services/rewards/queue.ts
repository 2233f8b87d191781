import type { RewardType, RewardValue, RungState, WaitsFor } from "@/services/rewards/ladder";

/** How the creator's list is sorted: `on_its_way` is due, confirmed, sending and waiting. */
export type QueueGroup = "attention" | "on_its_way" | "delivered" | "cancelled";

/** What a person may do with a reward; `settle_…` says what has become of one that could not be told. */
export type RewardAction = "retry" | "cancel" | "settle_sent" | "settle_not_sent";

export type Problem = "unknown_outcome" | "refused" | "no_permission" | "no_end" | "too_many_attempts" | "error";

/** Somebody of the community; what is not known of them is null. */
export type QueueMember = {
  userId: string;
  name: string | null;
  username: string | null;
  pictureUrl: string | null;
};

/** A reward as creators and moderators see it. Times are ISO 8601. */
export type QueueEntry = {
  rewardId: string;
  member: QueueMember;
  /** What earned it: a level, or days in a row; both are null for one granted by hand. */
  level: number | null;
  streakDays: number | null;
  type: RewardType;
  value: RewardValue;
  /** What was said to the member with a reward granted by hand. */
  note: string | null;
  state: Exclude<RungState, "locked">;
  waitsFor: WaitsFor | null;
  /** What is in the way, what that means and what one can do; null unless the state is `needs_attention`. */
  problem: { kind: Problem; means: string; toDo: string } | null;
  /** What came of the last attempt; of a refusal, in Whop's words. */
  lastError: string | null;
  /** Calls to Whop that may have had the effect. */
  calls: number;
  /** When it is looked at again; null where nothing happens by itself. */
  nextAttemptAt: string | null;
  deliveredAt: string | null;
  /** `found`: seen at Whop after an answer was lost; `here`: shown on the member's page; `by_hand`: an admin said so. */
  deliveredHow: "sent" | "found" | "here" | "by_hand" | null;
  /** Last 4 characters of the promo code, for admins; null for moderators. */
  codeEnd: string | null;
  grantedBy: { userId: string; name: string | null } | null;
  cancelledBecause: "level_lost" | "streak_lost" | "by_creator" | null;
  /** When its level, or the days in a row, were lost after it had been sent, or while it was; what is sent stays. */
  levelLostAt: string | null;
  dueAt: string;
  changedAt: string;
  /** To be sent back with an action: a reward that has changed since refuses it. */
  seen: string;
  /** What the reader may do now; empty for moderators. */
  actions: RewardAction[];
};

/** The free days of the present month. */
export type Budget = {
  /** Null for no limit. */
  freeDaysPerMonth: number | null;
  /** Days sent, or on their way, this month. */
  usedThisMonth: number;
  /** Rewards that wait for the next month, or for more. */
  waiting: number;
  /** First day, as "2026-11-01". */
  month: string;
  timeZone: string;
};

export type DifferenceKind = "promo_missing" | "promo_archived" | "promo_unknown" | "days_missing" | "membership_gone";

/** Something that Whop has otherwise than it was delivered. Times are ISO 8601. */
export type RewardDifference = {
  kind: DifferenceKind;
  /** `info` where there is nothing to put right, as when the member has left. */
  severity: "warning" | "info";
  /** Null where no reward here knows of it. */
  rewardId: string | null;
  member: QueueMember | null;
  /** What it is at Whop: mem_… or promo_…; null where it is nothing there any more. */
  whopId: string | null;
  /** Last 4 characters of the code, for admins. */
  codeEnd: string | null;
  /** What has been delivered until, and what Whop says, where it is about a membership's end. */
  expectedUntil: string | null;
  foundUntil: string | null;
  means: string;
  firstSeenAt: string;
};

export type Differences = {
  /** When all was last compared with Whop; null for never yet. */
  checkedAt: string | null;
  /** When Whop could not be asked since then: what is listed is of `checkedAt`. */
  failedAt: string | null;
  /** Warnings first, newest first within. */
  found: RewardDifference[];
};

/** Answer of GET /api/rewards. */
export type Queue = {
  /** Newest change first, 25 on a page. */
  rewards: QueueEntry[];
  nextCursor: string | null;
  counts: Record<QueueGroup, number>;
  budget: Budget;
  differences: Differences;
};
