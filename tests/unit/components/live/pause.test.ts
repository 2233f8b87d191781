import { isFinal, pauseMs } from "@/components/live/pause";

test("pauses grow from two seconds at most to thirty at most, and are never none", () => {
  const longest = (failures: number) => Math.max(...Array.from({ length: 500 }, () => pauseMs(failures, {})));
  expect([longest(1), longest(3), longest(20)].map((ms) => Math.round(ms / 1_000))).toEqual([2, 8, 30]);
  for (let n = 0; n < 500; n += 1) expect(pauseMs(1, {})).toBeGreaterThanOrEqual(250);
});

test("two hundred pages that were cut off together come back spread over the whole time", () => {
  const pauses = Array.from({ length: 200 }, () => pauseMs(5, {})).sort((a, b) => a - b);
  const inOneSecond = pauses.map((from) => pauses.filter((ms) => ms >= from && ms < from + 1_000).length);
  expect(Math.max(...inOneSecond)).toBeLessThan(30);
});

test("a server that says when to come again is not asked before", () => {
  expect(pauseMs(1, { retryAfterSeconds: 60 })).toBeGreaterThanOrEqual(60_000);
  expect(pauseMs(1, { retryAfterSeconds: null })).toBeLessThanOrEqual(2_000);
});

test("who is no member is final; a server that is away, busy or unreadable is not", () => {
  expect(["unauthorized", "forbidden", "not_found"].every((code) => isFinal({ code }))).toBe(true);
  expect(["unavailable", "rate_limited", "offline", "unreadable", undefined].some((code) => isFinal({ code }))).toBe(
    false,
  );
});
