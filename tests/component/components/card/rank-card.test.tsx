import "@testing-library/jest-dom";
import { act, render, screen, within } from "@testing-library/react";
import { CardSkeleton } from "@/components/card/card-skeleton";
import { RankCard } from "@/components/card/rank-card";
import { LocaleProvider } from "@/components/ui/locale-context";
import { progressOf } from "@/services/xp/progress";
import { findingsOf } from "@/tests/support/axe";
import { readerHas } from "@/tests/support/media";
import { aCard, aLadder, aRate, aRung } from "@/tests/support/sample-member";

const robin = aCard(2_642);

beforeEach(() => readerHas({ reducedMotion: true }));
afterEach(() => jest.useRealTimers());

test("a member sees name, rank name, level, and how far the next one is", () => {
  const { container } = render(<RankCard card={robin} ladder={aLadder()} />);
  expect(container).toHaveTextContent("Robin Hale");
  expect(container).toHaveTextContent("Regular");
  expect(container).toHaveTextContent("Level 8");
  expect(container).toHaveTextContent("258 XP to level 9");
  expect(container).toHaveTextContent("2,642 XP in all");
});

test("the next reward says what it is, what is missing and how long that takes at the member's pace", () => {
  const { container } = render(<RankCard card={robin} ladder={aLadder()} />);
  expect(container).toHaveTextContent("7 free days at level 10");
  expect(container).toHaveTextContent("1,078 XP to go, about 12 days at your pace");
});

test("no pace is promised where none is known", () => {
  const { container } = render(<RankCard card={{ ...robin, xpPerDay: null }} ladder={aLadder()} />);
  expect(container).toHaveTextContent("1,078 XP to go");
  expect(container).not.toHaveTextContent("about");
});

test("a reward that the creator has not confirmed is said to wait for that", () => {
  const { container } = render(<RankCard card={robin} ladder={aLadder({ isConfirmed: false })} />);
  expect(container).toHaveTextContent("1,078 XP to go, sent once the creator confirms");
});

test("nothing is said of rewards where none is left", () => {
  const { container } = render(
    <RankCard card={robin} ladder={aLadder({ rungs: [aRung(5, { state: "delivered" })] })} />,
  );
  expect(container).not.toHaveTextContent("at level");
});

test("rank and its change are words for who does not see the arrow", () => {
  const { container, rerender } = render(<RankCard card={robin} ladder={aLadder()} />);
  expect(container).toHaveTextContent("18");
  expect(container).toHaveTextContent("of 248");
  expect(screen.getByText(/up 4 since Monday/)).toBeInTheDocument();
  rerender(<RankCard card={{ ...robin, rankChange: -1 }} ladder={aLadder()} />);
  expect(screen.getByText(/down 1 since Monday/)).toBeInTheDocument();
  rerender(<RankCard card={{ ...robin, rankChange: 0 }} ladder={aLadder()} />);
  expect(screen.queryByText(/since Monday/)).toBeNull();
});

test("the streak is a number, with strokes in fives for who sees them, and says what a missed day does", () => {
  const streak = { days: 6, longest: 11, freezes: 0, isActiveToday: true, isRestDay: false };
  const { container, rerender } = render(<RankCard card={{ ...robin, streak }} ladder={aLadder()} />);
  expect(container).toHaveTextContent("Streak6days in a row");
  expect(container).toHaveTextContent("Today is counted");
  const shown = (more: Partial<typeof streak>) =>
    rerender(<RankCard card={{ ...robin, streak: { ...streak, ...more } }} ladder={aLadder()} />);
  shown({ isActiveToday: false });
  expect(container).toHaveTextContent("Write today to keep it");
  shown({ freezes: 1 });
  expect(container).toHaveTextContent("1 freeze left: one missed day will not break it");
  shown({ freezes: 2, isActiveToday: false });
  expect(container).toHaveTextContent("Nothing today yet. 2 freezes left: two missed days will not break it");
  shown({ isRestDay: true, isActiveToday: false });
  expect(container).toHaveTextContent("Streaks are paused today: a missed day breaks none");
  shown({ days: 1 });
  expect(container).toHaveTextContent("1day in a row");
  shown({ days: 0, isActiveToday: false });
  expect(container).toHaveTextContent("Streak0days in a row");
  expect(container).toHaveTextContent("Write today and a streak begins");
});

test("where streaks are off the card says nothing of them", () => {
  const { container } = render(<RankCard card={{ ...robin, streak: null }} ladder={aLadder()} />);
  expect(container).not.toHaveTextContent("Streak");
  expect(container).not.toHaveTextContent("in a row");
});

test("a newcomer sees the first step in messages, and nothing that is still empty", () => {
  const newcomer = aCard(0, { rank: null, rankChange: null, weekXp: 0, xpPerDay: null });
  const { container, rerender } = render(<RankCard card={newcomer} ladder={aLadder()} messageRate={aRate()} />);
  expect(container).toHaveTextContent("100 XP to level 2, that is five messages");
  expect(container).not.toHaveTextContent("in all");
  expect(container).not.toHaveTextContent("Rank");
  rerender(<RankCard card={newcomer} ladder={aLadder()} messageRate={aRate({ minXp: 15, maxXp: 25 })} />);
  expect(container).toHaveTextContent("100 XP to level 2, that is about five messages");
  rerender(<RankCard card={newcomer} ladder={aLadder()} messageRate={aRate({ minXp: 0, maxXp: 0 })} />);
  expect(container).not.toHaveTextContent("message");
});

test.each([
  ["hidden", null, "Hidden", "you are hidden"],
  ["anonymous", 18, "Anonymous", "of 248"],
] as const)("a member who is %s sees that they are", (visibility, rank, hint, unit) => {
  const { container } = render(<RankCard card={{ ...robin, visibility, rank }} ladder={aLadder()} />);
  expect(container).toHaveTextContent(hint);
  expect(container).toHaveTextContent(unit);
});

test("the last level of a curve promises no other", () => {
  const card = aCard(0, { progress: progressOf([0, 10, 20], [], 900) });
  const { container } = render(<RankCard card={card} ladder={aLadder({ rungs: [] })} />);
  expect(container).toHaveTextContent("Last level reached");
  expect(container).not.toHaveTextContent("to level");
});

test("what was just earned is shown and said once, for two and a half seconds", () => {
  jest.useFakeTimers();
  const { container, rerender } = render(<RankCard card={robin} ladder={aLadder()} gained={null} />);
  expect(screen.getByRole("status")).toBeEmptyDOMElement();

  rerender(<RankCard card={aCard(2_662)} ladder={aLadder()} gained={{ xp: 20, version: 2 }} />);
  expect(screen.getByRole("status")).toHaveTextContent("+20 XP");
  expect(container.querySelector(".stroke-drawn")).not.toBeNull();

  act(() => jest.advanceTimersByTime(2_499));
  expect(screen.getByRole("status")).toHaveTextContent("+20 XP");
  act(() => jest.advanceTimersByTime(1));
  expect(screen.getByRole("status")).toBeEmptyDOMElement();
  expect(container.querySelector(".stroke-drawn")).toBeNull();
});

test("a second gain of the same size is another, with its full time", () => {
  jest.useFakeTimers();
  const { rerender } = render(<RankCard card={robin} ladder={aLadder()} gained={null} />);
  rerender(<RankCard card={robin} ladder={aLadder()} gained={{ xp: 20, version: 2 }} />);
  act(() => jest.advanceTimersByTime(2_000));
  rerender(<RankCard card={robin} ladder={aLadder()} gained={{ xp: 20, version: 3 }} />);
  act(() => jest.advanceTimersByTime(2_000));
  expect(screen.getByRole("status")).toHaveTextContent("+20 XP");
  act(() => jest.advanceTimersByTime(500));
  expect(screen.getByRole("status")).toBeEmptyDOMElement();
});

test("numbers run to their new value, and are there at once for who wants less motion", () => {
  jest.useFakeTimers();
  readerHas({ reducedMotion: false });
  const { container, rerender } = render(<RankCard card={robin} ladder={aLadder()} />);
  rerender(<RankCard card={aCard(2_742)} ladder={aLadder()} />);
  expect(container).toHaveTextContent("2,642 XP in all");
  act(() => jest.advanceTimersByTime(200));
  expect(container).toHaveTextContent(/2,(6[5-9]|7[0-3])\d XP in all/);
  act(() => jest.advanceTimersByTime(400));
  expect(container).toHaveTextContent("2,742 XP in all");

  readerHas({ reducedMotion: true });
  rerender(<RankCard card={aCard(2_842)} ladder={aLadder()} />);
  expect(container).toHaveTextContent("2,842 XP in all");
});

test("a German reader sees German numbers", () => {
  const { container } = render(
    <LocaleProvider locale="de">
      <RankCard card={robin} ladder={aLadder()} />
    </LocaleProvider>,
  );
  expect(container).toHaveTextContent("2.642 XP in all");
});

test("Share stands on the card only where there is something to share", () => {
  const onShare = jest.fn();
  const { rerender } = render(<RankCard card={robin} ladder={aLadder()} onShare={onShare} />);
  screen.getByRole("button", { name: "Share" }).click();
  expect(onShare).toHaveBeenCalledTimes(1);
  rerender(<RankCard card={robin} ladder={aLadder()} />);
  expect(screen.queryByRole("button")).toBeNull();
});

test("a hostile name is shown as text, and cannot turn the words around it", () => {
  const name = "<img src=x onerror=alert(1)>\u202e";
  const { container } = render(<RankCard card={{ ...robin, name }} ladder={aLadder()} />);
  expect(within(container).getByText(name, { normalizer: String }).tagName).toBe("BDI");
  expect(container.querySelector("img")).toBeNull();
});

test("while it loads, the card has the boxes that it will have, and says that it is busy", () => {
  const boxesOf = (container: HTMLElement) =>
    [...(container.querySelector(".fui-Card")?.children ?? [])].map((box) => box.className);
  const loaded = render(<RankCard card={robin} ladder={aLadder()} onShare={jest.fn()} />);
  const loading = render(<CardSkeleton />);
  expect(boxesOf(loading.container)).toEqual(boxesOf(loaded.container));
  expect(loading.container.querySelector("[aria-busy]")).not.toBeNull();
});

test("axe finds nothing on the card", async () => {
  const { container } = render(<RankCard card={robin} ladder={aLadder()} onShare={jest.fn()} />);
  expect(await findingsOf(container)).toEqual([]);
});
