import type { Kysely } from "kysely";
import { createDatabase } from "@/lib/db/database";
import type { TestDatabase } from "@/tests/support/database";
import type { DB } from "@/types/database";

/**
 * Runs work on several connections pools at once, as several instances of the app would: what one process orders by itself
 * (one queue per database handle) is then left to Postgres.
 */
export async function withInstances<T>(
  { appUrl }: Pick<TestDatabase, "appUrl">,
  count: number,
  work: (instances: readonly { db: Kysely<DB> }[]) => Promise<T>,
): Promise<T> {
  // What waits its turn here waits for the others, however long a busy machine takes for them.
  const options = { max: 4, connectTimeoutMs: 60_000 };
  const instances = Array.from({ length: count }, () => ({ db: createDatabase(appUrl, options) }));
  try {
    return await work(instances);
  } finally {
    await Promise.all(instances.map(({ db }) => db.destroy()));
  }
}

/** The instance that the n-th request meets. */
export function nth<T>(instances: readonly T[], n: number): T {
  const instance = instances[n % instances.length];
  if (instance === undefined) throw new Error("There is no instance.");
  return instance;
}

/** A random order, the same for the same seed. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = ((seed + 1) * 1_234_577_773) % 2_147_483_647; // small seeds would all begin alike
  const keyed = items.map((item) => {
    state = (state * 48_271) % 2_147_483_647; // Park and Miller's generator
    return { item, key: state };
  });
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
