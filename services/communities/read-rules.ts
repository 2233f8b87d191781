import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { findNewestSettings } from "@/services/communities/communities.queries";
import { listPlaces } from "@/services/communities/list-places";
import { RULES_PARTS, type Rules, type RulesAnswer } from "@/services/communities/rules.schema";
import { Settings } from "@/services/communities/settings.schema";

/** How XP are earned in a community, as it was saved last, and what there is to choose from. @throws AppError not_found */
export async function readRules(deps: Pick<Deps, "db" | "whop" | "log">, communityId: string): Promise<RulesAnswer> {
  const [row, { places, isWhole }] = await Promise.all([
    // Not from the cache: whoever changes something must see the newest version.
    inCommunity(deps.db, communityId, (trx) => findNewestSettings(trx, communityId)),
    listPlaces(deps, communityId),
  ]);
  if (!row) throw new AppError("not_found", "There is no such community.");
  const settings = Settings.parse(row.settings);
  const { tier, timeZone } = settings;
  return { ...rulesIn(settings), version: row.version, tier, timeZone, places, hasAllPlaces: isWhole };
}

/** The part of the settings that a creator changes as the rules. */
export function rulesIn(settings: Settings): Rules {
  // One entry for each part, as the type says.
  return Object.fromEntries(RULES_PARTS.map((part) => [part, settings[part]])) as Rules;
}
