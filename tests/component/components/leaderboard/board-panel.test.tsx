import "@testing-library/jest-dom";
import { act, configure, fireEvent, render, screen, within } from "@testing-library/react";
import { WhopFrameProvider } from "@/components/frame/whop-frame";
import { BoardPanel } from "@/components/leaderboard/board-panel";
import { createChangeLog } from "@/components/leaderboard/change-log";
import { Providers } from "@/components/providers";
import type { Leaderboard } from "@/services/leaderboard/read-leaderboard";
import { findingsOf } from "@/tests/support/axe";
import { readerHas } from "@/tests/support/media";
import { apiAnswers } from "@/tests/support/page-api";
import { aBoard, aRow, VIEWER } from "@/tests/support/sample-board";
import { RANK_NAMES } from "@/tests/support/sample-member";

configure({ asyncUtilTimeout: 10_000 });

beforeEach(() => {
  readerHas({ reducedMotion: true });
  // jsdom lays nothing out: nothing is ever on the screen, and nothing scrolls.
  Element.prototype.scrollIntoView = () => undefined;
  window.IntersectionObserver = class {
    observe() {
      return undefined;
    }
    disconnect() {
      return undefined;
    }
  } as unknown as typeof IntersectionObserver;
});

function show(first: Leaderboard, more: { chat?: { name: string; url: string } | null; onOpen?: () => void } = {}) {
  const source = {
    experienceId: "exp_1",
    viewer: VIEWER,
    timeZone: "Europe/Berlin",
    first,
    log: createChangeLog(VIEWER),
    pollMs: false as const,
  };
  const { chat = { name: "General", url: "https://whop.com/chat" }, onOpen = jest.fn() } = more;
  return render(
    <Providers>
      <WhopFrameProvider appId="app_1" parentOrigins={["https://whop.com"]}>
        <BoardPanel source={source} viewer={VIEWER} rankNames={RANK_NAMES} chat={chat} onOpen={onOpen} />
      </WhopFrameProvider>
    </Providers>,
  );
}

const lists = () => screen.getAllByRole("list").filter((list) => list.tagName === "OL") as HTMLOListElement[];
const wholeText = (element: HTMLElement) => element.textContent?.replace(/\s+/g, " ") ?? "";

test("the first three stand in reading order with their distances, the others follow from the fourth place", () => {
  show(aBoard());
  const [top, rest] = lists();
  expect(
    within(top as HTMLElement)
      .getAllByRole("listitem")
      .map(wholeText),
  ).toEqual([
    expect.stringContaining("100 ahead"),
    expect.stringContaining("100 behind"),
    expect.stringContaining("100 behind"),
  ]);
  expect(rest?.start).toBe(4);
  expect(within(rest as HTMLElement).getAllByRole("listitem")).toHaveLength(7);
  expect(screen.getByText("40 members")).toBeInTheDocument();
});

test("a row says rank, change, name, level and XP to who cannot see it", () => {
  const first = aBoard();
  first.leaderboard[3] = aRow(4, 3_700, { rank_change: 2 });
  show(first);
  expect(
    screen.getByRole("button", { name: "4, up 2, Diego Ferreira, level 9, Regular, 3,700 XP" }),
  ).toBeInTheDocument();
});

test("a row says how many days in a row somebody has been here, from two on", () => {
  const first = aBoard();
  first.leaderboard[3] = aRow(4, 3_700, { streak_days: 12 });
  first.leaderboard[4] = aRow(5, 3_600, { streak_days: 1 });
  show(first);
  expect(
    screen.getByRole("button", { name: "4, Diego Ferreira, level 9, Regular, 12 days in a row, 3,700 XP" }),
  ).toHaveTextContent("Level 9 · streak 12Regular · 12 days in a row");
  const other = screen.getByRole("button", { name: /^5, Priya Nair/ });
  expect(other).not.toHaveTextContent("in a row");
  expect(other).not.toHaveTextContent("streak");
});

test("my place is at the bottom with what it takes to pass the next, and leads to those around me", async () => {
  show(aBoard());
  fireEvent.click(screen.getByRole("button", { name: /^30, You, 101 XP to pass Member 29/ }));
  await screen.findByRole("button", { name: "Show 15 above" });
  const [around] = lists();
  expect(around?.start).toBe(23);
  expect(
    within(around as HTMLElement)
      .getByText("You")
      .closest("li"),
  ).toHaveAttribute("aria-current", "true");
  expect(document.activeElement).toHaveAccessibleName(/^30, You/);
});

test("around me, 15 more above are asked for, and the first place can be reached", async () => {
  const asked = apiAnswers(({ query }) => ({
    json: aBoard({ around: Number(query.get("around")), limit: Number(query.get("limit")) }),
  }));
  show(aBoard());
  fireEvent.click(screen.getByRole("button", { name: /^30, You/ }));
  fireEvent.click(await screen.findByRole("button", { name: "Show 15 above" }));
  fireEvent.click(await screen.findByRole("button", { name: "Show from the top" }));
  expect(await screen.findByRole("button", { name: /^1.*Amara Okafor/ })).toBeInTheDocument();
  expect(asked.map(({ query }) => query.get("around"))).toContain("22");
});

test("more rows follow, each of them once", async () => {
  apiAnswers(({ query }) => ({ json: aBoard({ from: Number(query.get("cursor")?.slice(6)), limit: 25 }) }));
  show(aBoard());
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Show more" })));
  expect(await screen.findByRole("button", { name: /^35, Member 35/ })).toBeInTheDocument();
  expect(within(lists()[1] as HTMLElement).getAllByRole("listitem")).toHaveLength(32);
});

test("rows that did not load say so", async () => {
  apiAnswers(() => ({ status: 400, json: { error: { code: "bad_request", message: "No." } } }));
  show(aBoard());
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Show more" })));
  expect(await screen.findByText("More members did not load. Try again in a moment.")).toBeInTheDocument();
});

test("another period is chosen by arrow keys, and asked for", async () => {
  const asked = apiAnswers(() => ({ json: aBoard({ members: 12, me: 0 }) }));
  show(aBoard());
  const all = screen.getByRole("tab", { name: "All time" });
  act(() => all.focus());
  await act(async () => fireEvent.keyDown(all, { key: "ArrowRight" }));
  await act(async () => fireEvent.click(document.activeElement as HTMLElement));
  expect(await screen.findByText("12 members")).toBeInTheDocument();
  expect(asked[0]?.query.get("filter")).toBe("month");
  expect(screen.getByText("No XP this month yet")).toBeInTheDocument();
});

test("a period that does not load says what is safe, and can be tried again", async () => {
  let isDown = true;
  apiAnswers(() =>
    isDown ? { status: 403, json: { error: { code: "forbidden", message: "No." } } } : { json: aBoard({ members: 5 }) },
  );
  show(aBoard());
  await act(async () => fireEvent.click(screen.getByRole("tab", { name: "Week" })));
  expect(await screen.findByRole("alert")).toHaveTextContent("Your XP is safe");
  isDown = false;
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("5 members")).toBeInTheDocument();
});

test("a member who hides is called so and opens no profile; another one does", () => {
  const onOpen = jest.fn();
  const first = aBoard();
  first.leaderboard[4] = aRow(5, 3_600, { user_id: "anon_1", name: null });
  show(first, { onOpen });
  expect(screen.getByText("Hidden member")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: /Hidden member/ })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: /Diego Ferreira/ }));
  expect(onOpen).toHaveBeenCalledWith(expect.objectContaining({ user_id: "user_4" }));
});

test("an empty board says how to be the first, and leads to the chat", async () => {
  const { container } = show(aBoard({ members: 0, me: 0 }));
  expect(screen.getByRole("heading", { name: "Nobody is on the board yet" })).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Go to General" })).toHaveAttribute("href", "https://whop.com/chat");
  expect(await findingsOf(container)).toEqual([]);
});

test("an assistive tool finds nothing wrong on the board", async () => {
  const { container } = show(aBoard());
  expect(await findingsOf(container)).toEqual([]);
});
