import { z } from "zod";
import { Visibility } from "@/services/leaderboard/leaderboard.schema";

/** Any of a community's ids; which community that is, Whop says. */
const experienceId = z.string().regex(/^(exp|biz|feed)_\w{1,59}$/);

export const OwnQuery = z.strictObject({ experienceId });

export const HistoryQuery = z.strictObject({
  experienceId,
  cursor: z
    .string()
    .regex(/^[\w-]{1,600}$/)
    .optional(),
});

export const ProfileQuery = z.strictObject({ experienceId, memberId: z.string().regex(/^(user|anon)_\w{1,59}$/) });

export const VisibilityChange = z.strictObject({ experienceId, visibility: Visibility });

/** The word is asked for so that nothing is deleted by a request that was meant to do something else. */
export const Erasure = z.strictObject({ experienceId, confirm: z.literal("delete") });
