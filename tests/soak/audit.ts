import { type Kysely, sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { checkMember } from "@/services/xp/check-member";
import type { Difference } from "@/services/xp/compare-states";
import { readRules } from "@/services/xp/stored-state";
import type { Message } from "@/tests/soak/load";
import { differencesFrom } from "@/tests/support/community";
import type { DB } from "@/types/database";

type Databases = { db: Kysely<DB>; owner: Kysely<DB> };

/** Which of these messages are not in the log: what was acknowledged and is gone. */
export async function missingFrom({ owner }: Databases, messages: Iterable<Message>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select activity_id as id from activity_log`.execute(owner);
  const present = new Set(rows.map(({ id }) => id));
  return [...messages].map(({ activity }) => activity.activityId).filter((id) => !present.has(id));
}

/** How many activities are in the log more than once. */
export async function storedTwice({ owner }: Databases): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from
      (select 1 from activity_log group by community_id, activity_id having count(*) > 1) twice`.execute(owner);
  return rows[0]?.n ?? 0;
}

/** Where any member is stored otherwise than the fold over what the database holds of them makes it: what the doctor finds. */
export async function doctorFinds({ db, owner }: Databases, communityId: string): Promise<Difference[]> {
  const members = await owner.selectFrom("users").select("user_id").where("community_id", "=", communityId).execute();
  const rules = await inCommunity(db, communityId, (trx) => readRules(trx, communityId));
  const found: Difference[] = [];
  for (const { user_id } of members) {
    found.push(...(await inCommunity(db, communityId, (trx) => checkMember(trx, rules, user_id))));
  }
  return found;
}

/** Where any member is stored otherwise than the fold over exactly these messages makes it. */
export async function differencesFromFold(
  databases: Databases,
  communityId: string,
  messages: Iterable<Message>,
): Promise<Difference[]> {
  const byMember = new Map<string, Message[]>();
  for (const message of messages) {
    const own = byMember.get(message.activity.userId) ?? [];
    byMember.set(message.activity.userId, [...own, message]);
  }
  const found: Difference[] = [];
  for (const [userId, own] of byMember) {
    const facts = own.map(({ activity }) => activity);
    found.push(...(await differencesFrom(databases, communityId, userId, facts)));
  }
  return found;
}

/** A few of them in words. */
export function inWords(differences: readonly Difference[]): string {
  return differences
    .slice(0, 3)
    .map(({ what, stored, folded }) => `${what} is ${stored}, the fold says ${folded}`)
    .join("; ");
}
