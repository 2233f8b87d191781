import type { Child } from "@/dev/child";
import { isAlive } from "@/dev/is-alive";
import type { Postgres } from "@/dev/postgres";

const LOOK_EVERY_MS = 1_000;

/** The parts of a stack that are processes of their own. */
export type Parts = { postgres: Postgres; children: Child[] };

/** Waits for a part to end by itself: `broken` then says in one line which and how. `unwatch` comes before they are stopped. */
export function watchParts({ postgres, children }: Parts): { broken: Promise<Error>; unwatch(): Promise<void> } {
  let watching = true;
  let timer: NodeJS.Timeout | undefined;
  const broken = new Promise<Error>((resolve) => {
    timer = setInterval(() => {
      if (!isAlive(postgres.pid)) resolve(new Error("Postgres ended by itself (see .wee5/postgres.log)"));
    }, LOOK_EVERY_MS);
    for (const child of children) {
      void child.ended.then(() => {
        if (watching) resolve(new Error(child.epitaph()));
      });
    }
  });
  return {
    broken,
    unwatch: async () => {
      watching = false;
      clearInterval(timer);
    },
  };
}
