export type Drain<T> = {
  /** Takes up to so many for oneself alone; an empty list ends it. */
  claim(limit: number): Promise<T[]>;
  /** Works on one. What it throws ends the drain: what went wrong with one belongs into its row. */
  work(item: T): Promise<void>;
  /** How many are worked on at once; also the most that are held while waiting. */
  concurrency: number;
  /** Nothing is begun later. */
  until?: Date;
  now(): Date;
};

/** Claims and works until there is nothing left to claim, or the time is over. @returns how many were worked on. */
export async function drain<T>({ claim, work, concurrency, until, now }: Drain<T>): Promise<number> {
  let worked = 0;
  while (until === undefined || now() < until) {
    const items = await claim(concurrency);
    if (items.length === 0) break;
    await Promise.all(items.map(work));
    worked += items.length;
  }
  return worked;
}
