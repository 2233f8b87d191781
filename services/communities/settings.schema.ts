import { z } from "zod";

/** Rate of one action. XP are whole; `minXp` below `maxXp` draws an amount between them. */
export const ActionRate = z
  .strictObject({
    enabled: z.boolean(),
    minXp: z.int().min(1).max(1000),
    maxXp: z.int().min(1).max(1000),
    cooldownSeconds: z.int().min(0).max(604_800),
    dailyXpCap: z.int().min(1).max(1_000_000).nullable(),
    /** Characters a text must have to pay; 0 for no minimum. */
    minLength: z.int().min(0).max(10_000),
  })
  .refine((rate) => rate.minXp <= rate.maxXp, { message: "minXp must not be above maxXp", path: ["minXp"] });

export const ActionName = z.string().regex(/^[a-z][a-z_]{0,39}$/);

export const Settings = z.strictObject({
  timeZone: z.string().refine(isTimeZone, { message: "Not an IANA time zone such as Europe/Berlin" }),
  tier: z.enum(["free", "premium", "enterprise"]),
  paused: z.boolean(),
  /** XP a member may earn a day over all actions; null for no limit. */
  dailyXpCap: z.int().min(1).max(1_000_000).nullable(),
  excludedExperienceIds: z.array(z.string()).max(500),
  excludedUserIds: z.array(z.string()).max(5_000),
  actions: z.record(ActionName, ActionRate),
});

export type Settings = z.infer<typeof Settings>;
export type ActionRate = z.infer<typeof ActionRate>;

/** Whether a name is an IANA time zone that this machine knows. Not an offset: Postgres reads "+01:00" the other way round. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
