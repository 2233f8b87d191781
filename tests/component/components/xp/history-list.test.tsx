import "@testing-library/jest-dom";
import { render, screen, within } from "@testing-library/react";
import { HistoryList } from "@/components/xp/history-list";
import type { History } from "@/services/xp/history-entry";
import { findingsOf } from "@/tests/support/axe";
import { aLadder, anEntry } from "@/tests/support/sample-member";

const now = Date.parse("2026-11-21T12:00:00Z");

function show(history: Partial<History> | undefined, more: Partial<Parameters<typeof HistoryList>[0]> = {}) {
  return render(
    <HistoryList
      history={history && { entries: [], days: [], nextCursor: null, timeZone: "UTC", ...history }}
      rungs={aLadder().rungs}
      now={now}
      onMore={jest.fn()}
      isLoadingMore={false}
      hasFailed={false}
      onRetry={jest.fn()}
      {...more}
    />,
  );
}

const rows = () => screen.getAllByRole("listitem").map((row) => row.textContent?.replace(/\s/g, " "));

test("days are named and summed, the newest first", () => {
  show({
    entries: [anEntry("2026-11-21T11:58:00Z"), anEntry("2026-11-20T21:40:00Z"), anEntry("2026-11-18T08:00:00Z")],
    days: [
      { day: "2026-11-21", xp: 93 },
      { day: "2026-11-20", xp: -1_080 },
      { day: "2026-11-18", xp: 20 },
    ],
  });
  const sections = screen.getAllByRole("region").map((section) => section.textContent?.replace(/\s/g, " "));
  expect(sections[0]).toMatch(/^Today\+93 XP/);
  expect(sections[1]).toMatch(/^Yesterday−1,080 XP/);
  expect(sections[2]).toMatch(/^November 18\+20 XP/);
});

test("today is the community's day, not the reader's", () => {
  show({
    // 14 hours ahead: it is the 22nd there.
    timeZone: "Pacific/Kiritimati",
    entries: [
      anEntry("2026-11-21T11:00:00Z", { day: "2026-11-22" }),
      anEntry("2026-11-21T09:00:00Z", { day: "2026-11-21" }),
    ],
  });
  expect(screen.getAllByRole("heading").map((heading) => heading.textContent)).toEqual(["Today", "Yesterday"]);
});

test("what just happened says how long ago, what is hours away the time", () => {
  show({
    entries: [
      anEntry("2026-11-21T11:59:40Z"),
      anEntry("2026-11-21T11:58:00Z"),
      anEntry("2026-11-21T10:50:00Z"),
      anEntry("2026-11-21T05:02:00Z"),
    ],
  });
  expect(rows().map((row) => row?.replace(/Message in General|\+20/g, ""))).toEqual([
    "just now",
    "2 min",
    "1 h",
    "5:02 AM",
  ]);
});

test("each activity has its receipt: paid, unpaid with the reason and a grey 0, taken back", () => {
  show({
    entries: [
      anEntry("2026-11-21T11:58:00Z"),
      anEntry("2026-11-21T11:57:00Z", { outcome: "cooldown", xp: 0, why: { cooldownLeftSeconds: 23 } }),
      anEntry("2026-11-21T11:46:00Z", { outcome: "reversed", xp: 0, xpBefore: 20 }),
    ],
  });
  expect(rows()).toEqual([
    "Message in General2 min+20",
    "Message in GeneralNo XP: still cooling down, 23 s left · 3 min0",
    "Message in GeneralTaken back: the message was deleted · 14 min−20",
  ]);
});

test("a level that was reached has a row of its own above what reached it, with the way to the next reward", () => {
  show({ entries: [anEntry("2026-11-20T21:40:00Z", { levelReached: 8 })] });
  expect(rows()).toEqual(["8Level 8 reached2 levels to your next reward · 9:40 PM", "Message in General9:40 PM+20"]);
});

test("runs of equal messages that paid nothing are one row, without what differs among them", () => {
  const unpaid = (minute: number) =>
    anEntry(`2026-11-20T21:${minute}:00Z`, { outcome: "cooldown", xp: 0, why: { cooldownLeftSeconds: minute } });
  show({ entries: [unpaid(43), unpaid(42), unpaid(41), anEntry("2026-11-20T21:40:00Z"), unpaid(39), unpaid(38)] });
  expect(rows()).toEqual([
    "3 messages in GeneralNo XP: still cooling down · 9:43 PM0",
    "Message in General9:40 PM+20",
    "Message in GeneralNo XP: still cooling down, 39 s left · 9:39 PM0",
    "Message in GeneralNo XP: still cooling down, 38 s left · 9:38 PM0",
  ]);
});

test("what was paid is never put together, and runs end with the day", () => {
  const unpaid = (at: string) => anEntry(at, { outcome: "paused", xp: 0 });
  show({
    entries: [
      anEntry("2026-11-21T03:00:00Z"),
      anEntry("2026-11-21T02:00:00Z"),
      anEntry("2026-11-21T01:00:00Z"),
      unpaid("2026-11-21T00:01:00Z"),
      unpaid("2026-11-20T23:59:00Z"),
      unpaid("2026-11-20T23:58:00Z"),
    ],
  });
  expect(rows()).toHaveLength(6);
});

test("older entries are loaded on request, and only where there are some", () => {
  const onMore = jest.fn();
  const { unmount } = show({ entries: [anEntry("2026-11-21T11:58:00Z")], nextCursor: "older" }, { onMore });
  screen.getByRole("button", { name: "Show more" }).click();
  expect(onMore).toHaveBeenCalledTimes(1);
  unmount();
  show({ entries: [anEntry("2026-11-21T11:58:00Z")] });
  expect(screen.queryByRole("button")).toBeNull();
});

test("a load that failed keeps what is there and can be tried again", () => {
  const onRetry = jest.fn();
  show({ entries: [anEntry("2026-11-21T11:58:00Z")], nextCursor: "older" }, { hasFailed: true, onRetry });
  expect(rows()).toHaveLength(1);
  const alert = screen.getByRole("alert");
  expect(alert).toHaveTextContent("Older entries did not load. They are safe.");
  within(alert).getByRole("button", { name: "Try again" }).click();
  expect(onRetry).toHaveBeenCalledTimes(1);
});

test("a history that did not load says that the XP is safe", () => {
  const onRetry = jest.fn();
  show(undefined, { hasFailed: true, onRetry });
  expect(screen.getByRole("alert")).toHaveTextContent("Your XP is safe");
  screen.getByRole("button", { name: "Try again" }).click();
  expect(onRetry).toHaveBeenCalledTimes(1);
});

test("an empty history says what to do", () => {
  show({ entries: [] });
  expect(screen.getByText(/Write in any channel/)).toBeInTheDocument();
});

test("a history on its way says that it is busy", () => {
  const { container } = show(undefined);
  expect(container.querySelector("[aria-busy]")).not.toBeNull();
});

test("axe finds nothing in a history", async () => {
  const { container } = show({
    entries: [
      anEntry("2026-11-21T11:58:00Z", { levelReached: 8 }),
      anEntry("2026-11-20T11:58:00Z", { action: "quest_done", experienceName: null }),
    ],
    nextCursor: "older",
  });
  expect(await findingsOf(container)).toEqual([]);
});
