import "@testing-library/jest-dom";
import { act, render, screen } from "@testing-library/react";
import { LocaleProvider } from "@/components/ui/locale-context";
import { BoostBanner } from "@/components/xp/boost-banner";
import type { Boost } from "@/services/xp/boost";
import { findingsOf } from "@/tests/support/axe";

const WEEKEND: Boost = {
  name: "Weekend boost",
  percent: 200,
  startsAt: "2026-11-21T00:00:00Z",
  endsAt: "2026-11-23T00:00:00Z",
};

afterEach(() => jest.useRealTimers());

function show(time: string, boosts: Boost[] = [WEEKEND], { locale = "en-GB", timeZone = "UTC" } = {}) {
  const now = Date.parse(time);
  jest.useFakeTimers({ now });
  return render(
    <LocaleProvider locale={locale}>
      <BoostBanner boosts={boosts} timeZone={timeZone} startedAt={now} />
    </LocaleProvider>,
  );
}

const words = () =>
  [...document.querySelectorAll(".boost-banner > p")].map((line) => line.textContent?.replace(/\s/g, " "));
const pass = (ms: number) => act(() => jest.advanceTimersByTimeAsync(ms));
const status = () => screen.getByRole("status").textContent?.replace(/\s/g, " ");

test("a boost that is on says its name, what it does, until when and how long that is", () => {
  show("2026-11-22T20:48:00Z");
  expect(words()).toEqual(["Weekend boost: 2× XP", "until Monday 0:00 · 3 h 12 min left"]);
});

test.each([
  ["2026-11-21T00:00:00Z", "until Monday 0:00 · 2 days left"],
  ["2026-11-21T19:30:00Z", "until Monday 0:00 · 1 day 4 h left"],
  ["2026-11-22T23:48:00Z", "until Monday 0:00 · 12 min left"],
  ["2026-11-22T23:58:59.500Z", "until Monday 0:00 · 2 min left"],
  ["2026-11-22T23:59:18Z", "until Monday 0:00 · 42 s left"],
])("at %s it is %s", (time, left) => {
  show(time);
  expect(words()[1]).toBe(left);
});

test("its end is in the community's time zone and as the reader writes it", () => {
  show("2026-11-22T20:48:00Z", [WEEKEND], { locale: "en-US", timeZone: "America/New_York" });
  expect(words()[1]).toBe("until 7:00 PM · 3 h 12 min left");
  expect(document.body).not.toHaveTextContent("0:00");
});

test("the time that is left goes down by the minute, and by the second in the last minute only", async () => {
  show("2026-11-22T23:57:40Z");
  expect(words()[1]).toMatch("3 min left");
  await pass(19_000);
  expect(words()[1]).toMatch("3 min left");
  await pass(1_000);
  expect(words()[1]).toMatch("2 min left");
  await pass(60_000);
  expect(words()[1]).toMatch("60 s left");
  await pass(1_000);
  expect(words()[1]).toMatch("59 s left");
});

test("between two minutes no timer runs", async () => {
  show("2026-11-22T20:48:10Z");
  expect(jest.getTimerCount()).toBe(1);
  await pass(49_000);
  expect(jest.getTimerCount()).toBe(1);
  expect(words()[1]).toMatch("3 h 12 min left");
});

test("it goes by itself when it ends, and who listens hears it", async () => {
  show("2026-11-22T23:59:30Z");
  expect(status()).toBe("");
  await pass(29_000);
  expect(words()[1]).toMatch("1 s left");
  expect(status()).toBe("");
  await pass(1_000);
  expect(words()).toEqual([]);
  expect(document.querySelector(".boost-line")).not.toHaveAttribute("data-shown");
  expect(status()).toBe("The boost has ended");
});

test("one that comes within a day says from when, and becomes the one that is on", async () => {
  show("2026-11-20T18:48:00Z");
  expect(words()).toEqual(["Weekend boost: 2× XP", "from Saturday 0:00 · in 5 h 12 min"]);
  await pass(5 * 3_600_000 + 12 * 60_000);
  expect(words()).toEqual(["Weekend boost: 2× XP", "until Monday 0:00 · 2 days left"]);
  expect(status()).toBe("Weekend boost: 2× XP");
});

test("one that is further away comes when its day comes", async () => {
  show("2026-11-19T22:00:00Z");
  expect(words()).toEqual([]);
  await pass(2 * 3_600_000);
  expect(words()[1]).toBe("from Saturday 0:00 · in 1 day");
});

test("several that hold together are one line, with what they come to", () => {
  const night = { ...WEEKEND, name: "Night owls", percent: 150, endsAt: "2026-11-22T02:00:00Z" };
  const { unmount } = show("2026-11-21T12:00:00Z", [WEEKEND, night]);
  expect(words()[0]).toBe("Weekend boost and Night owls: 3× XP");
  unmount();
  show("2026-11-21T12:00:00Z", [WEEKEND, night, { ...night, name: "Third", percent: 0 }]);
  expect(words()[0]).toBe("Weekend boost, Night owls and one more: no XP");
});

test("without a boost there is no banner, and no timer", () => {
  show("2026-11-21T12:00:00Z", []);
  expect(words()).toEqual([]);
  expect(jest.getTimerCount()).toBe(0);
});

test("axe finds nothing in the banner", async () => {
  const { container } = show("2026-11-21T12:00:00Z");
  jest.useRealTimers();
  expect(await findingsOf(container)).toEqual([]);
});
