import type { Settings } from "@/services/communities/settings.schema";

/** Of the community's team, as Whop knows it; whoever is not named there is a member. */
export type Role = "admin" | "moderator" | "member";

/** One reason to pay more or less than the rate. */
export type Multiplier = {
  kind: "channel" | "role" | "boost";
  /** The experience id, the role or the boost's name. */
  name: string;
  /** 200 doubles, 0 pays nothing; never 100, which is none. */
  percent: number;
};

const MOST_XP = 1_000_000n;

/** What holds for an activity, in the order in which a receipt names it: place, role, then boosts as they began. */
export function multipliersOf(
  { multipliers: { channels, roles, boosts } }: Pick<Settings, "multipliers">,
  { experienceId, occurredAt }: { experienceId?: string | null; occurredAt: Date },
  role: Role,
): Multiplier[] {
  const channel = experienceId && Object.hasOwn(channels, experienceId) ? channels[experienceId] : undefined;
  const holding: Multiplier[] = boosts
    .filter(({ startsAt, endsAt }) => new Date(startsAt) <= occurredAt && occurredAt < new Date(endsAt))
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt) || (a.id < b.id ? -1 : 1))
    .map(({ name, percent }) => ({ kind: "boost", name, percent }));
  return [
    { kind: "channel" as const, name: experienceId ?? "", percent: channel ?? 100 },
    { kind: "role" as const, name: role, percent: roles[role] ?? 100 },
    ...holding,
  ].filter(({ percent }) => percent !== 100);
}

/**
 * An amount times every multiplier, rounded half up once; exact. At most 1,000,000 XP. Twin of `multiplied_xp` in SQL.
 * @param baseXp whole, not below 0.
 */
export function multipliedXp(baseXp: number, multipliers: readonly Pick<Multiplier, "percent">[]): number {
  if (multipliers.length === 0) return baseXp;
  const product = multipliers.reduce((xp, { percent }) => xp * BigInt(percent), BigInt(baseXp));
  const whole = 100n ** BigInt(multipliers.length);
  const rounded = (2n * product + whole) / (2n * whole);
  return Number(rounded < MOST_XP ? rounded : MOST_XP);
}
