import { ROLES, type Role, type RulesDraft } from "@/components/dashboard/rules/rules-draft";
import type { Formats } from "@/components/ui/formats";
import { amountInWords } from "@/components/xp/rate-words";
import type { Place } from "@/services/communities/rules.schema";
import { multipliedXp } from "@/services/xp/rules/multiplier";

/** What is done in a place, the most usual first. */
const TOLD: [action: string, words: string][] = [
  ["message", "A message"],
  ["post", "A post"],
  ["comment", "A comment"],
  ["reaction", "A reaction"],
];

export const ROLE_NAMES: Record<Role, { many: string; one: string }> = {
  admin: { many: "Admins", one: "an admin" },
  moderator: { many: "Moderators", one: "a moderator" },
  member: { many: "Members", one: "a member" },
};

export type Example = {
  /** "A message in Wins by a moderator during Double weekend" */
  what: string;
  /** "20 × 1.5 × 2 = 60 XP" */
  sum: string;
};

/** Null while nothing of these pays, or a number of it is being written. */
export function exampleOf(
  draft: RulesDraft,
  { places, now, formats }: { places: readonly Place[]; now: number; formats: Formats },
): Example | null {
  const [action, words] = TOLD.find(([name]) => draft.actions[name]?.enabled) ?? [];
  const rate = action === undefined ? undefined : draft.actions[action];
  if (!rate || rate.minXp === null) return null;
  const { minXp } = rate;
  const maxXp = rate.maxXp ?? minXp;
  if (minXp > maxXp) return null;
  const channel = Object.entries(draft.channels).find(([id, percent]) => counts(percent) && isNamed(places, id));
  const role = ROLES.find((one) => counts(draft.roles[one]));
  const boost = Object.values(draft.boosts)
    .filter(({ percent, endsAt }) => counts(percent) && Date.parse(endsAt) > now)
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt))[0];

  const place = channel && places.find(({ experienceId }) => experienceId === channel[0]);
  const percents = [channel?.[1], role && draft.roles[role], boost?.percent].filter(
    (percent) => typeof percent === "number",
  );
  const what = [
    words,
    place && `in ${place.name}`,
    role && `by ${ROLE_NAMES[role].one}`,
    boost && `during ${boost.name}`,
  ];
  const multipliers = percents.map((percent) => ({ percent }));
  const factors = percents.map((percent) => ` × ${formats.factor(percent)}`).join("");
  const base = amountInWords({ minXp, maxXp }, formats);
  const [least, most] = [multipliedXp(minXp, multipliers), multipliedXp(maxXp, multipliers)];
  const paid = amountInWords({ minXp: least, maxXp: most }, formats);
  return {
    what: what.filter((part) => part !== undefined).join(" "),
    sum: percents.length === 0 ? paid : `${base.replace(/\s*XP$/, "")}${factors} = ${paid}`,
  };
}

const counts = (percent: number | null | undefined) => typeof percent === "number" && percent !== 100;
const isNamed = (places: readonly Place[], id: string) => places.some(({ experienceId }) => experienceId === id);
