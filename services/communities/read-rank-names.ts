import type { Deps } from "@/lib/deps";
import { findLevels, type Levels } from "@/services/communities/find-levels";

/** The names of a community's ranks with the level each begins at, lowest first; at most a minute old. @throws AppError not_found */
export async function readRankNames(deps: Pick<Deps, "db">, communityId: string): Promise<Levels["ranks"][number][]> {
  const { ranks } = await findLevels(deps, communityId);
  return [...ranks];
}
