import { isSame } from "@/components/dashboard/rules/merge-draft";
import type { Rules } from "@/services/communities/rules.schema";

/** A number that is being written may be none for a moment. */
type Writing<T> = { [K in keyof T]: T[K] extends number ? number | null : T[K] };

/** `maxXp` is null where the amount is always the same. */
export type RateDraft = Writing<Rules["actions"][string]>;
export type Boost = Rules["multipliers"]["boosts"][number];
export type Pause = Rules["streaks"]["pauses"][number];
export type Milestone = Writing<Rules["streaks"]["milestones"][number]>;

export const ROLES = ["admin", "moderator", "member"] as const;
export type Role = (typeof ROLES)[number];

/** What is chosen on the page, saved or not. */
export type RulesDraft = {
  actions: Record<string, RateDraft>;
  /** Whether there is one, apart from the number, so that it can be written anew. */
  cap: { isLimited: boolean; xp: number | null };
  paused: boolean;
  /** Per cent, by experience id: those that pay nothing are here with 0. */
  channels: Record<string, number | null>;
  /** By user id: whose activity pays nothing. */
  excluded: Record<string, true>;
  /** Per cent; 100 changes nothing. */
  roles: Record<Role, number | null>;
  boosts: Record<string, Boost>;
  streaks: Omit<Writing<Rules["streaks"]>, "milestones"> & { milestones: Milestone[] };
  leavers: Writing<Rules["leavers"]>;
};
export type DraftPart = keyof RulesDraft;

/** What is offered to who sets a cap for the first time. */
const OFFERED_CAP = 1_000;

export function draftOf(rules: Rules): RulesDraft {
  const { actions, dailyXpCap, paused, excludedExperienceIds, excludedUserIds, multipliers, streaks, leavers } = rules;
  const { channels, roles, boosts } = multipliers;
  return {
    actions: Object.fromEntries(Object.entries(actions).map(([action, rate]) => [action, rateDraftOf(rate)])),
    cap: { isLimited: dailyXpCap !== null, xp: dailyXpCap ?? OFFERED_CAP },
    paused,
    channels: { ...channels, ...Object.fromEntries(excludedExperienceIds.map((id) => [id, 0])) },
    excluded: Object.fromEntries(excludedUserIds.map((id) => [id, true])),
    roles: { admin: roles.admin ?? 100, moderator: roles.moderator ?? 100, member: roles.member ?? 100 },
    boosts: Object.fromEntries(boosts.map((boost) => [boost.id, boost])),
    streaks,
    leavers,
  };
}

function rateDraftOf(rate: Rules["actions"][string]): RateDraft {
  return { ...rate, maxXp: rate.maxXp === rate.minXp ? null : rate.maxXp };
}

/** What of it differs from what is saved. */
export function changedParts(draft: RulesDraft, saved: RulesDraft): Set<DraftPart> {
  const parts = Object.keys(draft) as DraftPart[]; // made by us, with these keys alone
  return new Set(parts.filter((part) => !isSame(draft[part], saved[part])));
}

/**
 * The parts that change, as they are sent: of the actions those that do.
 * @param draft without problems: every number is one.
 */
export function changeOf(draft: RulesDraft, rules: Rules): Partial<Rules> {
  const saved = draftOf(rules);
  const changed = changedParts(draft, saved);
  const change: Partial<Writing<Rules>> = {};
  if (changed.has("paused")) change.paused = draft.paused;
  if (changed.has("cap")) change.dailyXpCap = draft.cap.isLimited ? draft.cap.xp : null;
  if (changed.has("excluded")) change.excludedUserIds = Object.keys(draft.excluded);
  if (changed.has("leavers")) Object.assign(change, { leavers: draft.leavers });
  if (changed.has("streaks")) {
    // What is not seen while streaks are off is not changed by it.
    Object.assign(change, { streaks: draft.streaks.enabled ? draft.streaks : { ...rules.streaks, enabled: false } });
  }
  if (changed.has("actions")) {
    const actions = Object.entries(draft.actions).filter(([action, rate]) => !isSame(rate, saved.actions[action]));
    const rates = actions.map(([action, rate]) => [action, { ...rate, maxXp: rate.maxXp ?? rate.minXp }]);
    Object.assign(change, { actions: Object.fromEntries(rates) });
  }
  if (changed.has("channels") || changed.has("roles") || changed.has("boosts")) {
    const excluded = rules.excludedExperienceIds.filter((id) => draft.channels[id] === 0);
    Object.assign(change, { multipliers: multipliersOf(draft, new Set(excluded)) });
    if (excluded.length < rules.excludedExperienceIds.length) change.excludedExperienceIds = excluded;
  }
  return change as Partial<Rules>; // of what has no problems
}

/** A channel that is excluded stays so: to members it is another word for the same. */
function multipliersOf({ channels, roles, boosts }: RulesDraft, excluded: ReadonlySet<string>) {
  return {
    channels: Object.fromEntries(Object.entries(channels).filter(([id]) => !excluded.has(id))),
    roles: Object.fromEntries(Object.entries(roles).filter(([, percent]) => percent !== 100)),
    boosts: Object.values(boosts),
  };
}

/** What keeps the draft from being saved, by field: "actions.message.minXp". */
export type DraftProblems = Readonly<Record<string, string>>;

export const LIMITS = {
  xp: 1_000,
  cooldownSeconds: 604_800,
  cap: 1_000_000,
  minLength: 10_000,
  percent: 1_000,
  boosts: 50,
  excludedMembers: 5_000,
  channelsOffered: 100,
  freezeEveryDays: 365,
  maxFreezes: 30,
  milestones: 20,
  milestoneDays: 3_650,
  milestoneXp: 10_000,
  pauses: 100,
  resetAfterDays: 365,
} as const;

export function problemsOf(draft: RulesDraft): DraftProblems {
  const found: [string, string | null][] = [
    ...Object.entries(draft.actions).flatMap(([action, rate]) => rateProblems(`actions.${action}`, rate)),
    ["cap.xp", draft.cap.isLimited && draft.cap.xp === null ? "Give a number of XP." : null],
    ...Object.entries(draft.channels).map(([id, percent]): [string, string | null] => [
      `channels.${id}`,
      missing(percent, "Give a factor from 0 to 10."),
    ]),
    ...ROLES.map((role): [string, string | null] => [
      `roles.${role}`,
      missing(draft.roles[role], "Give a factor from 0 to 10."),
    ]),
    ...(draft.streaks.enabled ? streakProblems(draft.streaks) : []),
    ["leavers.resetAfterDays", missing(draft.leavers.resetAfterDays, "Give a number of days, 0 for at once.")],
  ];
  return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== null));
}

function rateProblems(at: string, { enabled, minXp, maxXp, cooldownSeconds, minLength }: RateDraft) {
  const amount = minXp === null ? "Give a number of XP." : null;
  const order = minXp !== null && maxXp !== null && minXp > maxXp ? "The first must not be above the second." : null;
  // What is off may hold anything that can be stored.
  const found: [string, string | null][] = [
    [`${at}.minXp`, amount ?? order],
    [`${at}.cooldownSeconds`, missing(cooldownSeconds, enabled ? "Give seconds, 0 for none." : "Give seconds.")],
    [`${at}.minLength`, missing(minLength, "Give a number, 0 for none.")],
  ];
  return found;
}

function streakProblems({ freezeEveryDays, maxFreezes, pauses, milestones }: RulesDraft["streaks"]) {
  const days = milestones.map((milestone) => milestone.days);
  const found: [string, string | null][] = [
    ["streaks.freezeEveryDays", missing(freezeEveryDays, "Give a number of days, 0 for none.")],
    ["streaks.maxFreezes", missing(maxFreezes, "Give a number, 0 for none.")],
    ...milestones.map((milestone, at): [string, string | null] => [
      `streaks.milestones.${at}`,
      milestone.days === null || milestone.xp === null
        ? "Give days and XP, 0 for none."
        : days.indexOf(milestone.days) < at
          ? "There is a milestone on that day already."
          : null,
    ]),
    ...pauses.map((pause, at): [string, string | null] => [`streaks.pauses.${at}`, pauseProblem(pause)]),
  ];
  return found;
}

function pauseProblem({ from, to }: Pause): string | null {
  if (from === "" || to === "") return "Give the first and the last day.";
  return from > to ? "The last day must not be before the first." : null;
}

const missing = (value: number | null, words: string) => (value === null ? words : null);

/** Where a field of the API's is on the page. */
export function fieldOf(path: string, draft: RulesDraft): string {
  const [, boost] = /^multipliers\.boosts\.(\d+)/.exec(path) ?? [];
  if (boost !== undefined) return `boosts.${Object.keys(draft.boosts)[Number(boost)] ?? ""}`;
  const [, item] = /^(streaks\.(?:milestones|pauses)\.\d+)/.exec(path) ?? [];
  if (item !== undefined) return item;
  const [, rate] = /^(actions\.\w+)\.(?:minXp|maxXp)$/.exec(path) ?? [];
  if (rate !== undefined) return `${rate}.minXp`;
  return path.replace(/^multipliers\./, "").replace(/^dailyXpCap$/, "cap.xp");
}
