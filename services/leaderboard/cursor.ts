import { z } from "zod";
import { open, seal } from "@/lib/crypto/seal";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import type { Board, Filter } from "@/services/leaderboard/board";

/** A row's place on a board: more XP, then reached earlier (microseconds of the epoch), then the lower user id. */
export type Place = { xp: number; reachedAtUs: number; userId: string };

type CursorDeps = { env: Pick<Deps["env"], "encryptionKey"> };

const Contents = z.tuple([z.iso.date().nullable(), z.number(), z.number(), z.string()]);

const sealedFor = (communityId: string, filter: Filter) => ({
  use: "leaderboard-cursor",
  context: `${communityId} ${filter}`,
});

/** Sealed, because it holds the user id of a member who may be anonymous. */
export function sealCursor({ env }: CursorDeps, communityId: string, board: Board, place: Place): string {
  const startsOn = board.filter === "all-time" ? null : board.startsOn;
  const contents: z.infer<typeof Contents> = [startsOn, place.xp, place.reachedAtUs, place.userId];
  return seal(env.encryptionKey, JSON.stringify(contents), sealedFor(communityId, board.filter));
}

/** The board it belongs to (of last week, when the week has ended since) and the row it was given for. @throws AppError bad_request */
export function openCursor(
  { env }: CursorDeps,
  communityId: string,
  filter: Filter,
  cursor: string,
): { board: Board; place: Place } {
  const text = open(env.encryptionKey, cursor, sealedFor(communityId, filter));
  if (text === null) throw new AppError("bad_request", "This cursor is not one of this leaderboard.");
  const [startsOn, xp, reachedAtUs, userId] = Contents.parse(JSON.parse(text));
  const board: Board = filter === "all-time" || startsOn === null ? { filter: "all-time" } : { filter, startsOn };
  return { board, place: { xp, reachedAtUs, userId } };
}
