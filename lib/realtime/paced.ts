import { setTimeout as sleep } from "node:timers/promises";

export type Paced<T> = {
  /**
   * Sends at once while there is room, else as soon as there is; what comes for the same key until then takes its place. Ends
   * when it has been sent, or something newer in its place, or cannot be.
   */
  add(key: string, value: T): Promise<void>;
  /** Ends when nothing waits. */
  idle(): Promise<void>;
};

type Waiting<T> = { value: T; attempts: number; sent: Promise<void>; setSent(): void };

const ATTEMPTS = 3;
/** After a failure; twice as long after each further one. */
const PAUSE_MS = 1_000;

/**
 * Sends at most so many a second, after a quiet second so many at once; all that waits goes together.
 * @param send says whether it could, and must not reject.
 */
export function createPaced<T>(perSecond: number, send: (entries: [string, T][]) => Promise<boolean>): Paced<T> {
  const waiting = new Map<string, Waiting<T>>();
  let room = perSecond;
  let lookedAtMs = performance.now();
  let draining: Promise<void> = Promise.resolve();
  let isDraining = false;

  function roomNow(): number {
    const nowMs = performance.now();
    room = Math.min(perSecond, room + ((nowMs - lookedAtMs) / 1_000) * perSecond);
    lookedAtMs = nowMs;
    return Math.floor(room);
  }

  async function drain(): Promise<void> {
    await Promise.resolve(); // what is added in the same turn goes together
    while (waiting.size > 0) {
      const most = roomNow();
      if (most === 0) {
        await sleep(Math.ceil(((1 - room) / perSecond) * 1_000));
        continue;
      }
      const batch = [...waiting].slice(0, most);
      room -= batch.length;
      for (const [key] of batch) waiting.delete(key);
      if (await send(batch.map(([key, { value }]) => [key, value]))) for (const [, { setSent }] of batch) setSent();
      else await putBack(batch);
    }
    isDraining = false; // in one step with the last look
  }

  async function putBack(batch: [string, Waiting<T>][]): Promise<void> {
    const attempts = Math.max(...batch.map(([, one]) => one.attempts)) + 1;
    for (const [key, one] of batch) {
      const newer = waiting.get(key);
      if (newer) void newer.sent.then(one.setSent);
      else if (one.attempts + 1 < ATTEMPTS) waiting.set(key, { ...one, attempts: one.attempts + 1 });
      else one.setSent();
    }
    if (waiting.size > 0) await sleep(PAUSE_MS * 2 ** (attempts - 1));
  }

  return {
    add(key, value) {
      const known = waiting.get(key);
      if (known) {
        known.value = value;
        return known.sent;
      }
      let setSent: (() => void) | undefined;
      const sent = new Promise<void>((resolve) => {
        setSent = resolve;
      });
      waiting.set(key, { value, attempts: 0, sent, setSent: () => setSent?.() });
      if (!isDraining) {
        isDraining = true;
        draining = drain();
      }
      return sent;
    },
    idle: () => draining,
  };
}
