import type { Transaction } from "kysely";
import { type HistoryPlace, listPaidSince, sumDaysAfter } from "@/services/xp/history.queries";
import { dayOf, type Zones } from "@/services/xp/zones";
import type { DB } from "@/types/database";

const DAY_MS = 86_400_000;

/**
 * A member's exact XP just before an activity, whatever has been recorded or decided anew since: all XP, less the days that lie
 * wholly after it (one row each), less what was earned from it on in the days between. Where time zones have changed a later
 * activity may belong to an earlier day, by at most two.
 * @param known.total the member's exact XP now.
 */
export async function sumBefore(
  trx: Transaction<DB>,
  communityId: string,
  userId: string,
  place: HistoryPlace,
  { total, zones }: { total: number; zones: Zones },
): Promise<number> {
  const isOneZone = new Set(zones.map(({ timeZone }) => timeZone)).size === 1;
  const day = dayOf(zones, new Date(place.occurredAt));
  const lastDay = isOneZone ? day : plusDays(day, 2);
  const wholeDays = await sumDaysAfter(trx, communityId, userId, lastDay);
  // Nowhere does a day end more than twelve hours after it has ended in UTC.
  const until = new Date(Date.parse(lastDay) + 1.5 * DAY_MS);
  const between = await listPaidSince(trx, communityId, userId, { from: place, until });
  const counted = between.filter(({ occurredAt }) => dayOf(zones, occurredAt) <= lastDay);
  return counted.reduce((sum, { xp }) => sum - xp, total - wholeDays);
}

function plusDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}
