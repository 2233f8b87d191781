import "@testing-library/jest-dom";
import { act, render, screen, within } from "@testing-library/react";
import { HowToEarn } from "@/components/xp/how-to-earn";
import type { Boost } from "@/services/xp/boost";
import type { Rates } from "@/services/xp/rate";
import { findingsOf } from "@/tests/support/axe";
import { aRate, NOTHING_MULTIPLIED } from "@/tests/support/sample-member";

const NOW = Date.parse("2026-11-20T12:00:00Z");

function show(rates: Partial<Rates>, boosts: Boost[] = []) {
  return render(
    <HowToEarn
      rates={{ rates: [aRate()], dailyXpCap: null, paused: false, multipliers: NOTHING_MULTIPLIED, ...rates }}
      boosts={{ boosts, timeZone: "UTC", startedAt: NOW }}
    />,
  );
}

const words = () =>
  screen
    .getAllByRole("row")
    .slice(1)
    .map((row) => [...row.children].map((cell) => cell.textContent?.replace(/\s/g, " ")));

test("each action says how often it pays and how much", () => {
  show({
    rates: [
      aRate(),
      aRate({ action: "post", minXp: 15, maxXp: 25, cooldownSeconds: 0 }),
      aRate({ action: "comment", minXp: 10, maxXp: 10, cooldownSeconds: 90, minLength: 5, dailyXpCap: 400 }),
      aRate({ action: "daily_visit", minXp: 1_000, maxXp: 1_000, cooldownSeconds: 86_400 }),
      aRate({ action: "reaction", minXp: 5, maxXp: 5, cooldownSeconds: 7_200 }),
    ],
  });
  expect(words()).toEqual([
    ["Message", "once a minute", "20 XP"],
    ["Post", "every time", "15–25 XP"],
    ["Comment", "once in 90 seconds, from 5 characters, up to 400 XP a day", "10 XP"],
    ["Daily visit", "once a day", "1,000 XP"],
    ["Reaction", "once in 2 hours", "5 XP"],
  ]);
});

test("what can be done only so often is not said to pay every time", () => {
  show({
    rates: [
      aRate({ action: "daily_visit", minXp: 10, maxXp: 10, cooldownSeconds: 0 }),
      aRate({ action: "lesson", minXp: 50, maxXp: 50, cooldownSeconds: 0 }),
      aRate({ action: "member_joined", minXp: 100, maxXp: 100, cooldownSeconds: 0 }),
    ],
  });
  expect(words()).toEqual([
    ["Daily visit", "once a day", "10 XP"],
    ["Lesson finished", "each one once", "50 XP"],
    ["Joined", "once", "100 XP"],
  ]);
});

test("the cap over all actions is said", () => {
  show({ dailyXpCap: 1_200 });
  expect(screen.getByText(/All together at most 1,200 XP a day/)).toBeInTheDocument();
});

test("a paused community says that nothing is lost", () => {
  show({ paused: true });
  expect(screen.getByText(/XP is paused here. Your level and rewards are kept/)).toBeInTheDocument();
});

test("what pays nothing is not in the table, and where nothing pays it says so", () => {
  const { unmount } = show({ rates: [aRate(), aRate({ action: "lesson", minXp: 0, maxXp: 0 })] });
  expect(words()).toHaveLength(1);
  unmount();
  show({ rates: [] });
  expect(screen.getByText("Nothing earns XP here yet.")).toBeInTheDocument();
});

test("an action of an integration goes by its own name", () => {
  show({ rates: [aRate({ action: "quest_done" })] });
  expect(within(screen.getByRole("table")).getByRole("rowheader")).toHaveTextContent("Quest done");
});

const lines = () =>
  screen
    .queryAllByRole("term")
    .map((term) => [term, term.nextElementSibling].map((cell) => cell?.textContent?.replace(/\s+/g, " ").trim()));

test("what multiplies XP now is named: places, roles, and the boost that is on, but not one that is to come", () => {
  jest.useFakeTimers({ now: NOW });
  show(
    {
      multipliers: {
        places: [
          { name: "General", percent: 150 },
          { name: "Off topic", percent: 0 },
        ],
        roles: [{ role: "moderator", percent: 50 }],
      },
    },
    [
      { name: "Weekend boost", percent: 200, startsAt: "2026-11-20T00:00:00Z", endsAt: "2026-11-22T00:00:00Z" },
      { name: "Monday", percent: 300, startsAt: "2026-11-23T00:00:00Z", endsAt: "2026-11-24T00:00:00Z" },
    ],
  );
  expect(lines()).toEqual([
    ["In General", "1.5× XP"],
    ["In Off topic", "no XP"],
    ["Moderators", "0.5× XP"],
    ["Weekend boost until Sunday 12:00 AM", "2× XP"],
  ]);
  jest.useRealTimers();
});

test("where nothing multiplies XP nothing is said of it", () => {
  show({});
  expect(lines()).toEqual([]);
});

test("a boost that ends while the list is open leaves it", async () => {
  jest.useFakeTimers({ now: NOW });
  show({}, [{ name: "Noon", percent: 200, startsAt: "2026-11-20T00:00:00Z", endsAt: "2026-11-20T12:00:30Z" }]);
  expect(lines()).toHaveLength(1);
  await act(() => jest.advanceTimersByTimeAsync(31_000));
  expect(lines()).toEqual([]);
  jest.useRealTimers();
});

test("axe finds nothing in the table", async () => {
  const multipliers: Rates["multipliers"] = { places: [{ name: "General", percent: 150 }], roles: [] };
  const { container } = show({ dailyXpCap: 100, paused: true, multipliers });
  expect(await findingsOf(container)).toEqual([]);
});
