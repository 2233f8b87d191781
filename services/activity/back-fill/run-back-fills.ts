import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { drain } from "@/lib/drain";
import { takeTurn } from "@/services/activity/back-fill/take-turn";
import type { BackFillDeps } from "@/services/activity/back-fill/turn";

export type RunOptions = {
  /** Only of this community; of all, in turns, where it is left out. */
  communityId?: string;
  /** Nothing is begun later. */
  until: Date;
  /** Told once a back-fill has ended: what it has counted is nobody's news, and boards are other ones than before. */
  onEnded?(communityId: string): Promise<void>;
  /** Then another community has its turn. Seconds, 10 by default. */
  turnSeconds?: number;
};

const TURN_SECONDS = 10;
/** As many communities at once: they wait for Whop most of the time, and share what may be asked of it. */
const LANES = 2;

/**
 * Goes on with every back-fill that is under way, communities in turns, until none is due or the time is over. Running it twice, or
 * at the same time in two places, does no harm. @returns how many turns there were.
 */
export async function runBackFills(deps: BackFillDeps, options: RunOptions): Promise<number> {
  const { communityId, until, onEnded, turnSeconds = TURN_SECONDS } = options;
  const lane = () =>
    drain({
      // Anew for each turn: who has been taken over from must not look like who took over.
      claim: (limit) => claim(deps, { limit, communityId }),
      work: async ({ communityId: mine, token }) => {
        const ends = Math.min(until.getTime(), deps.now().getTime() + turnSeconds * 1000);
        const hasEnded = await takeTurn({ deps, communityId: mine, token, until: new Date(ends) });
        if (hasEnded) await onEnded?.(mine);
      },
      concurrency: 1,
      until,
      now: deps.now,
    });
  const turns = await Promise.all(Array.from({ length: communityId ? 1 : LANES }, lane));
  return turns.reduce((sum, more) => sum + more, 0);
}

async function claim({ db }: BackFillDeps, { limit, communityId }: { limit: number; communityId?: string }) {
  const token = randomUUID();
  const { rows } = await sql<{ id: string }>`
    select claim_back_fills(${token}, ${limit}, ${communityId ?? null}) as id`.execute(db);
  return rows.map(({ id }) => ({ communityId: id, token }));
}
