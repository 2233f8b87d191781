type Waiting<In, Out> = { input: In; resolve(output: Out): void; reject(error: unknown): void };

export type GreedyBatch<In, Out> = {
  /** Resolves when the batch that carried the input has been run. */
  add(key: string, input: In): Promise<Out>;
};

/**
 * Runs inputs of one key together: whatever waits goes as soon as a place is free, at most `maxSize` at once and `maxInFlight`
 * batches under way. There is no timer: with nothing waiting, a batch is one. Keys take turns. When a batch of several fails,
 * each is tried alone, so that one bad input fails only itself.
 */
export function greedyBatch<In, Out>(options: {
  run(key: string, inputs: In[]): Promise<Out[]>;
  /** Errors that would meet every input alike, such as a lost connection. */
  isShared(error: unknown): boolean;
  maxSize?: number;
  maxInFlight?: number;
}): GreedyBatch<In, Out> {
  const { run, isShared, maxSize = 100, maxInFlight = 2 } = options;
  /** In the order in which keys are served. */
  const queues = new Map<string, Waiting<In, Out>[]>();
  let inFlight = 0;

  function dispatch(): void {
    while (inFlight < maxInFlight) {
      const [first] = queues;
      if (!first) return;
      const [key, queue] = first;
      const batch = queue.splice(0, maxSize);
      queues.delete(key);
      if (queue.length > 0) queues.set(key, queue);
      inFlight += 1;
      void settle(key, batch).finally(() => {
        inFlight -= 1;
        dispatch();
      });
    }
  }

  async function settle(key: string, batch: Waiting<In, Out>[]): Promise<void> {
    try {
      const outputs = await run(
        key,
        batch.map(({ input }) => input),
      );
      if (outputs.length !== batch.length) throw new Error(`${outputs.length} outputs for ${batch.length} inputs`);
      batch.forEach(({ resolve }, index) => {
        resolve(outputs[index] as Out); // as many outputs as inputs, checked above
      });
    } catch (error) {
      if (batch.length === 1 || isShared(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      for (const one of batch) await settle(key, [one]);
    }
  }

  return {
    add(key, input) {
      return new Promise<Out>((resolve, reject) => {
        const queue = queues.get(key);
        if (queue) queue.push({ input, resolve, reject });
        else queues.set(key, [{ input, resolve, reject }]);
        // After the current turn of the event loop's microtasks, so that a burst that arrives together goes together.
        queueMicrotask(dispatch);
      });
    },
  };
}
