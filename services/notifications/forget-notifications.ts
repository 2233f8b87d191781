import { sql } from "kysely";
import type { Deps } from "@/lib/deps";

/** Forgets messages that came to their end 30 days ago, of all communities. @returns how many. */
export async function forgetNotifications(deps: Pick<Deps, "db">): Promise<number> {
  const { rows } = await sql<{ gone: number }>`select forget_notifications() as gone`.execute(deps.db);
  return rows[0]?.gone ?? 0;
}
