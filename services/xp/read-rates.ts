import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { listExperiences } from "@/services/communities/communities.queries";
import type { Settings } from "@/services/communities/settings.schema";
import type { Rates } from "@/services/xp/rate";
import type { Role } from "@/services/xp/rules/multiplier";
import { settingsNow } from "@/services/xp/settings-now";

/** What most members do most, first; actions that are not named here follow by name. */
const USUAL_ORDER = [
  "message",
  "post",
  "comment",
  "reaction",
  "reaction_received",
  "lesson",
  "daily_visit",
  "member_joined",
];

const ROLES: readonly Role[] = ["member", "moderator", "admin"];

/** What a community's members can earn now: the actions that are switched on. @throws AppError not_found */
export async function readRates(deps: Pick<Deps, "db" | "now">, communityId: string): Promise<Rates> {
  return ratesIn(deps, communityId, await settingsNow(deps, communityId));
}

/** The same of settings that are at hand. */
export async function ratesIn(deps: Pick<Deps, "db">, communityId: string, settings: Settings): Promise<Rates> {
  const { actions, dailyXpCap, paused, multipliers } = settings;
  const rates = Object.entries(actions)
    .filter(([, { enabled }]) => enabled)
    .map(([action, { enabled: _, ...rate }]) => ({ action, ...rate }))
    .sort((a, b) => placeOf(a.action) - placeOf(b.action) || (a.action < b.action ? -1 : 1));
  const places = await placeMultipliers(deps, communityId, multipliers.channels);
  return { rates, dailyXpCap, paused, multipliers: { places, roles: roleMultipliers(multipliers.roles) } };
}

async function placeMultipliers(deps: Pick<Deps, "db">, communityId: string, channels: Record<string, number>) {
  if (Object.keys(channels).length === 0) return [];
  const known = await inCommunity(deps.db, communityId, (trx) => listExperiences(trx, communityId));
  return known.flatMap(({ experienceId, name }) => {
    const percent = Object.hasOwn(channels, experienceId) ? channels[experienceId] : undefined;
    return percent === undefined || percent === 100 || name === "" ? [] : [{ name, percent }];
  });
}

function roleMultipliers(roles: Settings["multipliers"]["roles"]): Rates["multipliers"]["roles"] {
  return ROLES.flatMap((role) => {
    const percent = roles[role] ?? 100;
    return percent === 100 ? [] : [{ role, percent }];
  });
}

function placeOf(action: string): number {
  const place = USUAL_ORDER.indexOf(action);
  return place < 0 ? USUAL_ORDER.length : place;
}
