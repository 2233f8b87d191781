import type { Kysely, KyselyPlugin } from "kysely";
import type { WhopClient } from "@/lib/whop/client";
import type { DB } from "@/types/database";

/**
 * Dependencies of a process that dies at the n-th moment: before and after each statement and each call to Whop. After that it does
 * nothing more, not even what it would do about an error. A transaction that was open is rolled back, as the server does when the
 * connection breaks.
 */
export function mortal<D extends { db: Kysely<DB>; whop: WhopClient }>(
  deps: D,
  diesAt: number,
): { deps: D; died(): boolean } {
  let moment = 0;
  const step = () => {
    moment += 1;
    if (moment >= diesAt) throw new Error("killed");
  };
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      step();
      return node;
    },
    transformResult: async ({ result }) => {
      step();
      return result;
    },
  };
  const client = new Proxy(deps.whop, {
    get:
      (target, name: keyof WhopClient) =>
      async (...args: unknown[]) => {
        step();
        const answer = await (target[name] as (...args: unknown[]) => Promise<unknown>)(...args); // each is a function
        step();
        return answer;
      },
  });
  return { deps: { ...deps, db: deps.db.withPlugin(plugin), whop: client }, died: () => moment >= diesAt };
}
