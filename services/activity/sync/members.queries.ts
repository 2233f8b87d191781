import { sql, type Transaction } from "kysely";
import type { Role } from "@/lib/auth/access";
import type { MembershipFact } from "@/services/xp/membership";
import type { DB } from "@/types/database";

type Trx = Transaction<DB>;

/** Who is on the team as far as we know, with the role. */
export async function listStaff(trx: Trx, communityId: string): Promise<{ userId: string; role: Role }[]> {
  const { rows } = await sql<{ userId: string; role: Role }>`
    select "userId", role from (
      select distinct on (user_id) user_id as "userId", role from member_roles where community_id = ${communityId}
      order by user_id, valid_from desc) newest
    where role <> 'member' order by 1`.execute(trx);
  return rows;
}

/** @returns whether it was news. */
export async function setRole(trx: Trx, communityId: string, userId: string, role: Role, at: Date): Promise<boolean> {
  const { rows } = await sql<{ isNew: boolean }>`
    select set_member_role(${communityId}, ${userId}, ${role}, ${at}) as "isNew"`.execute(trx);
  return rows[0]?.isNew === true;
}

/** @returns whether others see the member stand otherwise now. */
export async function recordMembershipFact(trx: Trx, communityId: string, fact: MembershipFact): Promise<boolean> {
  const { userId, eventId, membershipId, kind, occurredAt, source } = fact;
  const { rows } = await sql<{ moved: boolean }>`
    select (record_membership(${communityId}, ${userId}, ${eventId}, ${membershipId}, ${kind}, ${occurredAt}, ${source})
      ->> 'moved')::boolean as moved`.execute(trx);
  return rows[0]?.moved === true;
}
