import { type EarnedDays, rewardHistory } from "@/dev/seed/reward-history";
import type { Membership } from "@/dev/whop/records";

const DAY_MS = 86_400_000;
const now = Date.UTC(2026, 10, 21);
const ends = now + 12 * DAY_MS;

const earned = (userId: string, days: number, daysAgo: number): EarnedDays => {
  return { rewardId: `${userId}/${days}`, userId, days, earnedAt: new Date(now - daysAgo * DAY_MS) };
};

function aMembership(userId: string): [string, Membership] {
  const base = { companyId: "biz_1", productId: "prod_1", planId: "plan_1", joinedAt: "2025-01-01T00:00:00.000Z" };
  const renewalPeriodEnd = new Date(ends).toISOString();
  const id = `mem_${userId}`;
  return [userId, { ...base, id, userId, status: "active", leftAt: null, renewalPeriodStart: null, renewalPeriodEnd }];
}

function history(all: EarnedDays[], exMemberId = "nobody") {
  const memberships = new Map(all.map(({ userId }) => aMembership(userId)));
  return rewardHistory(all, memberships, { exMemberId, playedIds: ["played"] });
}

test("each is sent while its membership runs, moves the end by its days, and leads to the end that holds now", () => {
  const all = [earned("played", 14, 3), earned("played", 3, 80), earned("played", 7, 40)];
  const { rewards, memberships } = history(all);
  expect(rewards.map(({ rewardId, state }) => [rewardId, state])).toEqual([
    ["played/3", "delivered"],
    ["played/7", "delivered"],
    ["played/14", "delivered"],
  ]);
  let last = 0;
  for (const { request, sentAt } of rewards) {
    const [before, after] = [request?.endBefore.getTime() ?? 0, request?.endAfter?.getTime() ?? 0];
    const left = before - (sentAt?.getTime() ?? 0);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(30 * DAY_MS + last);
    expect(after - before).toBe((request?.days ?? 0) * DAY_MS);
    // Whole months lie between what one left behind and what the next one found.
    if (last > 0) expect((before - last) % (30 * DAY_MS)).toBe(0);
    last = after;
  }
  const end = Date.parse(memberships[0]?.renewalPeriodEnd ?? "");
  expect(end).toBeGreaterThanOrEqual(last);
  expect((end - ends) % (30 * DAY_MS)).toBe(0);
  expect(end).toBeGreaterThan(now + 7 * DAY_MS);
});

test("one of each kind is left to somebody: not known, no end, no membership", () => {
  const all = [
    earned("played", 3, 1),
    earned("anna", 3, 2),
    earned("ben", 3, 3),
    earned("cleo", 3, 4),
    earned("ex", 3, 9),
  ];
  const { rewards, memberships } = history(all, "ex");
  const states = Object.fromEntries(rewards.map(({ rewardId, state, problem }) => [rewardId, problem ?? state]));
  expect(states).toEqual({
    "played/3": "delivered",
    "anna/3": "unknown_outcome",
    "ben/3": "no_end",
    "cleo/3": "delivered",
    "ex/3": "waiting",
  });
  expect(memberships.find(({ id }) => id === "mem_ben")?.renewalPeriodEnd).toBeNull();
  // Neither where the days alone would have taken it, nor where it was.
  const { request } = rewards.find(({ rewardId }) => rewardId === "anna/3") ?? {};
  const moved = Date.parse(memberships.find(({ id }) => id === "mem_anna")?.renewalPeriodEnd ?? "");
  expect([0, 3].map((days) => (request?.endBefore.getTime() ?? 0) + days * DAY_MS)).not.toContain(moved);
});
