import type { Kysely } from "kysely";
import type { DB } from "@/types/database";

/** State that belongs to a database (a cache, a queue): made at first use, gone with it, so that no test sees another's. */
export function perDatabase<T>(make: () => T): (db: Kysely<DB>) => T {
  const made = new WeakMap<Kysely<DB>, T>();
  return (db) => {
    const known = made.get(db);
    if (known !== undefined) return known;
    const fresh = make();
    made.set(db, fresh);
    return fresh;
  };
}
