import { intervalMs, paceFor } from "@/lib/realtime/budget";

test.each([
  // viewers, plan's messages a second, milliseconds
  [0, 100, 500],
  [39, 100, 500],
  [40, 100, 513], // 41 ÷ 80
  [200, 100, 2_513], // 201 ÷ 80
  [199, 500, 500],
  [500, 500, 1_253], // 501 ÷ 400
  [10_000, 2_500, 5_001], // 10,001 ÷ 2,000
])("%i viewers on a plan of %i messages a second are told every %i ms", (viewers, plan, milliseconds) => {
  expect(intervalMs(paceFor(viewers, plan), 0)).toBe(milliseconds);
});

test("messages to single members are paid by the board's next pause, up to five seconds", () => {
  const pace = paceFor(200, 500);
  expect(intervalMs(pace, 0)).toBe(503);
  expect(intervalMs(pace, 100)).toBe(753); // 301 ÷ 400
  expect(intervalMs(pace, 1_000_000)).toBe(5_503);
});

test.each([100, 500, 2_500])("boards and single messages together stay within 80 %% of a plan of %i", (plan) => {
  for (const viewers of [0, 10, 200, 500]) {
    for (const perSecond of [0, plan / 10, plan / 4]) {
      // The pause that pays for what is sent during it.
      let interval = 0;
      for (let round = 0; round < 50; round += 1) {
        interval = intervalMs(paceFor(viewers, plan), (perSecond * interval) / 1_000);
      }
      expect((viewers + 1) * (1_000 / interval) + perSecond).toBeLessThanOrEqual(0.8 * plan);
    }
  }
});
