import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { Client } from "pg";
import type { Ground } from "@/tests/soak/ground";

export interface HeldRow {
  /** Resolves when so many of the app's sessions wait for a lock. */
  someoneWaits(atLeast?: number): Promise<void>;
  release(): Promise<void>;
}

/** Holds a member's row as another transaction would, so that an award to the member is under way for as long as we like. */
export async function holdRow({ ownerUrl, owner, community }: Ground, userId: string): Promise<HeldRow> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query("begin");
  const { rowCount } = await client.query("select from users where community_id = $1 and user_id = $2 for update", [
    community.companyId,
    userId,
  ]);
  if (rowCount !== 1) throw new Error("There is no such member to hold.");
  return {
    async someoneWaits(atLeast = 1) {
      for (const until = Date.now() + 10_000; Date.now() < until; await sleep(20)) {
        const { rows } = await sql<{ n: number }>`
          select count(*)::int as n from pg_stat_activity where usename = 'wee5_app' and wait_event_type = 'Lock'`.execute(
          owner,
        );
        if ((rows[0]?.n ?? 0) >= atLeast) return;
      }
      throw new Error("Nobody came to wait for the row.");
    },
    async release() {
      await client.query("commit");
      await client.end();
    },
  };
}
