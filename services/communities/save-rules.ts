import { isDeepStrictEqual } from "node:util";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { changeSettings } from "@/services/communities/change-settings";
import { findNewestSettings } from "@/services/communities/communities.queries";
import { listPlaces } from "@/services/communities/list-places";
import { rulesIn } from "@/services/communities/read-rules";
import { FREE_PARTS, RULES_PARTS, type RulesChange, type SavedRules } from "@/services/communities/rules.schema";
import { Settings } from "@/services/communities/settings.schema";

type SaveDeps = Pick<Deps, "db" | "whop" | "log">;
type Problem = { path: string; message: string };

/** As many as a route tells of a body that is not valid. */
const MOST_PROBLEMS = 20;

/**
 * Changes how XP are earned, from now on; audited. What is there already changes nothing and makes no version, also when it is sent
 * a second time.
 * @param change.rules the parts that change, with the version that was read.
 * @throws AppError conflict when somebody else has changed the settings since · tier_required with what is needed and the parts that
 * need it · bad_request with the fields at fault · unavailable while Whop cannot say whether a channel is the community's · not_found
 */
export async function saveRules(
  deps: SaveDeps,
  communityId: string,
  { rules: { version: seen, ...parts }, by }: { rules: RulesChange; by: string },
): Promise<SavedRules> {
  const newest = await inCommunity(deps.db, communityId, (trx) => findNewestSettings(trx, communityId));
  if (!newest) throw new AppError("not_found", "There is no such community.");
  const settings = Settings.parse(newest.settings);
  const actions = { ...settings.actions, ...parts.actions };
  const wanted = Settings.parse({ ...settings, ...parts, actions });
  const changed = RULES_PARTS.filter((part) => !isDeepStrictEqual(wanted[part], settings[part]));
  // Before the version: the answer to the first attempt may have been lost.
  if (changed.length === 0) return { ...rulesIn(settings), version: newest.version };
  if (newest.version !== seen) {
    throw new AppError("conflict", "Somebody else has just changed these settings. Load them again.");
  }

  requireTier(settings, changed);
  refuseUnknownActions(settings, wanted);
  await refuseUnknownChannels(deps, communityId, settings, wanted);
  const version = await changeSettings(deps, communityId, { settings: wanted, by, seen });
  return { ...rulesIn(wanted), version };
}

function requireTier({ tier }: Settings, changed: (typeof RULES_PARTS)[number][]): void {
  if (tier !== "free") return;
  const parts = changed.filter((part) => !FREE_PARTS.has(part));
  if (parts.length === 0) return;
  throw new AppError("tier_required", "Own rates, multipliers and streaks are part of Premium. Nothing was changed.", {
    details: { needs: "premium", parts },
  });
}

/** An action that nothing ever does would be promised to members in vain. */
function refuseUnknownActions(before: Settings, wanted: Settings): void {
  const unknown = Object.keys(wanted.actions).filter((action) => !Object.hasOwn(before.actions, action));
  refuse(unknown.map((action) => ({ path: `actions.${action}`, message: "There is no such action" })));
}

/** What was chosen once is not asked about again: it may be kept while Whop is away, and also when its channel has gone. */
async function refuseUnknownChannels(
  deps: SaveDeps,
  communityId: string,
  before: Settings,
  wanted: Settings,
): Promise<void> {
  const kept = new Set([...Object.keys(before.multipliers.channels), ...before.excludedExperienceIds]);
  const named = [
    ...Object.keys(wanted.multipliers.channels).map((id) => ({ id, path: `multipliers.channels.${id}` })),
    ...wanted.excludedExperienceIds.map((id, at) => ({ id, path: `excludedExperienceIds.${at}` })),
  ].filter(({ id }) => !kept.has(id));
  if (named.length === 0) return;
  const { places, isWhole } = await listPlaces(deps, communityId);
  const known = new Set(places.map(({ experienceId }) => experienceId));
  const unknown = named.filter(({ id }) => !known.has(id));
  if (unknown.length > 0 && !isWhole) {
    throw new AppError(
      "unavailable",
      "Whop cannot be asked about a chosen channel now. Nothing was changed; try again.",
    );
  }
  refuse(unknown.map(({ path }) => ({ path, message: "Choose a channel of this community" })));
}

function refuse(problems: Problem[]): void {
  if (problems.length === 0) return;
  throw new AppError("bad_request", "The rules are not valid.", { details: problems.slice(0, MOST_PROBLEMS) });
}
