import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, Faults } from "./faults";
import { newId } from "./random";
import { signStandard } from "./signatures";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Whop's pauses after a failed delivery, in seconds: 12 retries over about 71 hours. */
export const RETRY_SCHEDULE_SECONDS = [
  30,
  2 * MINUTE,
  8 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  ...Array.from({ length: 5 }, () => 12 * HOUR),
];
const ANSWER_WITHIN_MS = 5_000;
const AT_ONCE = 32;
const KEPT = 1_000;
/** How long an event that is to come late waits for another to overtake it. */
const REORDER_WAIT_MS = 1_000;

export interface WebhookEvent {
  type: string;
  companyId: string;
  data: unknown;
  /** For whoever watches: who did it, and what the app will know it by. */
  about?: EventSubject;
}

export interface EventSubject {
  userId: string;
  activityId: string;
}

export interface Delivery {
  /** `webhook-id`, the same on every attempt. */
  id: string;
  type: string;
  companyId: string;
  about?: EventSubject;
  createdAt: Date;
  /** The status of each attempt; "failed" where there was none. */
  attempts: (number | "failed")[];
  /** When each of them ended. */
  attemptedAt: Date[];
  /** While it waits: when the next attempt follows. */
  nextAttemptAt: Date | null;
  state: "pending" | "delivered" | "given_up" | "dropped";
}

export interface WebhookSender {
  /** Events that come while there is no address are not kept, as with Whop. */
  setUrl(url: string | undefined): void;
  /** Each secret signs: Whop's side of a rotation. */
  setSecrets(secrets: string[]): void;
  /** `isWithheld`: the app is not to hear of it, as where it is not installed. */
  send(event: WebhookEvent, options?: { isWithheld?: boolean }): Delivery;
  /** The newest thousand, oldest first. */
  deliveries(): readonly Delivery[];
  /** Resolves when nothing is on its way and nothing waits for a retry. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface WebhookSenderOptions {
  url?: string;
  secrets: string[];
  /** Multiplies Whop's pauses between retries; 1 keeps them. */
  retryScale?: number;
  faults: Faults;
  now: () => Date;
  /** Told whenever something has become of a delivery. */
  onChange?(delivery: Delivery): void;
}

/** Delivers events as Whop does: signed, at least once, in no certain order, retried until a 2xx within 5 s. */
export function createWebhookSender(options: WebhookSenderOptions): WebhookSender {
  const { faults, now, retryScale = 1, onChange = () => undefined } = options;
  let { url, secrets } = options;
  const stopping = new AbortController();
  const log: Delivery[] = [];
  const underWay = new Set<Promise<void>>();
  const turn = createTurns(AT_ONCE);
  let overtaken = deferred();

  async function attempt(delivery: Delivery, body: string, target: string, corrupt = false): Promise<boolean> {
    await turn.take();
    try {
      const timestamp = Math.floor(now().getTime() / 1000);
      const headers = {
        ...signStandard({ id: delivery.id, timestamp, body, secret: secrets }),
        "Content-Type": "application/json",
      };
      const status = await post(target, headers, corrupt ? body.replace(/\d(?=\D*$)/, "x") : body, stopping.signal);
      delivery.attempts.push(status);
      delivery.attemptedAt.push(now());
      delivery.nextAttemptAt = null;
      onChange(delivery);
      return status !== "failed" && status >= 200 && status < 300;
    } finally {
      turn.give();
    }
  }

  async function deliver(delivery: Delivery, body: string, target: string, fault: Fault | undefined): Promise<void> {
    if (fault?.kind === "webhook_delay") await wait(delivery, fault.delayMs);
    if (fault?.kind === "webhook_reorder")
      await Promise.race([overtaken.promise, pause(REORDER_WAIT_MS, stopping.signal)]);
    if (fault?.kind === "webhook_duplicate") track(attempt(delivery, body, target).then(() => undefined));
    for (const seconds of [0, ...RETRY_SCHEDULE_SECONDS]) {
      await wait(delivery, seconds * 1000 * retryScale);
      if (stopping.signal.aborted) return;
      const corrupt = fault?.kind === "webhook_corrupt" && seconds === 0;
      if (await attempt(delivery, body, target, corrupt)) {
        delivery.state = "delivered";
        onChange(delivery);
        if (fault?.kind !== "webhook_reorder") overtake();
        return;
      }
    }
    delivery.state = "given_up";
    onChange(delivery);
  }

  async function wait(delivery: Delivery, ms: number): Promise<void> {
    if (ms === 0) return;
    delivery.nextAttemptAt = new Date(now().getTime() + ms);
    onChange(delivery);
    await pause(ms, stopping.signal);
  }

  function overtake() {
    overtaken.resolve();
    overtaken = deferred();
  }

  function track(work: Promise<void>) {
    underWay.add(work);
    work.finally(() => underWay.delete(work));
  }

  return {
    setUrl: (given) => {
      url = given;
    },
    setSecrets: (given) => {
      secrets = given;
    },
    send: (event, { isWithheld = false } = {}) => {
      const { type, companyId, about } = event;
      const history = { createdAt: now(), attempts: [], attemptedAt: [], nextAttemptAt: null };
      const delivery: Delivery = { id: newId("msg"), type, companyId, about, ...history, state: "pending" };
      const fault = faults.forWebhook(event.type);
      log.push(delivery);
      if (log.length > KEPT) log.shift();
      if (url === undefined || isWithheld || fault?.kind === "webhook_drop") delivery.state = "dropped";
      else track(deliver(delivery, envelope(delivery.id, event, now()), url, fault));
      onChange(delivery);
      return delivery;
    },
    deliveries: () => log,
    settled: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    stop: async () => {
      stopping.abort();
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

function envelope(id: string, { type, companyId, data }: WebhookEvent, sentAt: Date): string {
  return JSON.stringify({ id, type, api_version: "v1", timestamp: sentAt.toISOString(), company_id: companyId, data });
}

async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  stopping: AbortSignal,
): Promise<number | "failed"> {
  try {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    await response.body?.cancel();
    return response.status;
  } catch {
    return "failed"; // The attempt's record says so, and the next attempt follows.
  }
}

/** Ends early, without an error, when the sender stops. */
async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  if (ms === 0) return;
  try {
    await sleep(ms, undefined, { signal: stopping, ref: false });
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
}

function createTurns(atOnce: number) {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return {
    take: async () => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    give: () => {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
}

function deferred() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
