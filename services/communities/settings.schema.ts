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

/** Of an amount: 100 changes nothing, 200 doubles it, 0 pays nothing. */
const Percent = z.int().min(0).max(1000);

/** More than anybody means. Postgres cannot read all that JavaScript writes, and a version that it cannot read stops every award. */
const isInOurTime = (text: string) => "2000" <= text && text < "3000";
const OUR_TIME = "Choose a time between the years 2000 and 2999";

/** A moment, as ISO 8601 in UTC. */
export const Moment = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .refine(isInOurTime, OUR_TIME);
const Day = z.iso.date().refine(isInOurTime, OUR_TIME);

/** A multiplier for a while: from `startsAt`, which is in it, to `endsAt`, which is not. ISO 8601 in UTC. */
const Boost = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9-]{1,40}$/),
    name: z.string().trim().min(1).max(60),
    percent: Percent,
    startsAt: Moment,
    endsAt: Moment,
  })
  .refine(({ startsAt, endsAt }) => startsAt < endsAt, {
    message: "A boost must end after it starts",
    path: ["endsAt"],
  });

/** All that hold are multiplied, zero wins, and the product is rounded half up once. */
export const Multipliers = z.strictObject({
  /** By experience id. */
  channels: z
    .record(z.string().max(64), Percent)
    .refine((channels) => Object.keys(channels).length <= 500, { message: "At most 500 channels" }),
  /** Of the member when it happened; a role that is not named has 100. */
  roles: z.partialRecord(z.enum(["admin", "moderator", "member"]), Percent),
  boosts: z.array(Boost).max(50),
});

export const Streaks = z.strictObject({
  enabled: z.boolean(),
  /** Active days in a row that earn a freeze, which lets one missed day pass; 0 for none. */
  freezeEveryDays: z.int().min(0).max(365),
  maxFreezes: z.int().min(0).max(30),
  /** Days, the first and the last included, that break nobody's streak. */
  pauses: z
    .array(
      z
        .strictObject({ from: Day, to: Day })
        .refine(({ from, to }) => from <= to, { message: "A pause must not end before it begins", path: ["to"] }),
    )
    .max(100),
  /** XP on each day that a streak reaches so many days; 0 for none. */
  milestones: z.array(z.strictObject({ days: z.int().min(2).max(3650), xp: z.int().min(0).max(10_000) })).max(20),
});

/** What happens to the XP and the place of who is no longer a member. */
const Leaving = z.enum(["keep", "hide", "reset"]);
export const Leavers = z.strictObject({
  left: Leaving,
  banned: Leaving,
  /** Days away after which "reset" takes effect, so that a renewal that fails once costs nobody their XP. */
  resetAfterDays: z.int().min(0).max(365),
});

export const NO_MULTIPLIERS: z.infer<typeof Multipliers> = { channels: {}, roles: {}, boosts: [] };
export const DEFAULT_STREAKS: z.infer<typeof Streaks> = {
  enabled: true,
  freezeEveryDays: 7,
  maxFreezes: 2,
  pauses: [],
  milestones: [
    { days: 7, xp: 0 },
    { days: 30, xp: 0 },
    { days: 100, xp: 0 },
    { days: 365, xp: 0 },
  ],
};
export const DEFAULT_LEAVERS: z.infer<typeof Leavers> = { left: "hide", banned: "hide", resetAfterDays: 3 };

/** Versions from before a part was known leave it out; SQL reads the same defaults then. */
export const Settings = z.strictObject({
  timeZone: z.string().refine(isTimeZone, { message: "Not an IANA time zone such as Europe/Berlin" }),
  tier: z.enum(["free", "premium", "enterprise"]),
  paused: z.boolean(),
  /** XP a member may earn a day over all actions; null for no limit. */
  dailyXpCap: z.int().min(1).max(1_000_000).nullable(),
  excludedExperienceIds: z.array(z.string()).max(500),
  excludedUserIds: z.array(z.string()).max(5_000),
  actions: z.record(ActionName, ActionRate),
  multipliers: Multipliers.default(NO_MULTIPLIERS),
  streaks: Streaks.default(DEFAULT_STREAKS),
  leavers: Leavers.default(DEFAULT_LEAVERS),
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
