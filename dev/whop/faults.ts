import { z } from "zod";
import type { Random } from "./random";

/** What can go wrong with a call to the API (or to the keys, operation "jwks"). */
const API_KINDS = [
  /** The connection breaks before anything happened. */
  "drop_before",
  /** It is done, and the answer is lost. */
  "drop_after",
  /** The server dies first; the Idempotency-Key stays "in progress" until it expires. */
  "crash_before",
  /** It is done, then the server dies; the Idempotency-Key stays "in progress" until it expires. */
  "crash_after",
  /** Answers `status` and does nothing, before the Idempotency-Key is looked at. */
  "status",
  /** Does nothing and answers `status`, again for each request with the Idempotency-Key. */
  "error_before",
  /** It is done, then it answers `status`, again for each request with the Idempotency-Key. */
  "error_after",
  /** Takes `delayMs` to do it; the Idempotency-Key is in progress for that long. */
  "slow",
  /** Answers `delayMs` late. */
  "delay",
  "rate_limit",
  /** Headers arrive, the body never does. */
  "stall",
  /** 200 with a body that is none of Whop's; nothing is done. */
  "garbage",
  /** It is done, and the answer is a 200 with a body that is none of Whop's. */
  "garbage_after",
  /** A list's cursor leads nowhere: the page after it ends with the same one, and says that there is more. */
  "stuck_cursor",
  /** A list answers its first page, whatever is asked for, with another cursor each time. */
  "repeat_page",
] as const;

/** What can go wrong with a webhook (operation: the event, "chat.message.created"). */
const WEBHOOK_KINDS = [
  "webhook_drop",
  "webhook_duplicate",
  /** Waits until the next event has gone. */
  "webhook_reorder",
  "webhook_delay",
  /** One byte changes on the way; the retry is whole. */
  "webhook_corrupt",
] as const;

export const NewFault = z.object({
  kind: z.enum([...API_KINDS, ...WEBHOOK_KINDS]),
  /** Every operation where none is named. */
  operation: z.string().optional(),
  status: z.number().int().min(400).max(599).default(500),
  delayMs: z.number().int().min(0).max(600_000).default(1_000),
  retryAfterSeconds: z.number().int().min(0).optional(),
  /** How often; once, or until cleared where a probability is given. */
  times: z.number().int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
});

export type Fault = z.output<typeof NewFault>;

export interface PlannedFault {
  fault: Fault;
  /** How often it will still happen; null for until it is cleared. */
  left: number | null;
}

export interface Faults {
  add(fault: z.input<typeof NewFault>): void;
  clear(): void;
  planned(): PlannedFault[];
  /** The fault that befalls this call, if any; counts it. */
  forCall(operation: string): Fault | undefined;
  forWebhook(event: string): Fault | undefined;
}

/** Faults by request, drawn from a seeded source so that a bad run can be repeated. */
export function createFaults(random: Random): Faults {
  let planned: { fault: Fault; left: number }[] = [];

  function next(kinds: readonly string[], operation: string): Fault | undefined {
    const plan = planned.find(
      ({ fault }) => kinds.includes(fault.kind) && (fault.operation === undefined || fault.operation === operation),
    );
    if (plan === undefined || random() >= (plan.fault.probability ?? 1)) return undefined;
    plan.left -= 1;
    planned = planned.filter(({ left }) => left > 0);
    return plan.fault;
  }

  return {
    add: (given) => {
      const fault = NewFault.parse(given);
      planned.push({ fault, left: fault.times ?? (fault.probability === undefined ? 1 : Number.POSITIVE_INFINITY) });
    },
    clear: () => {
      planned = [];
    },
    planned: () => planned.map(({ fault, left }) => ({ fault, left: Number.isFinite(left) ? left : null })),
    forCall: (operation) => next(API_KINDS, operation),
    forWebhook: (event) => next(WEBHOOK_KINDS, event),
  };
}
