import { ConsecutiveBreaker, circuitBreaker, handleAll, isBrokenCircuitError } from "cockatiel";

export type RealtimeLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};

export type OutgoingMessage = { topic: string; event: string; payload: object };

/** Sends to private channels; false when that failed, which is logged and never thrown. */
export type Sender = (messages: readonly OutgoingMessage[]) => Promise<boolean>;

export type SenderOptions = {
  /** The Supabase project's. */
  supabaseUrl: string;
  serviceRoleKey: string;
  log: RealtimeLog;
  /** For one attempt. Default 2,000. */
  timeoutMs?: number;
};

const STRIKES = 5;
const PAUSE_MS = 5_000;

/** Sends over HTTP, as supabase-js's `httpSend` does. While Realtime is away it is asked only now and then. */
export function createSender({ supabaseUrl, serviceRoleKey, log, timeoutMs = 2_000 }: SenderOptions): Sender {
  const url = new URL("/realtime/v1/api/broadcast", supabaseUrl);
  const headers = {
    apikey: serviceRoleKey,
    authorization: `Bearer ${serviceRoleKey}`,
    "content-type": "application/json",
  };
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: PAUSE_MS, breaker: new ConsecutiveBreaker(STRIKES) });
  breaker.onBreak(() => log.warn({}, "Realtime is away; pages ask the database instead"));
  breaker.onReset(() => log.info({}, "Realtime is back"));

  async function post(body: string): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: "POST", headers, body, signal, cache: "no-store" });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`Realtime answered ${response.status}.`);
  }

  return async (messages) => {
    try {
      const body = JSON.stringify({ messages: messages.map((message) => ({ ...message, private: true })) });
      await breaker.execute(() => post(body));
      return true;
    } catch (error) {
      // That it is away has been said.
      if (!isBrokenCircuitError(error)) {
        log.warn({ err: error, messages: messages.length }, "a broadcast was not sent");
      }
      return false;
    }
  };
}
