import { createDatabase } from "@/lib/db/database";
import { runSync } from "@/services/activity/sync/engine";
import type { WhopPlace } from "@/tests/support/notify-deps";
import { NO_NEWS, syncDeps } from "@/tests/support/sync-deps";

/** Reads from Whop for as long as it lives, in a process that can be killed. What it needs to know comes with the message that lets it begin. */
async function main({ appUrl, whop, callsPerTurn, leaseSeconds }: SyncTask): Promise<void> {
  const db = createDatabase(appUrl, { max: 6 });
  const deps = syncDeps({ db }, whop);
  for (;;) {
    if ((await runSync(deps, { news: NO_NEWS, callsPerTurn, leaseSeconds, lanes: 2 })) > 0) continue;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export type SyncTask = { appUrl: string; whop: WhopPlace; callsPerTurn: number; leaseSeconds: number };

process.once("message", (task) => void main(task as SyncTask)); // from our own test
process.once("disconnect", () => process.exit(1)); // whoever started it is gone
process.send?.("ready");
