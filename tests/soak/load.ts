import { setTimeout as sleep } from "node:timers/promises";
import { newId, type Random } from "@/dev/whop/random";
import { signStandard } from "@/dev/whop/signatures";
import type { Activity } from "@/services/xp/activity";
import type { CommunityInWhop } from "@/tests/support/whop";

/** One chat message, as Whop tells of it and as the fold counts it. */
export interface Message {
  activity: Activity;
  /** `webhook-id`. */
  eventId: string;
  body: string;
}

/** What the senders know at the end: all that counts is what was acknowledged. */
export interface Ledger {
  acknowledged: Map<string, Message>;
  /** Answers by status; `lost` counts attempts without an answer. */
  answers: Map<number | "lost", number>;
  latenciesMs: number[];
}

export const newLedger = (): Ledger => ({ acknowledged: new Map(), answers: new Map(), latenciesMs: [] });

/** Whether these were all the answers there were. */
export function onlyAnswers({ answers }: Ledger, allowed: (number | "lost")[]): boolean {
  return [...answers.keys()].every((status) => allowed.includes(status));
}

const PEOPLE = 200;
const FINISH_MS = 30_000;
const SPAN_MS = 6 * 3_600_000;

/** Messages of many members within six hours, so that some fall into another's cooldown; ids and times by the source. */
export function messageSource(community: CommunityInWhop, random: Random): () => Message {
  const begin = Math.floor(Date.now()) - SPAN_MS - 60_000;
  const people = Array.from({ length: PEOPLE }, () => newId("user"));
  return () => {
    const userId = people[Math.floor(random() * people.length)] ?? "user_nobody";
    return aMessageFrom(community, userId, new Date(begin + Math.floor(random() * SPAN_MS)));
  };
}

export function aMessageFrom(community: CommunityInWhop, userId: string, occurredAt: Date): Message {
  const id = newId("post");
  const content = "Good morning, everyone";
  const experienceId = community.chatExperienceId;
  const body = JSON.stringify({
    id: newId("msg"),
    type: "chat.message.created",
    api_version: "v1",
    timestamp: new Date().toISOString(),
    company_id: community.companyId,
    data: {
      channel: { id: experienceId, type: "chat", experience_id: experienceId },
      message: { id, content, created_at: occurredAt.toISOString(), message_type: "regular", user: { id: userId } },
    },
  });
  const activity: Activity = {
    activityId: `message:${id}`,
    userId,
    action: "message",
    occurredAt,
    experienceId,
    contentLength: content.length,
    source: "webhook",
  };
  return { activity, eventId: newId("msg"), body };
}

/** Messages without end as a bad network brings them: 30 % twice, shuffled in windows of 50. */
export function* disorder(next: () => Message, random: Random): Generator<Message, never> {
  for (;;) {
    const window: Message[] = [];
    while (window.length < 50) {
      const message = next();
      window.push(message);
      // The same event again, or the same message under another event's id.
      if (random() < 0.3) window.push(random() < 0.5 ? message : { ...message, eventId: newId("msg") });
    }
    for (let at = window.length - 1; at > 0; at--) {
      const other = Math.floor(random() * (at + 1));
      [window[at], window[other]] = [window[other] as Message, window[at] as Message]; // both are inside of the window
    }
    yield* window;
  }
}

export interface SendOptions {
  /** Where the app is, asked anew for every attempt. */
  url: () => string;
  secret: string;
  ledger: Ledger;
  /** Whop's pauses between attempts, scaled. Milliseconds of the first; each next is twice as long, up to eight times. */
  retryMs?: number;
  /** Whop waits 5,000 for an answer. */
  answerWithinMs?: number;
  /** No attempt is begun after this is aborted; after half a minute, when it is absent. */
  giveUp?: AbortSignal;
}

/** Sends one message until it is acknowledged, as Whop does. @returns whether it was. */
export async function sendUntilAcknowledged(message: Message, options: SendOptions): Promise<boolean> {
  const { retryMs = 100, giveUp = AbortSignal.timeout(FINISH_MS) } = options;
  for (let attempt = 0; !giveUp.aborted; attempt++) {
    const status = await send(message, options);
    if (status !== "lost" && status >= 200 && status < 300) {
      options.ledger.acknowledged.set(message.activity.activityId, message);
      return true;
    }
    await sleep(retryMs * 2 ** Math.min(attempt, 3));
  }
  return false;
}

/** One attempt. */
export async function send(message: Message, options: SendOptions): Promise<number | "lost"> {
  const { ledger, url, secret, answerWithinMs = 5_000 } = options;
  const timestamp = Math.floor(Date.now() / 1000);
  const headers = signStandard({ id: message.eventId, timestamp, body: message.body, secret });
  const started = performance.now();
  const status = await post(`${url()}/api/webhook`, headers, message.body, answerWithinMs);
  ledger.latenciesMs.push(performance.now() - started);
  ledger.answers.set(status, (ledger.answers.get(status) ?? 0) + 1);
  return status;
}

async function post(url: string, headers: Record<string, string>, body: string, limitMs: number) {
  try {
    const signal = AbortSignal.timeout(limitMs);
    const init = { method: "POST", headers: { ...headers, "content-type": "application/json" }, body, signal };
    const response = await fetch(url, init);
    await response.arrayBuffer();
    return response.status;
  } catch {
    return "lost"; // which the ledger counts
  }
}

/**
 * Several clients send from one source, each one message at a time, until told to stop; each then has half a minute to finish
 * what it has begun.
 */
export async function sendFrom(
  source: Iterator<Message>,
  options: SendOptions & { clients: number; stop: AbortSignal; pauseMs?: number },
): Promise<void> {
  const tooLate = new AbortController();
  options.stop.addEventListener("abort", () => {
    setTimeout(() => tooLate.abort(), FINISH_MS).unref();
  });
  const giveUp = AbortSignal.any([tooLate.signal, ...(options.giveUp ? [options.giveUp] : [])]);
  const client = async () => {
    while (!options.stop.aborted) {
      const { value } = source.next();
      await sendUntilAcknowledged(value, { ...options, giveUp });
      if (options.pauseMs) await sleep(options.pauseMs);
    }
  };
  await Promise.all(Array.from({ length: options.clients }, client));
}

/** The smallest latency that so many of a hundred do not exceed, in whole milliseconds. */
export function percentile(latenciesMs: readonly number[], percent: number): number {
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0);
}

/** So many new messages a second, one attempt each, however long the answers take. Resolves when all have ended. */
export async function aSteadyLoad(
  next: () => Message,
  options: SendOptions,
  { perSecond, milliseconds }: { perSecond: number; milliseconds: number },
): Promise<Message[]> {
  const sent: Message[] = [];
  const attempts: Promise<void>[] = [];
  const count = Math.max(1, Math.round((perSecond * milliseconds) / 1000));
  const started = performance.now();
  for (let index = 0; index < count; index++) {
    await sleep(Math.max(0, started + (index * 1000) / perSecond - performance.now()));
    const message = next();
    sent.push(message);
    attempts.push(
      send(message, options).then((status) => {
        if (status === 200) options.ledger.acknowledged.set(message.activity.activityId, message);
      }),
    );
  }
  await Promise.all(attempts);
  return sent;
}
