import { z } from "zod";
import { cursor, experienceId } from "@/lib/http/fields";

/** A whole number in a query string, written plainly. */
const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.int().min(min).max(max));

export const LeaderboardQuery = z.strictObject({
  experienceId,
  filter: z.enum(["all-time", "week", "month"]).default("all-time"),
  limit: wholeNumber(1, 1000).default(100),
  cursor: cursor.optional(),
  /** Adds the caller's own row. */
  me: z
    .enum(["true", "false"])
    .default("false")
    .transform((word) => word === "true"),
  /** Adds so many rows on either side of the caller's own. */
  around: wholeNumber(1, 50).optional(),
});

export type LeaderboardQuery = z.output<typeof LeaderboardQuery>;

export const Visibility = z.enum(["public", "anonymous", "hidden"]);
export type Visibility = z.infer<typeof Visibility>;
