import type { Transaction } from "kysely";
import { inSnapshot } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { listTimeZones } from "@/services/communities/communities.queries";
import { findLevels } from "@/services/communities/find-levels";
import { findSettings } from "@/services/communities/find-settings";
import { type Curve, levelAt } from "@/services/xp/curve";
import { findSum, type HistoryRow, listDayXp, listHistoryRows } from "@/services/xp/history.queries";
import { type HistoryCursor, openHistoryCursor, sealHistoryCursor } from "@/services/xp/history-cursor";
import type { History, HistoryEntry } from "@/services/xp/history-entry";
import { sumBefore } from "@/services/xp/sum-before";
import { listWhy } from "@/services/xp/why-unpaid";
import { dayOf } from "@/services/xp/zones";
import type { DB } from "@/types/database";

export type HistoryDeps = Pick<Deps, "db"> & { env: Pick<Deps["env"], "encryptionKey"> };

/** Activities on a page where no number is asked for, and at most. */
const USUAL = 30;
const MOST = 100;

/**
 * A member's activities as they stand now, newest first, with what each receipt has to say; what has left the retention is not
 * among them, only in the sums. A page is read at one moment. Its cost does not grow with the number of activities.
 * @param request.limit at most 100; 30 where not given. @throws AppError bad_request for a cursor of another history · not_found
 */
export async function listHistory(
  deps: HistoryDeps,
  communityId: string,
  userId: string,
  request: { cursor?: string; limit?: number } = {},
): Promise<History> {
  const limit = Math.min(Math.max(request.limit ?? USUAL, 1), MOST);
  const cursor =
    request.cursor === undefined ? undefined : openHistoryCursor(deps, communityId, userId, request.cursor);
  const { settings } = await findSettings(deps, communityId);
  const { curve } = await findLevels(deps, communityId);
  const page = await inSnapshot(deps.db, communityId, (trx) => readPage(trx, communityId, userId, { cursor, limit }));
  const { entries, xpBefore } = explained(page, curve);
  const last = page.rows.at(-1);
  const next = page.hasMore && last ? { place: last, xp: xpBefore, ...page.sum } : null;
  return {
    entries,
    days: page.days,
    nextCursor: next && sealHistoryCursor(deps, communityId, userId, next),
    timeZone: settings.timeZone,
  };
}

type Page = {
  rows: (HistoryRow & { day: string })[];
  why: HistoryEntry["why"][];
  days: History["days"];
  hasMore: boolean;
  /** The member's exact XP just after the newest of the rows. */
  xpAfter: number;
  sum: Pick<HistoryCursor, "total" | "writtenAtUs">;
};

async function readPage(
  trx: Transaction<DB>,
  communityId: string,
  userId: string,
  { cursor, limit }: { cursor?: HistoryCursor; limit: number },
): Promise<Page> {
  const member = await findSum(trx, communityId, userId);
  const sum = { total: member?.xp ?? 0, writtenAtUs: member?.writtenAtUs ?? 0 };
  const zones = await listTimeZones(trx, communityId);
  const found = await listHistoryRows(trx, communityId, userId, { before: cursor?.place, limit: limit + 1 });
  const rows = found.slice(0, limit).map((row) => ({ ...row, day: dayOf(zones, new Date(row.occurredAt)) }));
  const dayXp = await listDayXp(trx, communityId, userId, [...new Set(rows.map(({ day }) => day))]);
  const isUnchanged = cursor?.total === sum.total && cursor.writtenAtUs === sum.writtenAtUs;
  return {
    rows,
    why: await listWhy(trx, communityId, userId, rows, dayXp),
    days: totals(dayXp),
    hasMore: found.length > limit,
    xpAfter: !cursor
      ? sum.total
      : isUnchanged
        ? cursor.xp
        : await sumBefore(trx, communityId, userId, cursor.place, { total: sum.total, zones }),
    sum,
  };
}

function totals(dayXp: { day: string; xp: number }[]): History["days"] {
  const sums = new Map<string, number>();
  for (const { day, xp } of dayXp) sums.set(day, (sums.get(day) ?? 0) + xp);
  return [...sums].map(([day, xp]) => ({ day, xp })).sort((a, b) => (a.day < b.day ? 1 : -1));
}

/** Walks back from the sum after the newest, so that each entry is seen between the sums before and after it. */
function explained(page: Page, curve: Curve): { entries: HistoryEntry[]; xpBefore: number } {
  let after = page.xpAfter;
  const entries = page.rows.map((row, at): HistoryEntry => {
    const before = after - row.xp;
    const level = levelAt(curve, after);
    const reached = level > levelAt(curve, before) ? level : null;
    after = before;
    return toEntry(row, page.why[at] ?? {}, reached);
  });
  return { entries, xpBefore: after };
}

function toEntry(row: Page["rows"][number], why: HistoryEntry["why"], levelReached: number | null): HistoryEntry {
  const { activityId, action, experienceName, occurredAt, day, outcome, xp, xpBefore } = row;
  const isAnew = xpBefore !== null && (xpBefore !== xp || outcome === "reversed");
  return {
    activityId,
    action,
    experienceName,
    occurredAt: new Date(occurredAt).toISOString(),
    day,
    outcome,
    xp,
    xpBefore: isAnew ? xpBefore : null,
    why,
    levelReached,
  };
}
