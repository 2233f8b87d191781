import type { RealtimeClientOptions } from "@supabase/realtime-js";
import type { GrantedToken } from "@/components/live/token";

export type Line = {
  /** A newer token, before the one in use ends. */
  renew(token: string): Promise<void>;
  close(): void;
};

export type LineOptions = {
  url: string;
  anonKey: string;
  granted: GrantedToken;
  /** How a WebSocket is made; the browser's own when absent. */
  transport?: RealtimeClientOptions["transport"];
  /** A connection that has died without a word is noticed after two of these. Default 10,000. */
  heartbeatMs?: number;
  onBroadcast(event: string, payload: unknown): void;
  /** It is broken, or was closed from the other side. At most once, and not after `close`. */
  onLost(): void;
};

/** How long to wait for an answer. */
const TIMEOUT_MS = 8_000;
/** The longest timer there is: a client that lost its connection is thrown away, and must not come back by itself. */
const NEVER_MS = 2 ** 31 - 1;
/** After a heartbeat without an answer it plans to, even when it was closed meanwhile; by then it has. */
const FORGET_AFTER_MS = 5_000;

/**
 * Joins the channels of a token. Resolves when all of them are open. A line is used once: one that broke is not mended but
 * replaced, because only a new token says whether its holder may still listen.
 * @throws Error when a channel cannot be joined.
 */
export async function openLine(options: LineOptions): Promise<Line> {
  const { url, anonKey, granted, transport, heartbeatMs = 10_000, onBroadcast, onLost } = options;
  // Some 16 kB that nobody needs before the page can be used.
  const { RealtimeClient } = await import("@supabase/realtime-js");
  const client = new RealtimeClient(`${url.replace(/^http/, "ws")}/realtime/v1`, {
    params: { apikey: anonKey },
    timeout: TIMEOUT_MS,
    heartbeatIntervalMs: heartbeatMs,
    reconnectAfterMs: () => NEVER_MS,
    ...(transport ? { transport } : {}),
  });
  let isOpen = false;
  let isClosed = false;
  // Once one channel has failed all are closed, and the others say nothing any more.
  let giveUp: (error: Error) => void = () => undefined;
  const broken = new Promise<never>((_resolve, reject) => {
    giveUp = reject;
  });

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    // Not `removeAllChannels`: nobody waits for answers to a farewell.
    for (const channel of client.getChannels()) channel.teardown();
    void client.disconnect();
    setTimeout(() => client.reconnectTimer.reset(), FORGET_AFTER_MS);
  }
  function lose(error: Error): void {
    if (isClosed) return;
    close();
    if (isOpen) onLost();
    else giveUp(error);
  }
  function join(topic: string): Promise<void> {
    return new Promise((resolve) => {
      client
        .channel(topic, { config: { private: true } })
        .on("broadcast", { event: "*" }, ({ event, payload }) => {
          if (!isClosed) onBroadcast(event, payload);
        })
        .subscribe((status, error) => {
          if (status === "SUBSCRIBED") return resolve();
          lose(error ?? new Error(`The channel was not joined: ${status}`));
        });
    });
  }

  try {
    await client.setAuth(granted.token);
    await Promise.race([Promise.all(granted.topics.map(join)), broken]);
  } catch (error) {
    close();
    throw error;
  }
  isOpen = true;
  return { close, renew: (token) => client.setAuth(token) };
}
