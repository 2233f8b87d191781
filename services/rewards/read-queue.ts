import type { Role } from "@/lib/auth/access";
import { inSnapshot } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { findSettings } from "@/services/communities/find-settings";
import type { Budget, Differences, Queue, QueueEntry, QueueGroup, QueueMember } from "@/services/rewards/queue";
import {
  countStates,
  type DifferenceRow,
  findBudget,
  findComparison,
  listDifferences,
  listQueue,
  type QueueRow,
} from "@/services/rewards/queue.queries";
import { openQueueCursor, sealQueueCursor } from "@/services/rewards/queue-cursor";
import { DIFFERENCE_WORDS, PROBLEM_WORDS } from "@/services/rewards/queue-words";

export type QueueDeps = Pick<Deps, "db"> & { env: Pick<Deps["env"], "encryptionKey"> };

const ON_A_PAGE = 25;
const MOST_DIFFERENCES = 100;

const GROUP_OF: Record<QueueEntry["state"], QueueGroup> = {
  needs_attention: "attention",
  due: "on_its_way",
  confirmed: "on_its_way",
  sending: "on_its_way",
  waiting: "on_its_way",
  delivered: "delivered",
  cancelled: "cancelled",
};

/**
 * A community's rewards as its creators and moderators see them, newest change first, with the month's budget and what Whop has
 * otherwise; all at one moment. Moderators see no code and may do nothing.
 * @throws AppError bad_request for a cursor of another list · not_found
 */
export async function readQueue(
  deps: QueueDeps,
  communityId: string,
  reader: { role: Role },
  { group, cursor }: { group?: QueueGroup; cursor?: string } = {},
): Promise<Queue> {
  const after = cursor === undefined ? undefined : openQueueCursor(deps, communityId, group, cursor);
  const { settings } = await findSettings(deps, communityId);
  const isAdmin = reader.role === "admin";
  return inSnapshot(deps.db, communityId, async (trx): Promise<Queue> => {
    const found = await listQueue(trx, communityId, { group, after, limit: ON_A_PAGE + 1 });
    const budget = await findBudget(trx, communityId);
    if (!budget) throw new AppError("not_found", "There is no such community.");
    const rows = found.slice(0, ON_A_PAGE);
    const last = rows.at(-1);
    return {
      rewards: rows.map((row) => toEntry(row, isAdmin)),
      nextCursor: found.length > rows.length && last ? sealQueueCursor(deps, communityId, group, last) : null,
      counts: countGroups(await countStates(trx, communityId)),
      budget: { ...budget, timeZone: settings.timeZone } satisfies Budget,
      differences: toDifferences(
        await findComparison(trx, communityId),
        await listDifferences(trx, communityId, MOST_DIFFERENCES),
        isAdmin,
      ),
    };
  });
}

function toEntry(row: QueueRow, isAdmin: boolean): QueueEntry {
  const { userId, name, username, pictureUrl, problem, grantedBy, grantedByName, changedAtUs, ...entry } = row;
  return {
    ...entry,
    member: { userId, name, username, pictureUrl },
    problem: problem && { kind: problem, ...PROBLEM_WORDS[problem] },
    nextAttemptAt: entry.nextAttemptAt?.toISOString() ?? null,
    deliveredAt: entry.deliveredAt?.toISOString() ?? null,
    codeEnd: isAdmin ? entry.codeEnd : null,
    grantedBy: grantedBy === null ? null : { userId: grantedBy, name: grantedByName },
    levelLostAt: entry.levelLostAt?.toISOString() ?? null,
    dueAt: entry.dueAt.toISOString(),
    changedAt: entry.changedAt.toISOString(),
    seen: String(changedAtUs),
    actions: isAdmin ? entry.actions : [],
  };
}

function countGroups(states: { state: QueueEntry["state"]; rewards: number }[]): Queue["counts"] {
  const counts = { attention: 0, on_its_way: 0, delivered: 0, cancelled: 0 };
  for (const { state, rewards } of states) counts[GROUP_OF[state]] += rewards;
  return counts;
}

function toDifferences(
  comparison: { checkedAt: Date | null; failedAt: Date | null } | undefined,
  rows: DifferenceRow[],
  isAdmin: boolean,
): Differences {
  return {
    checkedAt: comparison?.checkedAt?.toISOString() ?? null,
    failedAt: comparison?.failedAt?.toISOString() ?? null,
    found: rows.map(({ userId, name, username, pictureUrl, ...row }) => ({
      ...row,
      member: userId === null ? null : ({ userId, name, username, pictureUrl } satisfies QueueMember),
      codeEnd: isAdmin ? row.codeEnd : null,
      expectedUntil: row.expectedUntil?.toISOString() ?? null,
      foundUntil: row.foundUntil?.toISOString() ?? null,
      means: DIFFERENCE_WORDS[row.kind],
      firstSeenAt: row.firstSeenAt.toISOString(),
    })),
  };
}
