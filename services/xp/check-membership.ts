import { sql, type Transaction } from "kysely";
import type { Difference } from "@/services/xp/compare-states";
import type { SettingsVersion } from "@/services/xp/fold";
import { keepsPlace, type Membership, membershipOf } from "@/services/xp/membership";
import { listMembershipEvents } from "@/services/xp/membership.queries";
import type { DB } from "@/types/database";

/** A reset that is due is applied by a job that runs each hour. */
const JOB_LATE_MS = 2 * 3_600_000;

type Stored = Membership & { visibility: string; onBoard: boolean; now: Date };

/** Membership, place on the boards and reset where they are stored otherwise than the events and the community's choice make them. */
export async function checkMembership(
  trx: Transaction<DB>,
  { communityId, settingsVersions }: { communityId: string; settingsVersions: readonly SettingsVersion[] },
  userId: string,
): Promise<Difference[]> {
  const stored = await findStored(trx, communityId, userId);
  if (!stored) return [];
  const events = await listMembershipEvents(trx, communityId, userId);
  const wanted = membershipOf(events, settingsVersions, stored.now);
  const before = membershipOf(events, settingsVersions, new Date(stored.now.getTime() - JOB_LATE_MS));
  const newest = settingsVersions.reduce((found, one) => (one.version > found.version ? one : found)).settings;
  const onBoard = stored.visibility !== "hidden" && keepsPlace(wanted.membership, newest.leavers);
  return [
    ...difference("membership", stored.membership, wanted.membership),
    ...difference("left at", written(stored.leftAt), written(wanted.leftAt)),
    ...difference("on the boards", String(stored.onBoard), String(onBoard)),
    ...(written(stored.resetAt) === written(before.resetAt)
      ? []
      : difference("reset at", written(stored.resetAt), written(wanted.resetAt))),
  ];
}

async function findStored(trx: Transaction<DB>, communityId: string, userId: string): Promise<Stored | undefined> {
  const { rows } = await sql<Stored>`
    select membership, left_at as "leftAt", reset_at as "resetAt", visibility, on_board as "onBoard", now() as now
    from users where community_id = ${communityId} and user_id = ${userId}`.execute(trx);
  return rows[0];
}

const written = (at: Date | null) => at?.toISOString() ?? "never";

const difference = (what: string, stored: string, folded: string): Difference[] =>
  stored === folded ? [] : [{ what, stored, folded }];
