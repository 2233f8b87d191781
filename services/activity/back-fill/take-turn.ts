import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { isUnavailable } from "@/lib/db/unavailable";
import { AppError } from "@/lib/errors";
import { reasonOf } from "@/lib/whop/call";
import type { BackFillProblem } from "@/services/activity/back-fill/back-fill";
import { findBackFill } from "@/services/activity/back-fill/back-fill.queries";
import { countBatch } from "@/services/activity/back-fill/count-batch";
import { listPlaces } from "@/services/activity/back-fill/list-places";
import { readNextPage, skip } from "@/services/activity/back-fill/read-next-page";
import { type Turn, TurnOver, write } from "@/services/activity/back-fill/turn";

/** After the n-th turn in a row that came to nothing. */
const PAUSES_SECONDS = [5, 15, 60, 300] as const;
/** So long without coming forward, and it is over: somebody has to look. */
const GIVEN_UP_AFTER_MS = 24 * 3_600_000;

/**
 * Goes on with one community's back-fill until the turn is over: reads pages, then counts batches. Each is committed by itself, so
 * that whoever is killed loses nothing and nothing is counted twice.
 * @returns whether the back-fill has ended. Trouble of Whop's or our own is written down, and the next turn goes on from there.
 */
export async function takeTurn(turn: Turn): Promise<boolean> {
  try {
    return await goOn(turn);
  } catch (error) {
    if (error instanceof TurnOver) {
      await pause(turn, 0, null);
      return false;
    }
    return failed(turn, error);
  }
}

async function goOn(turn: Turn): Promise<boolean> {
  const { deps, communityId, token, until } = turn;
  for (;;) {
    if (deps.now() >= until) throw new TurnOver();
    const backFill = await inCommunity(deps.db, communityId, (trx) => findBackFill(trx, communityId));
    if (backFill?.lease_token !== token) return false; // cancelled, or another's
    if (backFill.state === "reading") {
      if (backFill.listed_at === null) await listPlaces(turn);
      else if (!(await readNextPage(turn, backFill.since)))
        await write(turn, (id) => sql`select begin_counting(${id}, ${token}) as answer`);
    } else if (!(await countBatch(turn))) {
      return end(turn, backFill.problem ?? (backFill.refused.length > 0 ? "no_permission" : null), null);
    }
  }
}

/** What passes is tried again, later each time; what does not move for a day is given up. */
async function failed(turn: Turn, error: unknown): Promise<boolean> {
  const { deps, communityId } = turn;
  deps.log.warn({ err: error, communityId }, "a turn of a back-fill came to nothing");
  const isPassing = (error instanceof AppError && error.code === "unavailable") || isUnavailable(error);
  const backFill = await inCommunity(deps.db, communityId, (trx) => findBackFill(trx, communityId));
  if (!backFill) return false;
  if (deps.now().getTime() - backFill.moved_at.getTime() >= GIVEN_UP_AFTER_MS) {
    const problem: BackFillProblem = isPassing ? "unavailable" : "error";
    if (backFill.state !== "reading" || backFill.read === 0) return end(turn, problem, reasonOf(error));
    await skip(turn, { problem });
  }
  const longest = PAUSES_SECONDS.at(-1) ?? 0;
  const asked = error instanceof AppError ? (error.retryAfterSeconds ?? 0) : 0;
  await pause(turn, Math.max(asked, PAUSES_SECONDS[backFill.failures] ?? longest), reasonOf(error));
  return false;
}

async function pause({ deps, communityId, token }: Turn, seconds: number, error: string | null): Promise<void> {
  await inCommunity(deps.db, communityId, (trx) =>
    sql`select pause_back_fill(${communityId}, ${token}, ${seconds}, ${error})`.execute(trx),
  );
}

/** @returns false when it is another's to end. */
async function end({ deps, communityId, token }: Turn, problem: string | null, error: string | null): Promise<boolean> {
  const { rows } = await inCommunity(deps.db, communityId, (trx) =>
    sql<{ ended: boolean }>`select end_back_fill(${communityId}, ${token}, ${problem}, ${error}) as ended`.execute(trx),
  );
  return rows[0]?.ended === true;
}
