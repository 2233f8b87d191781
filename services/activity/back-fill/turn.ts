import { setTimeout as sleep } from "node:timers/promises";
import type { RawBuilder } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import type { WhopClient } from "@/lib/whop/client";
import { askWhop, NoShareLeft } from "@/services/activity/sync/ask-whop";

export type BackFillDeps = Pick<Deps, "db" | "whop" | "whopShare" | "limiter" | "keyedHash" | "env" | "log" | "now">;

/** One community's turn, its worker's alone for as long as the lease holds. */
export type Turn = { deps: BackFillDeps; communityId: string; token: string; until: Date };

/** The turn ends here; nothing is wrong, and what has been committed stays. */
export class TurnOver extends Error {}

/** Of all back-fills together, of each operation: a third of the share of background work. The sync, which is live, has the rest. */
const CALLS_PER_SECOND = 3;

/** Asks Whop once it may be asked. @throws TurnOver where that comes too late for this turn; what Whop's client throws. */
export async function ask<T>(turn: Turn, operation: string, work: (whop: WhopClient) => Promise<T>): Promise<T> {
  await awaitPace(turn, operation);
  const secondsLeft = (turn.until.getTime() - turn.deps.now().getTime()) / 1000;
  try {
    return await askWhop(turn.deps, operation, work, Math.max(0, secondsLeft));
  } catch (error) {
    if (error instanceof NoShareLeft) throw new TurnOver();
    throw error;
  }
}

async function awaitPace({ deps, until }: Turn, operation: string): Promise<void> {
  for (;;) {
    const nowMs = deps.now().getTime();
    if (nowMs >= until.getTime()) throw new TurnOver();
    const second = Math.floor(nowMs / 1000);
    const limit = { name: "back-fill", key: `${operation}:${second}`, max: CALLS_PER_SECOND, windowSeconds: 60 };
    if ((await deps.limiter.limit(limit)).allowed) return;
    await sleep(1000 - (nowMs % 1000));
  }
}

/** Calls a function of the database about this turn. @throws TurnOver when it answers that the lease is another's. */
export async function write<T>(
  { deps, communityId }: Turn,
  call: (communityId: string) => RawBuilder<{ answer: T | false | null }>,
): Promise<T> {
  const { rows } = await inCommunity(deps.db, communityId, (trx) => call(communityId).execute(trx));
  const answer = rows[0]?.answer;
  if (answer === undefined || answer === null || answer === false) throw new TurnOver();
  return answer;
}
