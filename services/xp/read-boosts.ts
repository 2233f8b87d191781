import type { Deps } from "@/lib/deps";
import type { Boost } from "@/services/xp/boost";
import { settingsNow } from "@/services/xp/settings-now";

const MOST = 10;

/** A community's boosts that hold or are still to come, as they begin; none while XP are paused. @throws AppError not_found */
export async function readBoosts(deps: Pick<Deps, "db" | "now">, communityId: string): Promise<Boost[]> {
  const { multipliers, paused } = await settingsNow(deps, communityId);
  if (paused) return [];
  const now = deps.now();
  return multipliers.boosts
    .filter(({ percent, endsAt }) => percent !== 100 && new Date(endsAt) > now)
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt) || (a.id < b.id ? -1 : 1))
    .slice(0, MOST)
    .map(({ name, percent, startsAt, endsAt }) => ({ name, percent, startsAt, endsAt }));
}
