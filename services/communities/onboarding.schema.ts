import { z } from "zod";
import { experienceId } from "@/lib/http/fields";
import { isTimeZone, Moment } from "@/services/communities/settings.schema";

export const OnboardingRequest = z.strictObject({
  experienceId,
  timeZone: z.string().max(64).refine(isTimeZone, { message: "Not an IANA time zone such as Europe/Berlin" }),
  /** Every reward rule of the community, on or off. */
  rules: z
    .record(z.uuid(), z.boolean())
    .refine((rules) => Object.keys(rules).length <= 200, { message: "At most 200 reward rules" }),
  /** `rewardsConfirmedAt` as the reader saw it; null for not yet. */
  seen: Moment.nullable(),
  /** Whether what members did in the last 90 days is to be counted as well. */
  countPast: z.boolean().default(false),
});

export type OnboardingRequest = z.infer<typeof OnboardingRequest>;
