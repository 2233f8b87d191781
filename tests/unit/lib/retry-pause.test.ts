import { retryPauseSeconds } from "@/lib/retry-pause";

const [lowest, middle, highest] = [() => 0, () => 0.5, () => 1];

test("pauses grow from 5 seconds to 4 hours, and no further", () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100].map((failures) => retryPauseSeconds(failures, 0, middle));
  expect(pauses).toEqual([5, 15, 45, 135, 405, 1215, 3645, 10_935, 14_400, 14_400, 14_400]);
});

test.each([1, 4, 12])("after %i failures the pauses of many lie all over the fifth round the schedule", (failures) => {
  const schedule = retryPauseSeconds(failures, 0, middle);
  expect(retryPauseSeconds(failures, 0, lowest)).toBeCloseTo(0.8 * schedule);
  expect(retryPauseSeconds(failures, 0, highest)).toBeCloseTo(1.2 * schedule);
  const pauses = Array.from({ length: 1_000 }, () => retryPauseSeconds(failures));
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(0.8 * schedule);
  expect(Math.min(...pauses)).toBeLessThan(0.85 * schedule);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(1.2 * schedule);
  expect(Math.max(...pauses)).toBeGreaterThan(1.15 * schedule);
});

test("what the other side asks for is a least, over which everybody is spread", () => {
  expect(retryPauseSeconds(1, 60, lowest)).toBe(60);
  expect(retryPauseSeconds(1, 60, highest)).toBe(72);
  expect(retryPauseSeconds(8, 60, middle)).toBe(10_935);
});

test("nothing odd makes a pause that is none", () => {
  for (const failures of [0, -3]) expect(retryPauseSeconds(failures, 0, middle)).toBe(5);
});
