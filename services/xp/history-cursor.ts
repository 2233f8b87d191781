import { z } from "zod";
import { open, seal } from "@/lib/crypto/seal";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import type { HistoryPlace } from "@/services/xp/history.queries";

/** Where a page of a history ended, and what was known there. */
export type HistoryCursor = {
  /** Of the page's last entry. */
  place: HistoryPlace;
  /** The member's exact XP just before that entry. */
  xp: number;
  /** The member's exact XP, and when the row was written (microseconds), as the page was read: whether `xp` still holds. */
  total: number;
  writtenAtUs: number;
};

type CursorDeps = { env: Pick<Deps["env"], "encryptionKey"> };

const Contents = z.tuple([z.string(), z.string(), z.int(), z.int(), z.int()]);

const sealedFor = (communityId: string, userId: string) => ({
  use: "history-cursor",
  context: `${communityId} ${userId}`,
});

/** Sealed, because what it says of sums is believed. */
export function sealHistoryCursor({ env }: CursorDeps, communityId: string, userId: string, cursor: HistoryCursor) {
  const { place, xp, total, writtenAtUs } = cursor;
  const contents: z.infer<typeof Contents> = [place.occurredAt, place.activityId, xp, total, writtenAtUs];
  return seal(env.encryptionKey, JSON.stringify(contents), sealedFor(communityId, userId));
}

/** @throws AppError bad_request for one that was not given for this member's history. */
export function openHistoryCursor(
  { env }: CursorDeps,
  communityId: string,
  userId: string,
  cursor: string,
): HistoryCursor {
  const text = open(env.encryptionKey, cursor, sealedFor(communityId, userId));
  if (text === null) throw new AppError("bad_request", "This cursor is not one of this history.");
  const [occurredAt, activityId, xp, total, writtenAtUs] = Contents.parse(JSON.parse(text));
  return { place: { occurredAt, activityId }, xp, total, writtenAtUs };
}
