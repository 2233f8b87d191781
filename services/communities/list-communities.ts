import { sql } from "kysely";
import type { Deps } from "@/lib/deps";

/** The ids of all communities, for work that every one of them needs. */
export async function listCommunityIds(deps: Pick<Deps, "db">): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select list_community_ids() as id`.execute(deps.db);
  return rows.map(({ id }) => id);
}
