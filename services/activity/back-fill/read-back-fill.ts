import type { Selectable } from "kysely";
import { inSnapshot } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import type { BackFill, BackFillProblem, BackFillState, ReadableKind } from "@/services/activity/back-fill/back-fill";
import { findBackFill, findPages } from "@/services/activity/back-fill/back-fill.queries";
import type { BackFills } from "@/types/database";

type Pages = { read: number; expected: number };

/** Below it nothing is said of how much there will be. */
const LEAST_KNOWN = 0.05;

/** How far the community's newest back-fill has come; null where there has been none. */
export async function readBackFill(deps: Pick<Deps, "db">, communityId: string): Promise<BackFill | null> {
  const { row, pages } = await inSnapshot(deps.db, communityId, async (trx) => ({
    row: await findBackFill(trx, communityId),
    pages: await findPages(trx, communityId),
  }));
  return row ? backFillOf(row, pages) : null;
}

function backFillOf(row: Selectable<BackFills>, pages: Pages): BackFill {
  const isUnderWay = row.state === "reading" || row.state === "counting";
  const readShare = pages.expected === 0 ? 0 : Math.min(1, pages.read / pages.expected);
  return {
    // The table's checks allow no others.
    state: row.state as BackFillState,
    refused: row.refused as ReadableKind[],
    problem: row.problem as BackFillProblem | null,
    startedAt: row.started_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
    since: row.since.toISOString(),
    read: row.read,
    counted: row.counted,
    recorded: row.recorded,
    xp: row.xp,
    estimated: row.state === "reading" && readShare >= LEAST_KNOWN ? roughly(row.read / readShare) : null,
    share: shareOf(row, readShare),
    triedAgainAt: isUnderWay && row.failures > 0 ? row.next_turn_at.toISOString() : null,
  };
}

function shareOf({ state, read, counted }: Selectable<BackFills>, readShare: number): number {
  if (state === "reading") return readShare;
  return read === 0 ? 1 : counted / read;
}

/** To two digits: no more is known. */
function roughly(count: number): number {
  return Number(count.toPrecision(2));
}
