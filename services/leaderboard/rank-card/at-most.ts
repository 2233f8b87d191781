import { AppError } from "@/lib/errors";

/**
 * Runs at most `places` works at a time, and lets at most `waiting` others wait for their turn, in order.
 * @throws AppError unavailable, from the function it gives, where more want to wait
 */
export function atMost({
  places,
  waiting,
}: {
  places: number;
  waiting: number;
}): <T>(work: () => Promise<T>) => Promise<T> {
  const queue: (() => void)[] = [];
  let taken = 0;

  function leave(): void {
    const next = queue.shift();
    if (next) next();
    else taken -= 1;
  }

  return async (work) => {
    if (taken < places) taken += 1;
    else if (queue.length < waiting) await new Promise<void>((enter) => queue.push(enter));
    else
      throw new AppError("unavailable", "Too many images are being drawn. Try again in a moment.", {
        retryAfterSeconds: 2,
      });
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
