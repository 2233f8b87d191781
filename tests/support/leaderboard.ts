import { sql } from "kysely";
import type { Deps } from "@/lib/deps";
import { currentBoard, type Filter } from "@/services/leaderboard/board";
import type { Visibility } from "@/services/leaderboard/leaderboard.schema";
import { type Leaderboard, readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import type { BoardRow } from "@/services/leaderboard/show-standing";
import type { TestDatabase } from "@/tests/support/database";

export type BoardMember = { userId: string; xp: number; reachedAt?: Date; visibility?: Visibility };

/** `unknown`: Whop has never been asked for their names. */
export type PutOptions = { names?: "known" | "unknown" };

export const FILTERS: readonly Filter[] = ["all-time", "week", "month"];

/** Puts members with these XP on all three boards at once, past the award path: what matters here is only where they stand. */
export async function putMembers(
  { owner }: Pick<TestDatabase, "owner">,
  deps: Pick<Deps, "db" | "now">,
  communityId: string,
  members: readonly BoardMember[],
  { names = "known" }: PutOptions = {},
): Promise<void> {
  const rows = JSON.stringify(
    members.map(({ reachedAt = new Date(0), visibility = "public", ...rest }) => ({ ...rest, reachedAt, visibility })),
  );
  const given = sql`jsonb_to_recordset(${rows}::jsonb) as m ("userId" text, xp bigint, "reachedAt" timestamptz, visibility text)`;
  await sql`insert into users (community_id, user_id, xp, xp_bucket, xp_reached_at, visibility, level)
    select ${communityId}, "userId", xp, xp_bucket_of(xp), "reachedAt", visibility, level_at(null, xp) from ${given}`.execute(
    owner,
  );
  if (names === "known") {
    await sql`insert into profiles (community_id, user_id, fetched_at) select ${communityId}, "userId", now() from ${given}`.execute(
      owner,
    );
  }
  for (const filter of ["week", "month"] as const) {
    const board = await currentBoard(deps, communityId, filter);
    if (board.filter === "all-time") continue;
    await sql`insert into period_rollups (community_id, period, starts_on, user_id, activities, xp, xp_bucket, xp_reached_at)
      select ${communityId}, ${filter}, ${board.startsOn}, "userId", 1, xp, xp_bucket_of(xp), "reachedAt" from ${given}`.execute(
      owner,
    );
  }
}

/** Who is on a board, in its order and with competition ranks, by a plain sort of one's own. */
export function sortedBoard(members: readonly BoardMember[]): { userId: string; rank: number; xp: number }[] {
  const on = members.filter(({ xp, visibility }) => xp > 0 && visibility !== "hidden");
  const sorted = [...on].sort(
    (a, b) =>
      b.xp - a.xp ||
      (a.reachedAt ?? new Date(0)).getTime() - (b.reachedAt ?? new Date(0)).getTime() ||
      Buffer.compare(Buffer.from(a.userId), Buffer.from(b.userId)),
  );
  return sorted.map(({ userId, xp }) => ({ userId, xp, rank: 1 + on.filter((other) => other.xp > xp).length }));
}

/** All rows of a board, page by page. `between` runs after each page. */
export async function readPages(
  deps: Deps,
  communityId: string,
  request: { filter?: Filter; limit: number },
  between?: () => Promise<unknown>,
): Promise<BoardRow[]> {
  const rows: BoardRow[] = [];
  let cursor: string | undefined;
  do {
    const page: Leaderboard = await readLeaderboard(deps, communityId, { filter: "all-time", ...request, cursor });
    rows.push(...page.leaderboard);
    cursor = page.next_cursor ?? undefined;
    await between?.();
  } while (cursor);
  return rows;
}

export const place = ({ user_id, rank, xp }: BoardRow) => ({ userId: user_id, rank, xp });
