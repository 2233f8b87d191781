import { inSnapshot } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { findLevels } from "@/services/communities/find-levels";
import { findSettings } from "@/services/communities/find-settings";
import { countMembers } from "@/services/leaderboard/count-members";
import { findRanks, type RankDeps } from "@/services/leaderboard/find-ranks";
import { findMember, findMoment, type MemberRow } from "@/services/leaderboard/member.queries";
import { dayIn, periodStart } from "@/services/xp/calendar";
import { type Progress, progressOf } from "@/services/xp/progress";

/** Days that a member's pace is taken from, today among them. */
export const PACE_DAYS = 14;
const DAY_MS = 86_400_000;

export type MemberStanding = {
  /** Undefined for somebody of whom nothing is known here yet. */
  member: MemberRow | undefined;
  progress: Progress;
  /** On the board of all time; null without XP, and for who is hidden or has left. */
  rank: number | null;
  members: number;
  /** Microseconds of the database's clock when this was read. */
  version: number;
};

/** Where one member stands, read at one moment; the rank may be up to 2 s older (see findRanks). @throws AppError not_found */
export async function findMemberStanding(deps: RankDeps, communityId: string, userId: string): Promise<MemberStanding> {
  const { curve, ranks } = await findLevels(deps, communityId);
  const days = await daysOf(deps, communityId);
  const { member, moment } = await inSnapshot(deps.db, communityId, async (trx) => ({
    moment: await findMoment(trx),
    member: await findMember(trx, communityId, userId, days),
  }));
  const board = { filter: "all-time" } as const;
  const xp = member?.xp ?? 0;
  const isOnBoard = xp > 0 && member?.onBoard === true;
  const found = isOnBoard ? await findRanks(deps, communityId, board, [xp], moment.at) : undefined;
  const rank = found?.ranks[0] ?? null;
  const members = Math.max(await countMembers(deps, communityId, board), rank ?? 0);
  return { member, progress: progressOf(curve, ranks, xp), rank, members, version: moment.microseconds };
}

async function daysOf(deps: Pick<Deps, "db" | "now">, communityId: string) {
  const { settings } = await findSettings(deps, communityId);
  const today = dayIn(settings.timeZone, deps.now());
  const since = new Date(Date.parse(today) - (PACE_DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
  return { weekStartsOn: periodStart("week", today), since };
}
