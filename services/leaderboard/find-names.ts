import { LRUCache } from "lru-cache";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { inBackground } from "@/lib/http/background";
import type { MemberRow } from "@/services/leaderboard/member.queries";
import { isStale, type ProfileDeps, refreshProfiles } from "@/services/leaderboard/refresh-profiles";

export type Names = Pick<MemberRow, "name" | "username" | "pictureUrl">;
type NameDeps = ProfileDeps & Pick<Deps, "env" | "log">;

const NOBODY: Names = { name: null, username: null, pictureUrl: null };
const passing = perDatabase(() => new LRUCache<string, Names>({ max: 5_000, ttl: 5 * 60_000 }));

/**
 * Name and picture of a member, as stored; fetched again beside this where they are old. Of somebody who has done nothing here
 * (or has had everything deleted) nothing is stored: Whop is asked, and the answer kept in this process for some minutes.
 */
export async function findNames(
  deps: NameDeps,
  communityId: string,
  userId: string,
  member: MemberRow | undefined,
): Promise<Names> {
  if (!member || (member.lastActivityAt === null && member.fetchedAt === null)) return askedOfWhop(deps, userId);
  if (isStale(deps, member)) inBackground(deps, refreshProfiles(deps, communityId, [userId]));
  const { name, username, pictureUrl } = member;
  return { name, username, pictureUrl };
}

/** A page is not held back by a name for longer; the next one has it. */
const WAIT_MS = 700;
const ASKED_AGAIN_MS = 15_000;

async function askedOfWhop(deps: NameDeps, userId: string): Promise<Names> {
  const known = passing(deps.db).get(userId);
  if (known) return known;
  const late = new Promise<Names>((resolve) => setTimeout(resolve, WAIT_MS, NOBODY).unref());
  return Promise.race([ask(deps, userId), late]);
}

async function ask(deps: NameDeps, userId: string): Promise<Names> {
  const cache = passing(deps.db);
  try {
    const user = await deps.whop.retrieveUser(userId);
    const names = user ? { name: user.name, username: user.username, pictureUrl: user.pictureUrl } : NOBODY;
    cache.set(userId, names);
    return names;
  } catch (error) {
    deps.log.info({ err: error }, "a name could not be fetched now"); // shown without
    cache.set(userId, NOBODY, { ttl: ASKED_AGAIN_MS });
    return NOBODY;
  }
}

/** Forgets what this process knows of somebody by having asked. */
export function forgetNames(deps: Pick<Deps, "db">, userId: string): void {
  passing(deps.db).delete(userId);
}
