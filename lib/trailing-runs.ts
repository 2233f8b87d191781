type Waiting = { run(): Promise<unknown>; done: Promise<void>; settle(outcome: Promise<void>): void };

export type TrailingRuns = {
  /** Resolves when a run that began after this call has ended, and rejects as it does. */
  ask(key: string, run: () => Promise<unknown>): Promise<void>;
};

/**
 * Work that looks for itself what there is to do, so that one run serves all who have asked before it began: one run of a key
 * at a time, and one more after it when somebody has asked meanwhile. Keys take turns, `maxInFlight` of them at once.
 */
export function trailingRuns({ maxInFlight = 4 }: { maxInFlight?: number } = {}): TrailingRuns {
  /** In the order in which keys are served. */
  const waiting = new Map<string, Waiting>();
  const running = new Set<string>();

  function dispatch(): void {
    for (const [key, { run, settle }] of waiting) {
      if (running.size >= maxInFlight) return;
      if (running.has(key)) continue;
      waiting.delete(key);
      running.add(key);
      settle(work(key, run));
    }
  }

  async function work(key: string, run: () => Promise<unknown>): Promise<void> {
    try {
      await run();
    } finally {
      running.delete(key);
      dispatch();
    }
  }

  return {
    ask(key, run) {
      const known = waiting.get(key);
      if (known) return known.done;
      let settle: Waiting["settle"] = () => undefined;
      const done = new Promise<void>((resolve) => {
        settle = resolve;
      });
      waiting.set(key, { run, done, settle });
      dispatch();
      return done;
    },
  };
}
