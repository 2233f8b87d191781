import { z } from "zod";
import { cursor, experienceId } from "@/lib/http/fields";
import { Visibility } from "@/services/leaderboard/leaderboard.schema";

export const OwnQuery = z.strictObject({ experienceId });

export const HistoryQuery = z.strictObject({
  experienceId,
  cursor: cursor.optional(),
});

export const ProfileQuery = z.strictObject({ experienceId, memberId: z.string().regex(/^(user|anon)_\w{1,59}$/) });

export const VisibilityChange = z.strictObject({ experienceId, visibility: Visibility });

/** The word is asked for so that nothing is deleted by a request that was meant to do something else. */
export const Erasure = z.strictObject({ experienceId, confirm: z.literal("delete") });
