import type { Deps } from "@/lib/deps";
import type { Settings } from "@/services/communities/settings.schema";
import type { Boost } from "@/services/xp/boost";
import type { Rates } from "@/services/xp/rate";
import { ratesIn } from "@/services/xp/read-rates";
import { settingsNow } from "@/services/xp/settings-now";

const MOST_BOOSTS = 10;

/**
 * What members can earn now, and a community's boosts that hold or are still to come, as they begin; none of these while XP are
 * paused. Both of the same settings. @throws AppError not_found
 */
export async function readEarning(
  deps: Pick<Deps, "db" | "now">,
  communityId: string,
): Promise<{ rates: Rates; boosts: Boost[] }> {
  const settings = await settingsNow(deps, communityId);
  return { rates: await ratesIn(deps, communityId, settings), boosts: boostsIn(settings, deps.now()) };
}

function boostsIn({ multipliers, paused }: Settings, now: Date): Boost[] {
  if (paused) return [];
  return multipliers.boosts
    .filter(({ percent, endsAt }) => percent !== 100 && new Date(endsAt) > now)
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt) || (a.id < b.id ? -1 : 1))
    .slice(0, MOST_BOOSTS)
    .map(({ name, percent, startsAt, endsAt }) => ({ name, percent, startsAt, endsAt }));
}
