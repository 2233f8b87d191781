import { sql, type Transaction } from "kysely";
import type { DB } from "@/types/database";

export type DeliveredRow = {
  rewardId: string;
  userId: string;
  whopId: string;
  code: string | null;
  /** Where the membership's renewal period ended once its days were there; null where that is not known. */
  endAfter: Date | null;
};

/** What went through Whop and arrived since a moment, newest first. What a person says has arrived is theirs to know. */
export async function listDelivered(
  trx: Transaction<DB>,
  communityId: string,
  { type, since, limit }: { type: "free_days" | "promo_code"; since: Date; limit: number },
): Promise<DeliveredRow[]> {
  const { rows } = await sql<DeliveredRow>`
    select reward_id as "rewardId", user_id as "userId", whop_id as "whopId", code,
      (request ->> 'endAfter')::timestamptz as "endAfter"
    from rewards
    where community_id = ${communityId} and state = 'delivered' and delivered_how in ('sent', 'found') and whop_id is not null
      and type = ${type} and delivered_at >= ${since}
    order by delivered_at desc, reward_id limit ${limit}`.execute(trx);
  return rows;
}

/** Whether a promo code was ever due here: else Whop can have none of ours. */
export async function hasPromoCodes(trx: Transaction<DB>, communityId: string): Promise<boolean> {
  const { rows } = await sql<{ is: boolean }>`
    select exists (select from rewards where community_id = ${communityId} and type = 'promo_code' and state <> 'due') as is`.execute(
    trx,
  );
  return rows[0]?.is ?? false;
}

/** Which of the codes belong to a reward, whatever has become of it. */
export async function listKnownCodes(trx: Transaction<DB>, communityId: string, codes: string[]): Promise<string[]> {
  const { rows } = await sql<{ code: string }>`
    select code from rewards where community_id = ${communityId} and code = any (${codes}::text[])`.execute(trx);
  return rows.map(({ code }) => code);
}
