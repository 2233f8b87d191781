import { sql } from "kysely";
import type { Deps } from "@/lib/deps";

/**
 * Forgets what is too old to be looked for again, and all that had been read of communities in which Whop has shown us nothing for 30
 * days. Only the sync's own notes: members, XP and rewards stay, for a creator who comes back finds the community as it was.
 */
export async function forgetSync({ db, log }: Pick<Deps, "db" | "log">): Promise<void> {
  const { rows } = await sql<{ communities: number }>`select forget_sync() as communities`.execute(db);
  const communities = rows[0]?.communities ?? 0;
  if (communities > 0) log.info({ communities }, "what had been read of communities that are gone was forgotten");
}
