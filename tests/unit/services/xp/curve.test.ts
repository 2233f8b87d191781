import { levelAt, xpAtLevel } from "@/services/xp/curve";

/** MEE6's published cost of a level, summed without the closed formula. */
function boundaries(count: number): number[] {
  const starts = [0];
  for (let n = 0; starts.length < count; n += 1) starts.push((starts[n] ?? 0) + 5 * n * n + 50 * n + 100);
  return starts;
}

describe("the default level curve", () => {
  test("begins its first 100 levels where the costs add up to", () => {
    boundaries(100).forEach((xp, index) => {
      expect(xpAtLevel(null, index + 1)).toBe(xp);
      expect(levelAt(null, xp)).toBe(index + 1);
      expect(levelAt(null, xp - 1)).toBe(Math.max(1, index));
    });
  });

  test("has the levels that members know", () => {
    expect([0, 99, 100, 254, 255, 474, 475, 770].map((xp) => levelAt(null, xp))).toEqual([1, 1, 2, 2, 3, 3, 4, 5]);
  });

  test("is level 1 below zero, where an adjustment may lead", () => {
    expect(levelAt(null, -5_000)).toBe(1);
  });
});

describe("a curve of one's own", () => {
  test("ends with its last level, however many XP", () => {
    const curve = [0, 10, 500];
    expect([0, 9, 10, 499, 500, 1_000_000].map((xp) => levelAt(curve, xp))).toEqual([1, 1, 2, 2, 3, 3]);
    expect(xpAtLevel(curve, 4)).toBeUndefined();
  });
});
