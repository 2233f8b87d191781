import { z } from "zod";
import { cursor, experienceId, userId } from "@/lib/http/fields";

export const QueueQuery = z.strictObject({
  experienceId,
  /** Only of this group; all where it is left out. */
  state: z.enum(["attention", "on_its_way", "delivered", "cancelled"]).optional(),
  cursor: cursor.optional(),
});

export type QueueQuery = z.output<typeof QueueQuery>;

/** Nothing that breaks a line or cannot be seen, and no space around it. */
const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "must be one line");

const Note = line(200);

const decision = z.strictObject({
  experienceId,
  action: z.enum(["retry", "cancel", "settle_sent", "settle_not_sent"]),
  rewardId: z.uuid(),
  /** Of the entry, as it was read. */
  seen: z.string().regex(/^\d{1,16}$/),
});

const grantee = {
  experienceId,
  action: z.literal("grant"),
  userId,
  note: Note.optional(),
};

/** Within what Whop takes. */
const grant = z.discriminatedUnion("type", [
  z.strictObject({
    ...grantee,
    type: z.literal("free_days"),
    value: z.strictObject({ days: z.int().min(1).max(365) }),
  }),
  z.strictObject({
    ...grantee,
    type: z.literal("promo_code"),
    value: z.strictObject({
      percentOff: z.int().min(1).max(100),
      months: z.int().min(1).max(36).optional(),
      productId: z
        .string()
        .regex(/^prod_\w{1,59}$/)
        .optional(),
    }),
  }),
  z.strictObject({ ...grantee, type: z.literal("badge"), value: z.strictObject({ name: line(40) }) }),
  z.strictObject({ ...grantee, type: z.literal("custom"), value: z.strictObject({ text: line(200) }) }),
]);

const budget = z.strictObject({
  experienceId,
  action: z.literal("budget"),
  /** Null for no limit. */
  freeDaysPerMonth: z.int().min(0).max(1_000_000).nullable(),
});

export const RewardRequest = z.discriminatedUnion("action", [decision, grant, budget]);
export type RewardRequest = z.output<typeof RewardRequest>;
