import { sql, type Transaction } from "kysely";
import type { Visibility } from "@/services/leaderboard/leaderboard.schema";
import type { DB } from "@/types/database";

export type Consent = {
  visibility: Visibility;
  /** Microseconds of the epoch: when the member last chose, else when they came. */
  since: number;
};

/** Under which choice of theirs a member is seen; undefined for somebody of whom nothing is known. */
export async function findConsent(
  trx: Transaction<DB>,
  communityId: string,
  userId: string,
): Promise<Consent | undefined> {
  const { rows } = await sql<Consent>`
    select visibility, (extract(epoch from coalesce(visibility_changed_at, created_at)) * 1000000)::bigint as since
    from users where community_id = ${communityId} and user_id = ${userId}`.execute(trx);
  return rows[0];
}

/** Makes the row of a member who has done nothing yet: public, as all begin. */
export async function insertNewcomer(trx: Transaction<DB>, communityId: string, userId: string): Promise<void> {
  await sql`insert into users (community_id, user_id) values (${communityId}, ${userId}) on conflict do nothing`.execute(
    trx,
  );
}
