import { NO_MULTIPLIERS, type Settings } from "@/services/communities/settings.schema";
import { multipliedXp, multipliersOf } from "@/services/xp/rules/multiplier";

const boost = (id: string, startsAt: string, endsAt: string, percent = 200) => ({
  id,
  name: `Boost ${id}`,
  percent,
  startsAt,
  endsAt,
});
const settings = (multipliers: Partial<Settings["multipliers"]>) => ({
  multipliers: { ...NO_MULTIPLIERS, ...multipliers },
});
const at = (time: string, experienceId?: string) => ({ occurredAt: new Date(time), experienceId });
const percents = (...list: number[]) => list.map((percent) => ({ percent }));

describe("multipliers", () => {
  test("are named as place, role, then boosts as they began, those that began together by id", () => {
    const all = settings({
      channels: { exp_general: 150 },
      roles: { moderator: 50 },
      boosts: [
        boost("b", "2026-11-21T00:00:00Z", "2026-11-23T00:00:00Z"),
        boost("a", "2026-11-21T00:00:00Z", "2026-11-23T00:00:00Z", 300),
        boost("c", "2026-11-20T00:00:00Z", "2026-11-23T00:00:00Z", 120),
      ],
    });
    expect(multipliersOf(all, at("2026-11-21T12:00:00Z", "exp_general"), "moderator")).toEqual([
      { kind: "channel", name: "exp_general", percent: 150 },
      { kind: "role", name: "moderator", percent: 50 },
      { kind: "boost", name: "Boost c", percent: 120 },
      { kind: "boost", name: "Boost a", percent: 300 },
      { kind: "boost", name: "Boost b", percent: 200 },
    ]);
  });

  test("of 100, of another place, of another role and of nowhere are none", () => {
    const others = settings({ channels: { exp_general: 100, exp_other: 200 }, roles: { admin: 200, member: 100 } });
    expect(multipliersOf(others, at("2026-11-21T12:00:00Z", "exp_general"), "member")).toEqual([]);
    expect(multipliersOf(others, at("2026-11-21T12:00:00Z"), "moderator")).toEqual([]);
    expect(multipliersOf(others, at("2026-11-21T12:00:00Z", "constructor"), "member")).toEqual([]);
  });

  test("of a boost hold from its first moment on and not at its last", () => {
    const weekend = settings({ boosts: [boost("w", "2026-11-21T00:00:00Z", "2026-11-23T00:00:00Z")] });
    const holds = (time: string) => multipliersOf(weekend, at(time), "member").length === 1;
    expect(
      ["2026-11-20T23:59:59.999Z", "2026-11-21T00:00:00Z", "2026-11-22T23:59:59.999Z", "2026-11-23T00:00:00Z"].map(
        holds,
      ),
    ).toEqual([false, true, true, false]);
  });
});

describe("the product", () => {
  test.each([
    [20, [150, 200], 60],
    [1, [50], 1], // half a point is rounded up
    [1, [49], 0],
    [5, [50], 3],
    [3, [50], 2],
    [1, [50, 300], 2], // 1.5, rounded once: each by itself would have made 3 of it
    [7, [33, 33], 1], // 0.7623
    [20, [0, 1000], 0],
    [1000, [1000, 1000, 1000], 1_000_000],
    [1000, [1000, 1000, 1000, 1000], 1_000_000],
    [999, [1000, 1000, 1000, 1000, 1, 1], 999], // above the most on the way, not at the end
    [20, [], 20],
  ])("of %i XP and %j is rounded half up once: %i", (baseXp, list, xp) => {
    expect(multipliedXp(baseXp, percents(...list))).toBe(xp);
  });

  test("is exact where floating point is not", () => {
    // Exactly 28.5 and 31.5, which floating point makes a little less.
    expect(multipliedXp(20, percents(125, 114))).toBe(29);
    expect(multipliedXp(36, percents(125, 70))).toBe(32);
    expect(multipliedXp(1, percents(...Array(24).fill(50), ...Array(23).fill(200), 100))).toBe(1); // exactly 0.5
    expect(multipliedXp(1, percents(...Array(24).fill(50), ...Array(23).fill(200), 99))).toBe(0); // 0.495
  });
});
