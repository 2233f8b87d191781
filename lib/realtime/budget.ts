/** Nobody's eye follows a board that moves more often. */
export const SHORTEST_MS = 500;
/** What members' own messages can add, so that a busy hour slows the board and never stops it. */
export const LONGEST_ADDED_MS = 5_000;
/** The part of the plan that may be used. */
const SHARE = 0.8;

/** Of that, what members' own news may take: the board slows down for them, and must still move. */
const OWN_SHARE = 0.5;
/** One for who sends it, one for who hears it. */
export const MESSAGES_TO_ONE = 2;

export type Pace = {
  /** Between two broadcasts when nothing else was sent. Milliseconds, fractional. */
  baseMs: number;
  /** For each message sent beside the broadcasts. */
  perMessageMs: number;
};

/**
 * How fast a community may be told of changes: one broadcast to N viewers is N + 1 messages of the plan.
 * @param planMessagesPerSecond the Supabase plan's limit: 100, 500 or 2,500.
 */
export function paceFor(viewers: number, planMessagesPerSecond: number): Pace {
  const perMessageMs = 1_000 / (SHARE * planMessagesPerSecond);
  return { baseMs: (viewers + 1) * perMessageMs, perMessageMs };
}

/** max(500 ms, (viewers + 1) ÷ (0.8 × plan limit)), where `spent` other messages are paid by waiting. Whole milliseconds. */
export function intervalMs(pace: Pace, spent: number): number {
  const added = Math.min(spent * pace.perMessageMs, LONGEST_ADDED_MS);
  return Math.ceil(Math.max(SHORTEST_MS, pace.baseMs + added));
}

/** How many members may be told of their own news in a second, by one instance. At least one. */
export function ownNewsPerSecond(planMessagesPerSecond: number): number {
  return Math.max(1, (SHARE * OWN_SHARE * planMessagesPerSecond) / MESSAGES_TO_ONE);
}
