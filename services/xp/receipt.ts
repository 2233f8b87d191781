import { z } from "zod";

const RewardDue = z.object({
  rewardId: z.string(),
  level: z.number(),
  type: z.enum(["free_days", "promo_code", "badge", "custom"]),
  value: z.record(z.string(), z.unknown()),
});

/** An activity with its outcome. XP are whole; `totalXp` is the exact sum, which may be below zero. */
export const Receipt = z.object({
  activityId: z.string(),
  userId: z.string(),
  action: z.string(),
  /** Given for duplicates: where the activity that was recorded happened. */
  experienceId: z.string().nullish(),
  outcome: z.enum([
    "awarded",
    "cooldown",
    "daily_cap",
    "disabled",
    "paused",
    "excluded_member",
    "excluded_channel",
    "self",
    "too_short",
    "zero_multiplier",
    "too_old",
    "bad_time",
    "reversed",
    "reset",
  ]),
  baseXp: z.number(),
  xp: z.number(),
  occurredAt: z.coerce.date(),
  totalXp: z.number().default(0),
  oldLevel: z.number().default(1),
  newLevel: z.number().default(1),
  /** Rewards that became due with this activity. */
  rewards: z.array(RewardDue).default([]),
  /** True when the activity had been recorded before; the receipt then says how it stands now. */
  duplicate: z.boolean().default(false),
  /** The last paid activity of its action before this one, as far as the award looked. */
  lastPaidAt: z.coerce.date().nullable().optional(),
});

export type Receipt = z.infer<typeof Receipt>;
