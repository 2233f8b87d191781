import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";

/** Makes a community due at once, with all its features: also those that Whop has refused before. */
export async function requestSync(deps: Pick<Deps, "db">, communityId: string): Promise<void> {
  await inCommunity(deps.db, communityId, (trx) => sql`select request_sync(${communityId})`.execute(trx));
}
