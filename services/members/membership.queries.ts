import { type Kysely, sql, type Transaction } from "kysely";
import { z } from "zod";
import type { MembershipFact } from "@/services/xp/membership";
import type { DB } from "@/types/database";

type Trx = Transaction<DB>;

const Settled = z.object({ userId: z.string(), membership: z.enum(["member", "left", "banned"]), moved: z.boolean() });

/** What has become of a member; `moved` when others see them stand otherwise now. */
export type Settled = z.infer<typeof Settled>;

export async function recordFact(trx: Trx, communityId: string, fact: MembershipFact): Promise<Settled> {
  const { userId, eventId, membershipId, kind, occurredAt, source } = fact;
  const { rows } = await sql<{ settled: unknown }>`
    select record_membership(${communityId}, ${userId}, ${eventId}, ${membershipId}, ${kind}, ${occurredAt}, ${source})
      as settled`.execute(trx);
  return Settled.parse(rows[0]?.settled);
}

export async function settle(trx: Trx, communityId: string, userId: string): Promise<Settled> {
  const { rows } = await sql<{
    settled: unknown;
  }>`select settle_membership(${communityId}, ${userId}) as settled`.execute(trx);
  return Settled.parse(rows[0]?.settled);
}

/** Members who are away or have been, after one of them. */
export async function listEverAway(
  trx: Trx,
  communityId: string,
  afterUserId: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ userId: string }>`
    select distinct user_id as "userId" from membership_events
    where community_id = ${communityId} and kind in ('left', 'banned') and user_id > ${afterUserId}
    order by 1 limit ${limit}`.execute(trx);
  return rows.map(({ userId }) => userId);
}

/** Members who have been away since `before` or longer and whose XP have not been begun anew for it, after one of them. */
export async function listDueResets(
  trx: Trx,
  communityId: string,
  { memberships, before }: { memberships: readonly string[]; before: Date },
  afterUserId: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ userId: string }>`
    select user_id as "userId" from users
    where community_id = ${communityId} and membership <> 'member' and membership = any (${[...memberships]}::text[])
      and left_at <= ${before} and reset_at is distinct from left_at and user_id > ${afterUserId}
    order by user_id limit ${limit}`.execute(trx);
  return rows.map(({ userId }) => userId);
}

/** Communities with somebody who is away. */
export async function listCommunitiesToSettle(db: Kysely<DB>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select list_communities_to_settle() as id`.execute(db);
  return rows.map(({ id }) => id);
}
