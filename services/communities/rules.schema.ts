import { z } from "zod";
import { experienceId, userId } from "@/lib/http/fields";
import {
  ActionName,
  ActionRate,
  Leavers,
  Multipliers,
  Settings,
  Streaks,
} from "@/services/communities/settings.schema";

/** What a creator can change of how XP are earned. The rest of the settings has pages and ways of its own. */
const Rules = Settings.pick({
  actions: true,
  dailyXpCap: true,
  paused: true,
  excludedExperienceIds: true,
  excludedUserIds: true,
  multipliers: true,
  streaks: true,
  leavers: true,
});
export type Rules = z.output<typeof Rules>;
export type RulesPart = keyof Rules;
export const RULES_PARTS = Object.keys(Rules.shape) as readonly RulesPart[]; // these keys and no others

/** What of it is for every tier. */
export const FREE_PARTS: ReadonlySet<RulesPart> = new Set(["paused", "leavers"]);

/** What the settings themselves let pass, and nobody can have meant. */
const ownMultipliers = Multipliers.superRefine(({ boosts }, context) => {
  for (const at of repeatsIn(boosts.map(({ id }) => id))) {
    context.addIssue({ code: "custom", path: ["boosts", at, "id"], message: "Two boosts have this id" });
  }
});
const ownExcludedUserIds = z
  .array(userId)
  .max(5_000)
  .superRefine((ids, context) => {
    for (const at of repeatsIn(ids)) context.addIssue({ code: "custom", path: [at], message: "Named twice" });
  });
const ownStreaks = Streaks.superRefine(({ milestones }, context) => {
  for (const at of repeatsIn(milestones.map(({ days }) => days))) {
    context.addIssue({ code: "custom", path: ["milestones", at, "days"], message: "Two milestones have this day" });
  }
});

export const RulesQuery = z.strictObject({ experienceId });
/** The version that was read, and the parts that change; of the actions those that change. */
export const RulesChange = z.strictObject({
  experienceId,
  version: z.int().min(1),
  actions: z.record(ActionName, ActionRate).optional(),
  dailyXpCap: Rules.shape.dailyXpCap.optional(),
  paused: Rules.shape.paused.optional(),
  excludedExperienceIds: Rules.shape.excludedExperienceIds.optional(),
  excludedUserIds: ownExcludedUserIds.optional(),
  multipliers: ownMultipliers.optional(),
  streaks: ownStreaks.optional(),
  leavers: Leavers.optional(),
});
export type RulesChange = Omit<z.output<typeof RulesChange>, "experienceId">;

/** Where members can earn XP. */
export type Place = { experienceId: string; name: string; kind: "chat" | "forum" | "other" };

export type SavedRules = Rules & { version: number };
export type RulesAnswer = SavedRules & {
  tier: Settings["tier"];
  /** IANA name, in which days begin and boosts are shown. */
  timeZone: string;
  places: Place[];
  /** False while Whop cannot be asked: there may be more of them. */
  hasAllPlaces: boolean;
};

/** Where a value stands that was there before. */
function repeatsIn(values: readonly unknown[]): number[] {
  return values.flatMap((value, at) => (values.indexOf(value) < at ? [at] : []));
}
