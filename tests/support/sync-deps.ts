import type { Kysely } from "kysely";
import type { SyncDeps, SyncNews } from "@/services/activity/sync/slice";
import { notifyDeps, type WhopPlace } from "@/tests/support/notify-deps";
import type { DB } from "@/types/database";

/** What the sync needs, with as much of Whop's share as is asked for. */
export function syncDeps(database: { db: Kysely<DB> }, whop: WhopPlace): SyncDeps {
  return notifyDeps(database, whop);
}

export const NO_NEWS: SyncNews = { awarded: () => undefined, changed: () => undefined };
