import type { Membership } from "@/dev/whop/records";

const DAY_MS = 86_400_000;
const PERIOD_MS = 30 * DAY_MS;
/** From the activity that brought the level to the days at Whop. */
const ON_THE_WAY_MS = 4_000;

/** Free days of a level, as the seed left them. */
export type EarnedDays = { rewardId: string; userId: string; days: number; earnedAt: Date };

/** What became of it, in the columns of `rewards`. */
export type PastReward = {
  rewardId: string;
  state: "delivered" | "waiting" | "needs_attention";
  problem: "unknown_outcome" | "no_end" | null;
  earnedAt: Date;
  /** When Whop was asked; null where it was not. */
  sentAt: Date | null;
  request: { membershipId: string; days: number; endBefore: Date; endAfter?: Date } | null;
};

export type PastMembership = Pick<Membership, "id" | "renewalPeriodStart" | "renewalPeriodEnd">;

type History = { rewards: PastReward[]; memberships: PastMembership[] };

/** A reward each that is not as it should be, so that the creator's page has something to show. */
export type Exceptions = {
  /** Has left: it waits until there is a membership again. */
  exMemberId: string;
  /** Never these, whom people play. */
  playedIds: readonly string[];
};

/**
 * How the free days of the history were sent, as if each had been when its level was reached, and where that left the memberships: they
 * end when they are said to, and their periods before follow from that.
 */
export function rewardHistory(
  earned: readonly EarnedDays[],
  memberships: ReadonlyMap<string, Membership>,
  { exMemberId, playedIds }: Exceptions,
): History {
  const byMember = new Map<string, EarnedDays[]>();
  for (const one of inOrder(earned)) byMember.set(one.userId, [...(byMember.get(one.userId) ?? []), one]);
  const others = [...byMember.values()].filter(([one]) => one && ![exMemberId, ...playedIds].includes(one.userId));
  const newest = others.toSorted((one, other) => lastAt(other) - lastAt(one));
  const unknownId = newest[0]?.[0]?.userId;
  const forLifeId = newest.find((own) => own.length === 1 && own[0]?.userId !== unknownId)?.[0]?.userId;
  const past = [...byMember].map(([userId, own]): History => {
    const membership = memberships.get(userId);
    if (!membership) throw new Error(`${userId} has no membership.`);
    const { id, renewalPeriodEnd } = membership;
    if (userId === exMemberId) return { rewards: own.map((one) => unsent(one, "waiting", null)), memberships: [] };
    if (userId === forLifeId || renewalPeriodEnd === null) {
      const rewards = own.map((one) => unsent(one, "needs_attention", "no_end"));
      return { rewards, memberships: [{ id, renewalPeriodStart: null, renewalPeriodEnd: null }] };
    }
    return sentOneByOne(own, id, Date.parse(renewalPeriodEnd), userId === unknownId);
  });
  return {
    rewards: past.flatMap(({ rewards }) => rewards),
    memberships: past.flatMap((one) => one.memberships),
  };
}

/** `end`: of the membership by now. Whether the last of them arrived may not be known. */
function sentOneByOne(own: readonly EarnedDays[], membershipId: string, end: number, isLastUnknown: boolean): History {
  const allDays = own.reduce((sum, { days }) => sum + days, 0);
  // By the month, from such a day that all the free days lead to the end.
  let until = end - allDays * DAY_MS;
  const rewards = own.map((one, index): PastReward => {
    const { rewardId, days, earnedAt } = one;
    const sentAt = new Date(earnedAt.getTime() + ON_THE_WAY_MS);
    const endBefore = endOfPeriod(until, sentAt);
    until = endBefore + days * DAY_MS;
    const request = { membershipId, days, endBefore: new Date(endBefore) };
    const base = { rewardId, earnedAt, sentAt };
    if (isLastUnknown && index === own.length - 1) {
      return { ...base, state: "needs_attention", problem: "unknown_outcome", request };
    }
    return { ...base, state: "delivered", problem: null, request: { ...request, endAfter: new Date(until) } };
  });
  // Somebody has moved the end by hand since, so that it tells nothing.
  const by = isLastUnknown ? 2 * DAY_MS : 0;
  const isAhead = until > end;
  const last = (isAhead ? until : end) + by;
  const memberships = [
    {
      id: membershipId,
      renewalPeriodStart: new Date(last - PERIOD_MS).toISOString(),
      renewalPeriodEnd: new Date(last).toISOString(),
    },
  ];
  return { rewards, memberships };
}

function unsent({ rewardId, earnedAt }: EarnedDays, state: PastReward["state"], problem: PastReward["problem"]) {
  return { rewardId, state, problem, earnedAt, sentAt: null, request: null };
}

/** Of the periods of which one ends at `anEnd`, the one that runs at `at`. */
function endOfPeriod(anEnd: number, at: Date): number {
  return anEnd + (Math.floor((at.getTime() - anEnd) / PERIOD_MS) + 1) * PERIOD_MS;
}

/** Each member's as they were earned: what came late may have been caused by something earlier. */
function inOrder(earned: readonly EarnedDays[]): EarnedDays[] {
  return earned.toSorted((one, other) => one.earnedAt.getTime() - other.earnedAt.getTime() || one.days - other.days);
}

const lastAt = (own: readonly EarnedDays[]) => Math.max(...own.map(({ earnedAt }) => earnedAt.getTime()));
