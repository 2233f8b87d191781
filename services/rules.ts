import type { Deps } from "@/lib/deps";
import { inBackground } from "@/lib/http/background";
import { readRules } from "@/services/communities/read-rules";
import type { RulesAnswer, RulesChange, SavedRules } from "@/services/communities/rules.schema";
import { saveRules } from "@/services/communities/save-rules";
import { listNames } from "@/services/leaderboard/list-names";
import type { NamedMember } from "@/services/leaderboard/member.queries";
import { tellAll } from "@/services/leaderboard/tell-members";

/** `excludedMembers` are those of `excludedUserIds`. */
export type NamedRules = RulesAnswer & { excludedMembers: NamedMember[] };

/** How XP are earned in a community, with the names of whom the rules exclude. @throws AppError not_found */
export async function readNamedRules(
  deps: Pick<Deps, "db" | "whop" | "log">,
  communityId: string,
): Promise<NamedRules> {
  const rules = await readRules(deps, communityId);
  return { ...rules, excludedMembers: await listNames(deps, communityId, rules.excludedUserIds) };
}

/**
 * Changes how XP are earned, from now on, and lets open pages ask what it is now: a boost has its banner within seconds.
 * @throws AppError as `saveRules` does
 */
export async function changeRules(
  deps: Deps,
  communityId: string,
  change: { rules: RulesChange; by: string },
): Promise<SavedRules> {
  const saved = await saveRules(deps, communityId, change);
  if (saved.version !== change.rules.version) inBackground(deps, tellAll(deps, communityId));
  return saved;
}
