import { sql, type Transaction } from "kysely";
import type { MembershipEvent } from "@/services/xp/membership";
import type { DB } from "@/types/database";

type Trx = Transaction<DB>;

export async function listMembershipEvents(trx: Trx, communityId: string, userId: string): Promise<MembershipEvent[]> {
  const { rows } = await sql<MembershipEvent>`
    select event_id as "eventId", membership_id as "membershipId", kind, occurred_at as "occurredAt"
    from membership_events where community_id = ${communityId} and user_id = ${userId}`.execute(trx);
  return rows;
}

export type StoredMembership = {
  userId: string;
  membership: "member" | "left" | "banned";
  leftAt: Date | null;
  resetAt: Date | null;
};

/** How members are stored, of those who have a row. */
export async function listMemberships(
  trx: Trx,
  communityId: string,
  userIds: readonly string[],
): Promise<StoredMembership[]> {
  const { rows } = await sql<StoredMembership>`
    select user_id as "userId", membership, left_at as "leftAt", reset_at as "resetAt"
    from users where community_id = ${communityId} and user_id = any (${[...userIds]}::text[])`.execute(trx);
  return rows;
}
